/** Standard output and error written at once, as in C without stdio's buffer: nothing is pending at a fork or at the end. */
import { Console } from "node:console";
import { Writable } from "node:stream";
import { isSystemError } from "../schema/call.ts";
import { addon } from "./addon.ts";
import { POLLOUT } from "./constants.ts";

/** Writes all of `data`, waiting where the other side is slow. EBADF, EPIPE … */
export function writeAll(fd: number, data: Uint8Array): void {
  for (let rest = data; rest.length > 0;)
    try {
      rest = rest.subarray(addon.write(fd, rest));
    } catch (error) {
      if (!isSystemError(error) || (error.code !== "EAGAIN" && error.code !== "EINTR")) throw error;
      // Someone who shares the descriptor made it non-blocking.
      if (error.code === "EAGAIN") addon.poll([{ fd, events: POLLOUT }], -1);
    }
}

const createStream = (fd: number) =>
  Object.assign(
    new Writable({
      decodeStrings: true,
      write(chunk: Uint8Array, _encoding, done) {
        try {
          writeAll(fd, chunk);
          done();
        } catch (error) {
          done(error as Error);
        }
      },
    }),
    { fd },
  );

/**
 * Makes `process.stdout`, `process.stderr` and `console` write synchronously. Node's own streams cost 5 ms to set up in every
 * child, and make a pipe non-blocking for all who share it.
 */
export function writeOutputSynchronously(): void {
  const [stdout, stderr] = [createStream(1), createStream(2)];
  Object.defineProperty(process, "stdout", { value: stdout, configurable: true, enumerable: true });
  Object.defineProperty(process, "stderr", { value: stderr, configurable: true, enumerable: true });
  globalThis.console = new Console({ stdout, stderr, colorMode: false });
}
