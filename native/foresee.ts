/** Whether a call is about to block: asked of the kernel before, since a blocked process can tell nothing. */
import type { Call } from "../schema/call.ts";
import { O_NONBLOCK, WNOHANG } from "../schema/constants.ts";
import { calls } from "./calls.ts";
import { F_GETFL, F_GETPIPE_SZ, POLLIN, POLLOUT } from "./constants.ts";
import { type CallMap, lookUp } from "./call-map.ts";

/** It blocks, and on what; or its result, where only trying could tell. */
export type Foresight = { readonly blocksOn: string } | { readonly result: unknown };

const blocks = (fd: number): boolean => (calls.fcntl(fd, F_GETFL, 0) & O_NONBLOCK) === 0;
const isReady = (fd: number, events: number): boolean => calls.poll([{ fd, events }], 0).length > 0;

/** More than the whole pipe can hold cannot be taken at once; other files have no such size. */
function exceedsPipe(fd: number, length: number): boolean {
  try {
    return length > calls.fcntl(fd, F_GETPIPE_SZ, 0);
  } catch {
    return false;
  }
}

const foreseeWait = (pid: number, options: number): Foresight | null => {
  if (options & WNOHANG) return null;
  const result = calls.waitpid(pid, options | WNOHANG);
  return result ? { result } : { blocksOn: pid > 0 ? `process ${pid}` : "a child" };
};

/**
 * Tells, without waiting, whether `call` is going to block. Null: it is not, or that cannot be known. The world may change in
 * between: then it blocks for no time, or unannounced.
 */
export function foresee(call: Call, nameOf: (fd: number) => string): Foresight | null {
  const foresights: CallMap<Foresight | null> = {
    read: (fd) => (blocks(fd) && !isReady(fd, POLLIN) ? { blocksOn: nameOf(fd) } : null),
    write: (fd, data) =>
      blocks(fd) && (!isReady(fd, POLLOUT) || exceedsPipe(fd, data.length)) ? { blocksOn: nameOf(fd) } : null,
    wait: () => foreseeWait(-1, 0),
    waitpid: foreseeWait,
    poll(requests, timeoutMs) {
      if (timeoutMs === 0) return null;
      const result = calls.poll(requests, 0);
      if (result.length > 0) return { result };
      return {
        blocksOn:
          requests
            .map(({ fd }) => nameOf(fd))
            .join(", ")
            .slice(0, 80) || "time",
      };
    },
  };
  try {
    return lookUp(foresights, call) ?? null;
  } catch {
    return null; // whatever is wrong, the call itself will say
  }
}
