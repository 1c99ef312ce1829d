/**
 * What a failed call throws. Both kernels throw the same shape, so a program cannot tell them apart by its errors. The errors of processes
 * and pipes are here; those of all other calls come with `addErrors`, so that a page carries only what it uses.
 */
import type { ErrnoName } from "./errno-table.ts";

export type { ErrnoName } from "./errno-table.ts";

export const basicErrors = {
  EPERM: [1, "Operation not permitted"],
  ESRCH: [3, "No such process"],
  EINTR: [4, "Interrupted system call"],
  EBADF: [9, "Bad file descriptor"],
  ECHILD: [10, "No child processes"],
  EAGAIN: [11, "Resource temporarily unavailable"],
  EBUSY: [16, "Device or resource busy"],
  EINVAL: [22, "Invalid argument"],
  EMFILE: [24, "Too many open files"],
  EPIPE: [32, "Broken pipe"],
} as const;

type Errors = Readonly<Record<string, readonly [number: number, text: string]>>;
const known = new Map(Object.entries<Errors[string]>(basicErrors));

/** Teaches `createSystemError` more errors. */
export function addErrors(errors: Errors): void {
  for (const [name, error] of Object.entries(errors)) known.set(name, error);
}

/** What a failed call throws: `code` is the errno's name, `syscall` the call that failed. */
export interface SystemError extends Error {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
}

/** The error that `syscall` fails with, worded as perror(3) would: `write: Broken pipe`. */
export function createSystemError(code: ErrnoName, syscall: string): SystemError {
  const [errno, text] = known.get(code) ?? [0, code];
  return Object.assign(new Error(`${syscall}: ${text}`), { code, errno, syscall });
}

export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && "code" in error && "errno" in error && "syscall" in error;
}
