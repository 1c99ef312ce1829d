/** What waits to be written to the runner. While something waits, the zygote reads no run's output: that is the back-pressure. */
import { isSystemError } from "../../schema/call.ts";
import { write } from "../../native/posix.ts";

export interface Outbox {
  readonly isEmpty: () => boolean;
  readonly send: (message: unknown) => void;
  /** Writes what the socket takes. False when the other end is gone. */
  readonly flush: () => boolean;
}

/** An outbox for the non-blocking socket `fd`. */
export function createOutbox(fd: number): Outbox {
  const encoder = new TextEncoder();
  const waiting: Uint8Array[] = [];
  const flush = (): boolean => {
    for (let chunk = waiting[0]; chunk !== undefined; chunk = waiting[0]) {
      let taken = 0;
      try {
        taken = write(fd, chunk);
      } catch (error) {
        if (isSystemError(error) && (error.code === "EAGAIN" || error.code === "EINTR")) return true;
        return false;
      }
      if (taken < chunk.length) waiting[0] = chunk.subarray(taken);
      else waiting.shift();
    }
    return true;
  };
  return {
    isEmpty: () => waiting.length === 0,
    send: (message) => {
      waiting.push(encoder.encode(`${JSON.stringify(message)}\n`));
      flush();
    },
    flush,
  };
}
