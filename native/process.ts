/** A process about itself: its end, its numbers, its groups, its limits; and becoming another program. */
import { addon } from "./addon.ts";

/** _exit(2): ends the process at once, without listeners; `status` is taken modulo 256. */
// oxlint-disable-next-line no-underscore-dangle -- POSIX's name
export const _exit: (status: number) => never = addon._exit;

/** exit(3): runs the listeners for `exit`, then ends the process; `status` is taken modulo 256. */
export function exit(status = 0): never {
  process.exit(status);
}

/** getpid(2) */
export const getpid: () => number = addon.getpid;
/** getppid(2): the parent; once that has ended, the one that adopted this process. */
export const getppid: () => number = addon.getppid;
/** getpgid(2): the process group of `pid` (0: this process). ESRCH. */
export const getpgid: (pid: number) => number = addon.getpgid;
/** setpgid(2): moves `pid` (0: this process) to `group` (0: a new one of its own number). EACCES, EINVAL, EPERM, ESRCH. */
export const setpgid: (pid: number, group: number) => void = addon.setpgid;
/** setsid(2): a new session with this process as its leader; its number. EPERM for a group's leader. */
export const setsid: () => number = addon.setsid;

/** execve(2): becomes the program at `path`; returns only by throwing. E2BIG, EACCES, ENOENT, ENOEXEC, ENOTDIR, ETXTBSY … */
export function execve(
  path: string,
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): never {
  const entries = Object.entries(environment).filter(([, value]) => value !== undefined);
  return addon.execve(
    path,
    argv,
    entries.map(([name, value]) => `${name}=${value}`),
  );
}

/** execvp(3): as execve, with this environment, and looking for a `file` without a slash along PATH. */
export const execvp: (file: string, argv: readonly string[]) => never = addon.execvp;

/**
 * prctl(2), as far as `PR_SET_NAME` (a text, cut to 15 bytes), `PR_SET_DUMPABLE` (0 or 1), `PR_GET_DUMPABLE` and
 * `PR_SET_CHILD_SUBREAPER` (0 or 1) go. EINVAL for other options.
 */
export const prctl: (option: number, argument?: number | string) => number = addon.prctl;

/** getrlimit(2): the soft and the hard limit; `Infinity` where there is none. */
export const getrlimit: (resource: number) => [soft: number, hard: number] = addon.getrlimit;
/** setrlimit(2): in the unit of the resource; `Infinity` for none. EINVAL where soft exceeds hard, EPERM for raising hard. */
export const setrlimit: (resource: number, soft: number, hard: number) => void = addon.setrlimit;
