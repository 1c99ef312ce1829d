/**
 * The errors of system calls, by the names, numbers and texts of Linux (errno(3), strerror(3) of glibc).
 * Both kernels throw the same shape, so a program cannot tell them apart by its errors.
 */
export const errnoTable = {
  EPERM: [1, "Operation not permitted"],
  ENOENT: [2, "No such file or directory"],
  ESRCH: [3, "No such process"],
  EINTR: [4, "Interrupted system call"],
  EIO: [5, "Input/output error"],
  ENXIO: [6, "No such device or address"],
  E2BIG: [7, "Argument list too long"],
  ENOEXEC: [8, "Exec format error"],
  EBADF: [9, "Bad file descriptor"],
  ECHILD: [10, "No child processes"],
  EAGAIN: [11, "Resource temporarily unavailable"],
  ENOMEM: [12, "Cannot allocate memory"],
  EACCES: [13, "Permission denied"],
  EFAULT: [14, "Bad address"],
  EBUSY: [16, "Device or resource busy"],
  EEXIST: [17, "File exists"],
  ENOTDIR: [20, "Not a directory"],
  EISDIR: [21, "Is a directory"],
  EINVAL: [22, "Invalid argument"],
  EMFILE: [24, "Too many open files"],
  ENOTTY: [25, "Inappropriate ioctl for device"],
  EFBIG: [27, "File too large"],
  ENOSPC: [28, "No space left on device"],
  ESPIPE: [29, "Illegal seek"],
  EPIPE: [32, "Broken pipe"],
  ERANGE: [34, "Numerical result out of range"],
  EDEADLK: [35, "Resource deadlock avoided"],
  ENOSYS: [38, "Function not implemented"],
} as const satisfies Record<string, readonly [number, string]>;

export type ErrnoName = keyof typeof errnoTable;

/** What a failed call throws: `code` is the errno's name, `syscall` the call that failed. */
export interface SystemError extends Error {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
}

/** The error that `syscall` fails with, worded as perror(3) would: `write: Broken pipe`. */
export function createSystemError(code: ErrnoName, syscall: string): SystemError {
  const [errno, text] = errnoTable[code];
  return Object.assign(new Error(`${syscall}: ${text}`), { code, errno, syscall });
}

export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && "code" in error && "errno" in error && "syscall" in error;
}
