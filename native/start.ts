/** The beginning of a live program: as a C program begins, and not as Node does. */
import { isSystemError } from "../schema/call.ts";
import { addon } from "./addon.ts";
import { F_SETFD } from "./constants.ts";
import { writeOutputSynchronously } from "./output.ts";

/**
 * Makes this process one that a C program could begin in: every signal has its default disposition and none is blocked
 * (Node ignores SIGPIPE, so that a writer without readers would never die of it), output is written at once, and what it executes
 * inherits its standard descriptors (Node marks those that it was started with close-on-exec).
 * `held` are descriptors that the launcher held for the program (`programDescriptors`); they are closed.
 */
export function startAsC(held: Iterable<number> = []): void {
  for (const fd of held) ifOpen(() => addon.close(fd));
  for (const fd of [0, 1, 2]) ifOpen(() => addon.fcntl(fd, F_SETFD, 0));
  addon.resetSignals();
  writeOutputSynchronously();
}

function ifOpen(call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!isSystemError(error) || error.code !== "EBADF") throw error;
  }
}
