/** Who runs where, and how long: CPU affinity, niceness and slices, what a process has used, sleeping until a time. */
import { addon } from "./addon.ts";

/** What sched_setattr(2) sets; members that are left out are 0. Times are in nanoseconds. */
export interface SchedulingAttributes {
  /** `SCHED_OTHER`, `SCHED_BATCH`, `SCHED_IDLE`, `SCHED_FIFO` or `SCHED_RR`. */
  readonly policy: number;
  /** -20 to 19. */
  readonly nice: number;
  /** 1 to 99 for `SCHED_FIFO` and `SCHED_RR`. */
  readonly priority: number;
  /** For `SCHED_OTHER` and `SCHED_BATCH`: the slice that is asked for, 0.1 to 100 ms (Linux 6.12); 0: the system's own. */
  readonly runtime: number;
  readonly deadline: number;
  readonly period: number;
}

/** What getrusage(2) tells: CPU time in microseconds, memory in KiB, page faults, and context switches by waiting and by force. */
export interface ResourceUsage {
  readonly utime: number;
  readonly stime: number;
  readonly maxrss: number;
  readonly minflt: number;
  readonly majflt: number;
  readonly nvcsw: number;
  readonly nivcsw: number;
}

/** sched_setaffinity(2): `pid` (0: this process) runs on these CPUs only. EINVAL where none of them may be used, EPERM, ESRCH. */
export const sched_setaffinity: (pid: number, cpus: readonly number[]) => void = addon.sched_setaffinity;
/** sched_getaffinity(2): the CPUs on which `pid` (0: this process) may run. ESRCH. */
export const sched_getaffinity: (pid: number) => number[] = addon.sched_getaffinity;
/** sched_setattr(2): how `pid` (0: this process) is scheduled. EINVAL, EPERM for what needs privilege, ESRCH. */
export const sched_setattr: (pid: number, attributes: Partial<SchedulingAttributes>) => void = addon.sched_setattr;
/** sched_getattr(2). EINVAL, ESRCH. */
export const sched_getattr: (pid: number) => SchedulingAttributes = addon.sched_getattr;
/** sched_yield(2): goes behind the others that are ready. */
export const sched_yield: () => void = addon.sched_yield;
/** getpriority(2): the lowest nice value of those that `which` (`PRIO_PROCESS` …) and `who` (0: this one) mean. EINVAL, ESRCH. */
export const getpriority: (which: number, who: number) => number = addon.getpriority;
/** setpriority(2): the nice value, -20 to 19, cut to that. EACCES for a lower one without privilege, EINVAL, EPERM, ESRCH. */
export const setpriority: (which: number, who: number, nice: number) => void = addon.setpriority;
/** nice(3): adds to this process's nice value, and gives the new one. EPERM for a lower one without privilege. */
export function nice(increment: number): number {
  const { PRIO_PROCESS } = addon.constants as { readonly PRIO_PROCESS: number };
  addon.setpriority(PRIO_PROCESS, 0, addon.getpriority(PRIO_PROCESS, 0) + increment);
  return addon.getpriority(PRIO_PROCESS, 0);
}
/** getrusage(2) of `RUSAGE_SELF` or, once they have been waited for, `RUSAGE_CHILDREN`. EINVAL. */
export const getrusage: (who: number) => ResourceUsage = addon.getrusage;
/** clock_nanosleep(2): sleeps for so many nanoseconds or, with the flag `TIMER_ABSTIME`, until that time. EINTR, EINVAL. */
export const clock_nanosleep: (clock: number, flags: number, time: number) => void = addon.clock_nanosleep;
