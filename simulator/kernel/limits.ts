/** The limits that a process meets: setrlimit(2)'s usual values and the defaults of Linux. */

/** Processes that may exist at once (RLIMIT_NPROC); one more is EAGAIN. */
export const MAX_PROCESSES = 1_024;
/** Descriptors of a process (RLIMIT_NOFILE); one more is EMFILE. */
export const MAX_DESCRIPTORS = 1_024;
/** Signals that may wait for one process or one thread (RLIMIT_SIGPENDING); one more is EAGAIN. */
export const MAX_QUEUED_SIGNALS = 1_024;
/** Handlers that may interrupt each other, until there is no stack left. */
export const MAX_HANDLERS = 64;
/** Characters of all arguments of a program; more are E2BIG. */
export const MAX_ARGUMENT_LENGTH = 131_072;
export const MAX_CPUS = 8;
/** Largest pipe that an unprivileged process may ask for, in bytes (/proc/sys/fs/pipe-max-size). */
export const MAX_PIPE_SIZE = 1_048_576;
