/** What can be done with any descriptor. Calls block as they do in C; EINTR is an error like any other. */
import { addon } from "./addon.ts";

/** open(2): `mode` (default 0o666, less the umask) for a file that O_CREAT makes. ENOENT, EACCES, EEXIST, ENOTDIR, ENXIO … */
export const open: (path: string, flags: number, mode?: number) => number = addon.open;

/**
 * read(2) into `buffer`, at most `count` bytes (default: its length): how many came, 0 at end of file. Blocks while a pipe is
 * empty and has writers. EAGAIN with O_NONBLOCK, EBADF, EINTR, EISDIR.
 */
export const read: (fd: number, buffer: Uint8Array, count?: number) => number = addon.read;

/**
 * write(2) of a text (UTF-8) or bytes (the first `count` of them): how many were taken. Blocks while a pipe is full.
 * EAGAIN with O_NONBLOCK, EBADF, EINTR, EPIPE (and SIGPIPE, which ends the process unless ignored) where nobody can read.
 */
export const write: (fd: number, data: string | Uint8Array, count?: number) => number = addon.write;

/** close(2). EBADF. */
export const close: (fd: number) => void = addon.close;

/** dup2(2): makes `newFd` another name for what `oldFd` names, closing what it named before; `newFd`. EBADF. */
export const dup2: (oldFd: number, newFd: number) => number = addon.dup2;

/**
 * fcntl(2), the commands with a number: `F_DUPFD`, `F_DUPFD_CLOEXEC`, `F_GETFL`, `F_SETFL`, `F_GETFD`, `F_SETFD`, `F_GETPIPE_SZ`,
 * `F_SETPIPE_SZ` (answers with the size it was rounded up to). EBADF, EBUSY, EINVAL, EPERM.
 */
export const fcntl: (fd: number, command: number, argument?: number) => number = addon.fcntl;

/** unlink(2): removes a name. ENOENT, EACCES, EISDIR. */
export const unlink: (path: string) => void = addon.unlink;
