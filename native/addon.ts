/** The compiled addon, as it is: functions that check their arguments and throw, numbers of this machine. */
import { createRequire } from "node:module";
import type { Disposition, PollRequest, PollResult } from "../schema/call.ts";
import type { ResourceUsage, SchedulingAttributes } from "./sched.ts";

/** What a disposition can be seen to be: a handler can be found, not set. */
export type CurrentDisposition = Disposition | "handler";
export interface RawWaitResult {
  readonly pid: number;
  readonly status: number;
}

interface Addon {
  readonly constants: Readonly<Record<string, number>>;
  readonly clock_gettime: (clock: number) => number;
  readonly execve: (path: string, argv: readonly string[], envp: readonly string[]) => never;
  readonly execvp: (file: string, argv: readonly string[]) => never;
  readonly open: (path: string, flags: number, mode?: number) => number;
  readonly read: (fd: number, buffer: Uint8Array, count?: number) => number;
  readonly write: (fd: number, data: string | Uint8Array, count?: number) => number;
  readonly close: (fd: number) => void;
  readonly dup2: (oldFd: number, newFd: number) => number;
  readonly fcntl: (fd: number, command: number, argument?: number) => number;
  readonly unlink: (path: string) => void;
  readonly fork: () => number;
  readonly activeRequests: () => number;
  readonly pidfd_open: (pid: number, flags?: number) => number;
  readonly pipe: () => [readEnd: number, writeEnd: number];
  readonly pipe2: (flags: number) => [readEnd: number, writeEnd: number];
  readonly poll: (requests: readonly PollRequest[], timeoutMs: number) => PollResult[];
  readonly _exit: (status: number) => never;
  readonly getpid: () => number;
  readonly getppid: () => number;
  readonly getpgid: (pid: number) => number;
  readonly setpgid: (pid: number, group: number) => void;
  readonly setsid: () => number;
  readonly prctl: (option: number, argument?: number | string) => number;
  readonly getrlimit: (resource: number) => [soft: number, hard: number];
  readonly setrlimit: (resource: number, soft: number, hard: number) => void;
  readonly sched_setaffinity: (pid: number, cpus: readonly number[]) => void;
  readonly sched_getaffinity: (pid: number) => number[];
  readonly sched_setattr: (pid: number, attributes: Partial<SchedulingAttributes>) => void;
  readonly sched_getattr: (pid: number) => SchedulingAttributes;
  readonly sched_yield: () => void;
  readonly getpriority: (which: number, who: number) => number;
  readonly setpriority: (which: number, who: number, nice: number) => void;
  readonly getrusage: (who: number) => ResourceUsage;
  readonly clock_nanosleep: (clock: number, flags: number, time: number) => void;
  readonly kill: (pid: number, signal: number) => void;
  readonly sigaction: (signal: number, disposition?: Disposition) => CurrentDisposition;
  readonly resetSignals: () => void;
  readonly socketpair: (domain: number, type: number, protocol?: number) => [number, number];
  readonly wait: () => RawWaitResult;
  readonly waitpid: (pid: number, options?: number) => RawWaitResult | null;
}

function loadAddon(): Addon {
  const file = process.env["RING3_ADDON"] === "asan" ? "posix.asan.node" : "posix.node";
  try {
    return createRequire(import.meta.url)(`./build/${file}`) as Addon;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    throw new Error(`The addon native/build/${file} has not been built. Run: npm start`, { cause: error });
  }
}

export const addon: Addon = loadAddon();

/** A number that the headers of this machine give to `name`. */
export function constant(name: string): number {
  const value = addon.constants[name];
  if (value === undefined) throw new Error(`The addon does not know the constant ${name}. Run: node native/build.mjs`);
  return value;
}
