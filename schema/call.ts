/**
 * The vocabulary of portable programs: system calls as data. A portable program is a generator that yields these; the simulated
 * kernel interprets them, the native kernel performs them. Names, order and errors are POSIX's; a call returns data and fills nothing.
 *
 * ```ts
 * import { pipe, fork, close, write, read, wait, exit, print, text } from "ring3";
 * ```
 */
import type { CommunicationCalls } from "./calls/communication.ts";
import type { MemoryCalls } from "./calls/memory.ts";
import type { ProcessCalls } from "./calls/process.ts";
import type { SynchronisationCalls } from "./calls/synchronisation.ts";
import type { SignalName } from "./signal.ts";

export * from "./constants.ts";
export { isSystemError, type SystemError } from "./errno.ts";
export type { SignalName } from "./signal.ts";

/** What wait(2) tells about a child that ended: by `exit` (then `exitStatus`, 0 to 255) or by a signal (then `termSignal`). */
export interface WaitResult {
  readonly pid: number;
  /** The raw status word, as C's macros read it. */
  readonly status: number;
  readonly exitStatus: number | null;
  readonly termSignal: string | null;
  /** With `WUNTRACED`: it has not ended, but this signal has stopped it. */
  readonly stopSignal?: string;
  /** With `WCONTINUED`: it has not ended, but goes on after SIGCONT. */
  readonly continued?: true;
}

/** One entry of poll(2): what to wait for on `fd` (`POLLIN`, `POLLOUT`). */
export interface PollRequest {
  readonly fd: number;
  readonly events: number;
}
/** The answer for one entry: what `fd` is ready for, or `POLLERR`, `POLLHUP`, `POLLNVAL`. */
export interface PollResult extends PollRequest {
  readonly revents: number;
}

/** What a signal does when it arrives: the default of signal(7), or nothing. */
export type Disposition = "SIG_DFL" | "SIG_IGN";

/** Every portable call: its arguments and its result. Each kernel implements this table. */
export interface PortableCalls {
  /** fork(2): returns twice, the child's pid in the parent and 0 in the child. */
  fork(): number;
  /** _exit(2): ends the process; `status` is taken modulo 256. */
  exit(status: number): never;
  /** wait(2): blocks until a child has ended. ECHILD without children. */
  wait(): WaitResult;
  /** waitpid(2): `pid` > 0 names a child, -1 any; with `WNOHANG` returns null where none has ended. */
  waitpid(pid: number, options: number): WaitResult | null;
  /** getpid(2) */
  getpid(): number;
  /** getppid(2) */
  getppid(): number;
  /** kill(2): sends `signal` to the process `pid`. ESRCH where there is none. */
  kill(pid: number, signal: SignalName): void;
  /** sigaction(2), as far as a disposition goes. EINVAL for SIGKILL and SIGSTOP. */
  sigaction(signal: SignalName, disposition: Disposition): void;
  /** pipe2(2): `[readEnd, writeEnd]`; flags `O_NONBLOCK`, `O_CLOEXEC`, `O_DIRECT`. */
  pipe2(flags: number): readonly [readEnd: number, writeEnd: number];
  /** read(2): at most `count` bytes; none at end of file. Blocks while there is nothing, or EAGAIN with `O_NONBLOCK`. */
  read(fd: number, count: number): Uint8Array;
  /** write(2): how many bytes were taken. EPIPE and SIGPIPE where nobody can read. */
  write(fd: number, data: Uint8Array): number;
  /** close(2) */
  close(fd: number): void;
  /** dup2(2): makes `newFd` another name for what `oldFd` names. */
  dup2(oldFd: number, newFd: number): number;
  /** fcntl(2), the commands with a number: `F_GETFL`, `F_SETFL`, `F_GETFD`, `F_SETFD`, `F_GETPIPE_SZ`, `F_SETPIPE_SZ`. */
  fcntl(fd: number, command: number, argument: number): number;
  /** poll(2): waits at most `timeoutMs` (-1: for ever); the entries that are ready. */
  poll(requests: readonly PollRequest[], timeoutMs: number): readonly PollResult[];
  /** Writes one line to standard output in a single write. */
  print(line: string): void;
}

/** Every call of the simulated kernel. */
export interface CallTable
  extends
    Omit<PortableCalls, keyof ProcessCalls>,
    ProcessCalls,
    CommunicationCalls,
    SynchronisationCalls,
    MemoryCalls {}

export type CallName = keyof CallTable;
export type CallArguments<Name extends CallName> = Parameters<CallTable[Name]>;
export type CallResult<Name extends CallName> = ReturnType<CallTable[Name]>;

/** A system call that a portable program asks for. `yield*` performs it and gives the typed result. */
export class Call<Name extends CallName = CallName> {
  readonly name: Name;
  readonly args: CallArguments<Name>;
  constructor(name: Name, args: CallArguments<Name>) {
    this.name = name;
    this.args = args;
  }
  *[Symbol.iterator](): Generator<Call, CallResult<Name>, unknown> {
    try {
      return (yield this) as CallResult<Name>;
    } catch (error) {
      // A kernel made this error where it runs; from here its stack leads to the line of the program that called.
      if (error instanceof Error && !Object.isFrozen(error)) Error.captureStackTrace?.(error);
      throw error;
    }
  }
}

/** A portable program: a factory without outside effects, so that `fork()` can build the child by running it again. */
export type Program = () => Generator<Call, unknown, unknown>;

export const fork = () => new Call("fork", []);
export const exit = (status = 0) => new Call("exit", [status]);
export const wait = () => new Call("wait", []);
export const waitpid = (pid: number, options = 0) => new Call("waitpid", [pid, options]);
export const getpid = () => new Call("getpid", []);
export const getppid = () => new Call("getppid", []);
export const kill = (pid: number, signal: SignalName) => new Call("kill", [pid, signal]);
export const sigaction = (signal: SignalName, disposition: Disposition) => new Call("sigaction", [signal, disposition]);
export const pipe = () => new Call("pipe2", [0]);
export const pipe2 = (flags: number) => new Call("pipe2", [flags]);
export const read = (fd: number, count: number) => new Call("read", [fd, count]);
export const write = (fd: number, data: string | Uint8Array) =>
  new Call("write", [fd, typeof data === "string" ? bytes(data) : data]);
export const close = (fd: number) => new Call("close", [fd]);
export const dup2 = (oldFd: number, newFd: number) => new Call("dup2", [oldFd, newFd]);
export const fcntl = (fd: number, command: number, argument = 0) => new Call("fcntl", [fd, command, argument]);
export const poll = (requests: readonly PollRequest[], timeoutMs = -1) => new Call("poll", [requests, timeoutMs]);
export const print = (...values: readonly (string | number | boolean | null | undefined)[]) =>
  new Call("print", [values.join(" ")]);

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** UTF-8 text of bytes that a read gave. */
export const text = (data: Uint8Array): string => decoder.decode(data);
/** UTF-8 bytes of a text. */
export function bytes(data: string): Uint8Array {
  // A short text of ASCII is encoded several times as fast as the engine's encoder is called.
  if (data.length > 64) return encoder.encode(data);
  const codes = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += 1) {
    const code = data.charCodeAt(at);
    if (code > 0x7f) return encoder.encode(data);
    codes[at] = code;
  }
  return codes;
}
