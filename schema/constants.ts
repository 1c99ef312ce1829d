/**
 * Numbers that POSIX names and Linux chooses. `O_DIRECT` is x86's; the native kernel translates it on processors where it differs.
 * Sources: open(2), fcntl(2), poll(2), waitpid(2), pipe(7), and the kernel's uapi headers.
 */
export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_TRUNC = 0o1000;
export const O_APPEND = 0o2000;
export const O_NONBLOCK = 0o4000;
export const O_DIRECT = 0o40000;
export const O_CLOEXEC = 0o2000000;

export const SEEK_SET = 0;
export const SEEK_CUR = 1;
export const SEEK_END = 2;

export const F_DUPFD = 0;
export const F_GETFD = 1;
export const F_SETFD = 2;
export const F_GETFL = 3;
export const F_SETFL = 4;
export const F_SETPIPE_SZ = 1031;
export const F_GETPIPE_SZ = 1032;
export const FD_CLOEXEC = 1;

export const POLLIN = 0x1;
export const POLLOUT = 0x4;
export const POLLERR = 0x8;
export const POLLHUP = 0x10;
export const POLLNVAL = 0x20;
export const POLLRDHUP = 0x2000;

export const WNOHANG = 1;
export const WUNTRACED = 2;
export const WCONTINUED = 8;

/** Largest write to a pipe that no other writer can split, in bytes (POSIX asks for at least 512). */
export const PIPE_BUF = 4096;
/** Bytes in a page; a pipe's buffer is counted in pages. */
export const PAGE_SIZE = 4096;
/** Pages of a new pipe's buffer (pipe(7)). */
export const PIPE_PAGES = 16;
