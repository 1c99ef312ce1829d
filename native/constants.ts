/** The numbers of this machine for the names of POSIX and Linux: the addon's headers tell them, since processors differ. */
import { constant } from "./addon.ts";

/** open(2), pipe2(2), fcntl(2): access modes and flags. */
export const O_RDONLY = constant("O_RDONLY");
export const O_WRONLY = constant("O_WRONLY");
export const O_RDWR = constant("O_RDWR");
export const O_CREAT = constant("O_CREAT");
export const O_EXCL = constant("O_EXCL");
export const O_TRUNC = constant("O_TRUNC");
export const O_APPEND = constant("O_APPEND");
export const O_NONBLOCK = constant("O_NONBLOCK");
/** On a pipe: each write is a packet. The number differs between processors. */
export const O_DIRECT = constant("O_DIRECT");
export const O_CLOEXEC = constant("O_CLOEXEC");

/** lseek(2): from where an offset counts. */
export const SEEK_SET = constant("SEEK_SET");
export const SEEK_CUR = constant("SEEK_CUR");
export const SEEK_END = constant("SEEK_END");

/** fcntl(2): commands. */
export const F_DUPFD = constant("F_DUPFD");
export const F_DUPFD_CLOEXEC = constant("F_DUPFD_CLOEXEC");
export const F_GETFD = constant("F_GETFD");
export const F_SETFD = constant("F_SETFD");
export const F_GETFL = constant("F_GETFL");
export const F_SETFL = constant("F_SETFL");
export const F_GETPIPE_SZ = constant("F_GETPIPE_SZ");
export const F_SETPIPE_SZ = constant("F_SETPIPE_SZ");
export const FD_CLOEXEC = constant("FD_CLOEXEC");

/** poll(2): events. */
export const POLLIN = constant("POLLIN");
export const POLLOUT = constant("POLLOUT");
export const POLLERR = constant("POLLERR");
export const POLLHUP = constant("POLLHUP");
export const POLLRDHUP = constant("POLLRDHUP");
export const POLLNVAL = constant("POLLNVAL");

/** waitpid(2): options. */
export const WNOHANG = constant("WNOHANG");
export const WUNTRACED = constant("WUNTRACED");
export const WCONTINUED = constant("WCONTINUED");

/** socketpair(2): domain, types and their flags. */
export const AF_UNIX = constant("AF_UNIX");
export const SOCK_STREAM = constant("SOCK_STREAM");
export const SOCK_SEQPACKET = constant("SOCK_SEQPACKET");
export const SOCK_CLOEXEC = constant("SOCK_CLOEXEC");
export const SOCK_NONBLOCK = constant("SOCK_NONBLOCK");

/** prctl(2): options. */
export const PR_GET_DUMPABLE = constant("PR_GET_DUMPABLE");
export const PR_SET_DUMPABLE = constant("PR_SET_DUMPABLE");
export const PR_SET_CHILD_SUBREAPER = constant("PR_SET_CHILD_SUBREAPER");
export const PR_SET_NAME = constant("PR_SET_NAME");

/** setrlimit(2): resources. */
export const RLIMIT_CORE = constant("RLIMIT_CORE");
export const RLIMIT_CPU = constant("RLIMIT_CPU");
export const RLIMIT_DATA = constant("RLIMIT_DATA");
export const RLIMIT_FSIZE = constant("RLIMIT_FSIZE");
export const RLIMIT_NOFILE = constant("RLIMIT_NOFILE");
export const RLIMIT_NPROC = constant("RLIMIT_NPROC");

/** clock_gettime(2): clocks. */
export const CLOCK_REALTIME = constant("CLOCK_REALTIME");
export const CLOCK_MONOTONIC = constant("CLOCK_MONOTONIC");
export const CLOCK_PROCESS_CPUTIME_ID = constant("CLOCK_PROCESS_CPUTIME_ID");
export const TIMER_ABSTIME = constant("TIMER_ABSTIME");

/** sched_setattr(2): policies. */
export const SCHED_OTHER = constant("SCHED_OTHER");
export const SCHED_FIFO = constant("SCHED_FIFO");
export const SCHED_RR = constant("SCHED_RR");
export const SCHED_BATCH = constant("SCHED_BATCH");
export const SCHED_IDLE = constant("SCHED_IDLE");

/** getpriority(2): whom it means; getrusage(2): whose. */
export const PRIO_PROCESS = constant("PRIO_PROCESS");
export const PRIO_PGRP = constant("PRIO_PGRP");
export const PRIO_USER = constant("PRIO_USER");
export const RUSAGE_SELF = constant("RUSAGE_SELF");
export const RUSAGE_CHILDREN = constant("RUSAGE_CHILDREN");

/** Linux's numbers that no header of libc gives per machine: what pipe(7) says. */
export { PAGE_SIZE, PIPE_BUF, PIPE_PAGES } from "../schema/constants.ts";
