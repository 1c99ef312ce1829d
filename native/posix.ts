/**
 * `ring3/posix`: the system calls of this machine under their POSIX names, in a Node started with `forkFlags`.
 *
 * Calls block, as they do in C. What fails throws an Error worded as perror(3) would, with `code` ("EAGAIN"), `errno` and `syscall`;
 * an argument of the wrong type is a TypeError, one out of range a RangeError, and nothing crashes.
 *
 * ```ts
 * import { pipe, fork, close, write, read, wait, _exit, text } from "ring3/posix";
 * ```
 */
export { bytes, isSystemError, text } from "../schema/call.ts";
export type { Disposition, PollRequest, PollResult, SignalName, SystemError, WaitResult } from "../schema/call.ts";
export * from "./clock.ts";
export * from "./constants.ts";
export * from "./fd.ts";
export { forkFlags } from "./flags.mjs";
export { fork } from "./fork.ts";
export * from "./pidfd.ts";
export * from "./pipe.ts";
export * from "./poll.ts";
export * from "./process.ts";
export * from "./sched.ts";
export * from "./signal.ts";
export * from "./socket.ts";
export * from "./wait.ts";
