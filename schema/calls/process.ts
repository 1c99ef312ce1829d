/**
 * Calls about processes, signals, threads and CPU time that so far only the simulated kernel performs; a module of `CallTable`
 * (call.ts). Names, order and errors are POSIX's; what C returns through a pointer is the result here.
 */
import { Call, type Disposition } from "../call.ts";
import type { Signal } from "../signal.ts";

export * from "./process-constants.ts";
export type { RealTimeSignal, Signal } from "../signal.ts";

/** What came with a signal (siginfo_t). `pid`: who sent it, or the child that it tells of; 0: the kernel. `value`: sigqueue's, else 0. */
export interface SignalInfo {
  readonly signal: Signal;
  readonly code:
    "SI_USER" | "SI_QUEUE" | "SI_TKILL" | "SI_KERNEL" | "CLD_EXITED" | "CLD_KILLED" | "CLD_STOPPED" | "CLD_CONTINUED";
  readonly pid: number;
  readonly value: number;
}

/**
 * A signal handler. It runs on top of the program, between two of its calls, before the program goes on, and may make calls itself.
 * It sees the variables of the program that it stands in, as a handler in C sees global ones.
 */
export type SignalHandler = (signal: Signal, info: SignalInfo) => Generator<Call, unknown, unknown>;

/** struct sigaction. `mask`: signals that wait while the handler runs, besides its own (unless `SA_NODEFER`). */
export interface SignalAction {
  readonly handler: SignalHandler | Disposition;
  readonly mask?: readonly Signal[];
  readonly flags?: number;
}

/** A program that `exec` starts, with the words of its command line. */
export type ProgramWithArguments = (...args: string[]) => Generator<Call, unknown, unknown>;

/**
 * The program of a thread. It shares descriptors, dispositions and memory with its process, but a variable of JavaScript outside of it
 * is no shared variable: the kernel does not see it, and a replay may not. Share through calls.
 */
export type ThreadProgram = () => Generator<Call, unknown, unknown>;

export interface ProcessCalls {
  /**
   * execve(2), with a program in place of a path: the process goes on as that program. Descriptors with FD_CLOEXEC close, handled
   * signals fall back to the default, ignored ones stay so; mask, pending signals and alarm stay; other threads end. E2BIG.
   */
  exec(program: ProgramWithArguments, args: readonly string[]): never;
  /** getpgid(2): the process group of `pid`, 0 for the caller's own. ESRCH. */
  getpgid(pid: number): number;
  /** setpgid(2): 0 stands for the caller, and for `pid`'s own number. EACCES after the child's exec, EINVAL, EPERM, ESRCH. */
  setpgid(pid: number, group: number): void;
  getpgrp(): number;
  /** setsid(2): a new session and process group of the caller's number. EPERM for the leader of a process group. */
  setsid(): number;
  getsid(pid: number): number;
  /** gettid(2): the thread's own number; of the first thread, the process's. */
  gettid(): number;
  /** prctl(2): `PR_SET_CHILD_SUBREAPER` (0 or 1), `PR_GET_CHILD_SUBREAPER`. EINVAL for another option. */
  prctl(option: number, argument: number): number;

  /** kill(2): `pid` > 0 a process, 0 the caller's group, -1 everybody but init and the caller, < -1 the group -`pid`. ESRCH. */
  kill(pid: number, signal: Signal): void;
  /** sigqueue(3): the same for one process, with a value. ESRCH; EAGAIN when too many wait. */
  sigqueue(pid: number, signal: Signal, value: number): void;
  /** raise(3): to the calling thread. */
  raise(signal: Signal): void;
  /** abort(3): SIGABRT, which nothing survives: a handler runs, but may not come back. */
  abort(): never;
  /** sigaction(2): EINVAL for SIGKILL and SIGSTOP. */
  sigaction(signal: Signal, action: Disposition | SignalAction): void;
  /** The end of a handler calls it (sigreturn(2)); programs do not. */
  sigreturn(): never;
  /** sigprocmask(2), pthread_sigmask(3): gives the mask that was. EINVAL. SIGKILL and SIGSTOP are never blocked. */
  sigprocmask(how: number, set: readonly Signal[]): readonly Signal[];
  /** sigpending(2): blocked signals that wait for the thread or its process. */
  sigpending(): readonly Signal[];
  /** sigsuspend(2): waits with another mask until a handler has run; then always EINTR. */
  sigsuspend(mask: readonly Signal[]): never;
  /** pause(2): waits until a handler has run; then always EINTR. */
  pause(): never;
  /** sigwait(3): takes a pending signal of `set`, or waits for one. */
  sigwait(set: readonly Signal[]): Signal;
  /** sigwaitinfo(2): EINTR when a handler of another signal ran. */
  sigwaitinfo(set: readonly Signal[]): SignalInfo;
  /** sigtimedwait(2), with milliseconds: EAGAIN when they are over. */
  sigtimedwait(set: readonly Signal[], timeoutMs: number): SignalInfo;
  /** alarm(2): SIGALRM after so many seconds; 0: none. Gives what the one before it was set to (POSIX: what was left of it). */
  alarm(seconds: number): number;

  /** nanosleep(2): whole milliseconds, rounded up. EINTR when a handler has run, EINVAL for more than 999 999 999 nanoseconds. */
  nanosleep(seconds: number, nanoseconds: number): void;
  /** sched_yield(2): goes to the end of the queue. */
  sched_yield(): void;
  /** Uses the CPU for so many ticks. Signals act in between. Of this kernel only. */
  compute(ticks: number): void;
  /** nice(2): gives the new nice value, -20 to 19. Everybody may lower it here. */
  nice(increment: number): number;
  /** getpriority(2), for `PRIO_PROCESS`: the nice value of `who` (0: the caller). EINVAL, ESRCH. */
  getpriority(which: number, who: number): number;
  setpriority(which: number, who: number, nice: number): void;
  /** sched_setaffinity(2): the CPUs on which a thread may run (0: the caller). EINVAL for none of 0 to 7, ESRCH. */
  sched_setaffinity(pid: number, cpus: readonly number[]): void;

  /** pthread_create(3): the new thread's number. EAGAIN for too many. */
  pthread_create(program: ThreadProgram): number;
  /** pthread_join(3): what the thread's program returned, or gave to pthread_exit. EDEADLK, EINVAL, ESRCH. */
  pthread_join(thread: number): unknown;
  /** pthread_exit(3): ends the thread; with the last one ends the process. */
  pthread_exit(value: unknown): never;
  pthread_self(): number;
  /** pthread_detach(3): nobody will join the thread. EINVAL if it is so already, ESRCH. */
  pthread_detach(thread: number): void;
  /** pthread_kill(3): a signal to one thread of the same process; what it does by default it does to all of it. ESRCH. */
  pthread_kill(thread: number, signal: Signal): void;
}

export const exec = (program: ProgramWithArguments, args: readonly string[] = []) => new Call("exec", [program, args]);
export const getpgid = (pid = 0) => new Call("getpgid", [pid]);
export const setpgid = (pid: number, group: number) => new Call("setpgid", [pid, group]);
export const getpgrp = () => new Call("getpgrp", []);
export const setsid = () => new Call("setsid", []);
export const getsid = (pid = 0) => new Call("getsid", [pid]);
export const gettid = () => new Call("gettid", []);
export const prctl = (option: number, argument = 0) => new Call("prctl", [option, argument]);

export const kill = (pid: number, signal: Signal) => new Call("kill", [pid, signal]);
export const sigqueue = (pid: number, signal: Signal, value: number) => new Call("sigqueue", [pid, signal, value]);
export const raise = (signal: Signal) => new Call("raise", [signal]);
export const abort = () => new Call("abort", []);
/** The portable `sigaction`, and with handlers. */
export const sigaction = (signal: Signal, action: Disposition | SignalAction) =>
  new Call("sigaction", [signal, action]);
export const sigprocmask = (how: number, set: readonly Signal[] = []) => new Call("sigprocmask", [how, set]);
export const pthread_sigmask = sigprocmask;
export const sigpending = () => new Call("sigpending", []);
export const sigsuspend = (mask: readonly Signal[]) => new Call("sigsuspend", [mask]);
export const pause = () => new Call("pause", []);
export const sigwait = (set: readonly Signal[]) => new Call("sigwait", [set]);
export const sigwaitinfo = (set: readonly Signal[]) => new Call("sigwaitinfo", [set]);
export const sigtimedwait = (set: readonly Signal[], timeoutMs: number) => new Call("sigtimedwait", [set, timeoutMs]);
/** For machines: what runs when a handler is over. */
export const sigreturn = () => new Call("sigreturn", []);
export const alarm = (seconds: number) => new Call("alarm", [seconds]);

export const nanosleep = (seconds: number, nanoseconds: number) => new Call("nanosleep", [seconds, nanoseconds]);
export const sched_yield = () => new Call("sched_yield", []);
export const compute = (ticks: number) => new Call("compute", [ticks]);
export const nice = (increment: number) => new Call("nice", [increment]);
export const getpriority = (which: number, who: number) => new Call("getpriority", [which, who]);
export const setpriority = (which: number, who: number, value: number) => new Call("setpriority", [which, who, value]);
export const sched_setaffinity = (pid: number, cpus: readonly number[]) => new Call("sched_setaffinity", [pid, cpus]);

export const pthread_create = (program: ThreadProgram) => new Call("pthread_create", [program]);
export const pthread_join = (thread: number) => new Call("pthread_join", [thread]);
export const pthread_exit = (value?: unknown) => new Call("pthread_exit", [value]);
export const pthread_self = () => new Call("pthread_self", []);
export const pthread_detach = (thread: number) => new Call("pthread_detach", [thread]);
export const pthread_kill = (thread: number, signal: Signal) => new Call("pthread_kill", [thread, signal]);
