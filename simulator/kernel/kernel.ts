/**
 * The kernel as one immutable value: processes, open files, the objects behind them, and who sleeps on what. A change makes a new
 * value that shares what did not change, so an earlier kernel stays what it was.
 */
import type { Call, Disposition } from "../../schema/call.ts";
import type { ProgramWithArguments, SignalAction, SignalHandler, SignalInfo } from "../../schema/calls/process.ts";
import type { Signal } from "../../schema/signal.ts";
import type { ErrnoName } from "../../schema/errno.ts";
import type { TraceEvent } from "../../schema/trace.ts";
import type { CommunicationObject } from "../communication/objects.ts";
import type { AddressSpace, MemoryObject } from "../memory/objects.ts";
import type { SynchronisationObject } from "../synchronisation/objects.ts";
import type { Pipe } from "./pipe.ts";
import type { Block, Sleeper } from "./sleep.ts";
import type { StandardStream } from "./stream.ts";

export type Pid = number;
/** The process that inherits and reaps orphans. It is no program and never runs here. */
export const INIT: Pid = 1;
/** The pid of the first program. */
export const FIRST_PID: Pid = 100;

/** An entry of a process's descriptor table; `file` counts in `Kernel.files`. */
export interface Descriptor {
  readonly file: number;
  readonly closeOnExec: boolean;
}

/** An open file description (open(2)): what descriptors share after `fork` and `dup2`. `object` counts in `Kernel.objects`. */
export interface OpenFile {
  readonly object: number;
  /** Access mode and status flags, as `F_GETFL` gives them. */
  readonly flags: number;
  /** Descriptors that name it, over all processes. */
  readonly references: number;
  /** Where a regular file is read and written next, in bytes; absent: 0. */
  readonly offset?: number;
}

/** What processes share through the kernel; each kind is a mechanism of its own. `name` is what a trace calls it. */
export type KernelObject = StandardStream | Pipe | CommunicationObject | MemoryObject;

/** In which order the stores of one process reach the others: at once (`sc`), or through a store buffer as on x86 (`tso`). */
export type MemoryModel = "sc" | "tso";

/** How far a process is inside its call, once the call has had to wait. */
export interface Inside {
  /** What is done already: bytes that a write has put. */
  readonly progress: number;
  /** Its timeout is over. */
  readonly expired: boolean;
}

/** A signal that waits to be acted on. */
export interface PendingSignal {
  readonly signal: Signal;
  readonly info: SignalInfo;
  /** Of one that was sent to the whole process: the thread that was woken for it; null: whoever takes it first. */
  readonly target: Pid | null;
}

/** A handler that runs on top of the program, and what comes after it. */
export interface Frame {
  /** The mask that comes back. */
  readonly mask: readonly Signal[];
  /** The call that begins (again), or goes on where it was. */
  readonly call: Call | null;
  readonly inside: Inside | null;
  /** What the program is told then, where its call is over. */
  readonly result: FinalResult | null;
}

/** How a call came back to its program. */
export type FinalResult =
  | { readonly kind: "return"; readonly value: unknown }
  | {
      readonly kind: "fail";
      readonly errno: ErrnoName;
      readonly syscall: string;
    };

/**
 * What a thread's program is told. `handle`: a handler runs on top of it. `resume`: the handler on top is over, and the program below is
 * told `result`, or still waits for what it has asked (null). `exec`: the process goes on as another program.
 */
export type Result =
  | FinalResult
  | {
      readonly kind: "handle";
      readonly handler: SignalHandler;
      readonly signal: Signal;
      readonly info: SignalInfo;
    }
  | { readonly kind: "resume"; readonly result: FinalResult | null }
  | {
      readonly kind: "exec";
      readonly program: ProgramWithArguments;
      readonly args: readonly string[];
    };

/** One thread. What all threads of its process share is in the first one's record: see `commonOf`. */
export interface Process {
  /** Of a thread: its thread number (gettid(2)). */
  readonly pid: Pid;
  /** The process that a thread belongs to, which is its first thread. */
  readonly group: Pid;
  readonly parent: Pid;
  /** `main`, its first child `main.1`, that one's second child `main.1.2`. */
  readonly role: string;
  readonly state: "ready" | "blocked" | "stopped" | "zombie";
  /** The call that it makes next, or is inside of; null until its program has asked. */
  readonly call: Call | null;
  /** null: the call has not begun. */
  readonly inside: Inside | null;
  readonly blocked: Block | null;
  readonly signals: Signals;
  readonly thread: Thread;
  /** Counts in the first thread's record only. */
  readonly common: Common;
  /** Its page tables, where it has mapped memory; in the first thread's record only. */
  readonly memory?: AddressSpace;
}

/** What a thread does with signals. */
export interface Signals {
  /** Those that wait for this thread alone, in the order in which they came. */
  readonly pending: readonly PendingSignal[];
  /** Those that it does not take now (its signal mask). */
  readonly mask: readonly Signal[];
  /** The mask that sigsuspend has put aside. */
  readonly suspended: readonly Signal[] | null;
  /** The handlers that run, the innermost last. */
  readonly frames: readonly Frame[];
  /** It stops, or ends because another thread has called exec, as soon as it runs. */
  readonly told: { readonly kind: "stop"; readonly signal: Signal } | { readonly kind: "end" } | null;
}

/** What else is a thread's own. */
export interface Thread {
  /** How many children and how many pipes it has made; both count in names. */
  readonly forks: number;
  readonly pipes: number;
  /** What pthread_join gives. */
  readonly value: unknown;
  readonly detached: boolean;
  /** The CPUs on which it may run; null: all. */
  readonly affinity: readonly number[] | null;
}

/** What the threads of a process have in common. */
export interface Common {
  /** Those that live; and those that have ended and nobody has joined yet. */
  readonly threads: readonly Pid[];
  readonly endedThreads: readonly Pid[];
  readonly children: readonly Pid[];
  readonly descriptors: readonly (Descriptor | null)[];
  readonly processGroup: Pid;
  readonly session: Pid;
  /** It has called exec since its fork. */
  readonly executed: boolean;
  /** PR_SET_CHILD_SUBREAPER: it inherits the orphans among its descendants, instead of init. */
  readonly subreaper: boolean;
  /** -20 to 19. */
  readonly nice: number;
  /** Signals that are not at their default. */
  readonly dispositions: Readonly<Partial<Record<Signal, Disposition | SignalAction>>>;
  /** Signals that wait for whichever thread takes them. */
  readonly pending: readonly PendingSignal[];
  /** That it has stopped or goes on, until its parent has waited for that. */
  readonly news: {
    readonly kind: "stopped" | "continued";
    readonly signal: Signal;
  } | null;
  /** alarm(2); a new value each time that it is set. */
  readonly alarm: { readonly seconds: number } | null;
  /** How it will have ended when its last thread has. */
  readonly exiting: End | null;
  /** How a zombie ended. */
  readonly end: End | null;
}

/** The end of a process: by `exit` or by a signal. */
export interface End {
  readonly exitStatus: number | null;
  readonly termSignal: Signal | null;
}

export interface Kernel {
  /** By pid, counted from `FIRST_PID`; null once reaped. Pids are not used again. */
  readonly processes: readonly (Process | null)[];
  readonly files: readonly (OpenFile | null)[];
  /** An object that nobody has open stays here as it was last, for those who look afterwards. */
  readonly objects: readonly KernelObject[];
  /** Objects that have a name by which any process finds them: a path, a key. Counts in `objects`. */
  readonly names: Readonly<Record<string, number>>;
  /** What programs synchronise by, under the name that accesses have for it (`mutex m`); what is not there is as it is at first. */
  readonly shared: Readonly<Record<string, SynchronisationObject>>;
  readonly memoryModel: MemoryModel;
  /** Who waits, longest first. */
  readonly sleepers: readonly Sleeper[];
}

type WithoutTime<Event> = Event extends unknown ? Omit<Event, "at" | "cpu"> : never;
/** A trace event before a driver has said when and on which CPU. */
export type StepEvent = WithoutTime<TraceEvent>;

/** The next kernel while one step is being made, and what happened in it. Nobody keeps a draft after the step. */
export interface Draft {
  kernel: Kernel;
  readonly events: StepEvent[];
  /** Which of the ways that its call allows the transition takes; 0: what Linux does. */
  readonly choice: number;
}

/** What a transition touches; two transitions that touch no common object, or only read it, may change places. */
export interface Access {
  readonly object: string;
  readonly writes: boolean;
}

export const findProcess = (kernel: Kernel, pid: Pid): Process | undefined =>
  kernel.processes[pid - FIRST_PID] ?? undefined;

export function getProcess(kernel: Kernel, pid: Pid): Process {
  const process = findProcess(kernel, pid);
  if (!process) throw new RangeError(`there is no process ${pid} in this kernel`);
  return process;
}

export const listProcesses = (kernel: Kernel): Process[] => kernel.processes.filter((process) => process !== null);

/** The children of a process, in the order of their birth. */
export const listChildren = (kernel: Kernel, parent: Pid): Process[] =>
  (findProcess(kernel, parent)?.common.children ?? []).map((child) => getProcess(kernel, child));

/** The threads of a process that live. */
export const listThreads = (kernel: Kernel, group: Process): Process[] =>
  group.common.threads.map((thread) => getProcess(kernel, thread));

export const updateProcess = (draft: Draft, pid: Pid, changes: Partial<Process>): void =>
  replaceProcess(draft, { ...getProcess(draft.kernel, pid), ...changes });

export function updateSignals(draft: Draft, pid: Pid, changes: Partial<Signals>): void {
  const process = getProcess(draft.kernel, pid);
  replaceProcess(draft, { ...process, signals: { ...process.signals, ...changes } });
}

export function updateThread(draft: Draft, pid: Pid, changes: Partial<Thread>): void {
  const process = getProcess(draft.kernel, pid);
  replaceProcess(draft, { ...process, thread: { ...process.thread, ...changes } });
}

/** `group`: the process, by its first thread. */
export function updateCommon(draft: Draft, group: Pid, changes: Partial<Common>): void {
  const process = getProcess(draft.kernel, group);
  replaceProcess(draft, { ...process, common: { ...process.common, ...changes } });
}

/** The same, for a process that has been changed already: `{ ...process, call }` is several times as fast as two spreads. */
export function replaceProcess(draft: Draft, process: Process): void {
  draft.kernel = { ...draft.kernel, processes: draft.kernel.processes.with(process.pid - FIRST_PID, process) };
}

/** Forgets a process: nobody can wait for it any more. */
export function removeProcess(draft: Draft, pid: Pid): void {
  draft.kernel = { ...draft.kernel, processes: draft.kernel.processes.with(pid - FIRST_PID, null) };
}

/** The first thread of the process that `thread` belongs to. */
export const getGroup = (kernel: Kernel, thread: Process): Process =>
  thread.group === thread.pid ? thread : getProcess(kernel, thread.group);

/** What `thread` shares with the other threads of its process. */
export const commonOf = (kernel: Kernel, thread: Process): Common => getGroup(kernel, thread).common;

export function getObject(kernel: Kernel, index: number): KernelObject {
  const object = kernel.objects[index];
  if (!object) throw new RangeError(`there is no object ${index} in this kernel`);
  return object;
}

/** Adds an object; answers with its place. */
export function addObject(draft: Draft, object: KernelObject): number {
  draft.kernel = { ...draft.kernel, objects: [...draft.kernel.objects, object] };
  return draft.kernel.objects.length - 1;
}

/** What a name leads to; undefined (ENOENT) where nothing has it. */
export function findNamed(kernel: Kernel, name: string): number | undefined {
  return Object.hasOwn(kernel.names, name) ? kernel.names[name] : undefined;
}

export function bindName(draft: Draft, name: string, object: number): void {
  draft.kernel = { ...draft.kernel, names: { ...draft.kernel.names, [name]: object } };
}

export function unbindName(draft: Draft, name: string): void {
  const { [name]: _gone, ...names } = draft.kernel.names;
  draft.kernel = { ...draft.kernel, names };
}

export function updateObject(draft: Draft, index: number, object: KernelObject): void {
  draft.kernel = { ...draft.kernel, objects: draft.kernel.objects.with(index, object) };
}

/** As accesses name it: what is written to stdout and stderr meets on one screen. */
export const accessName = (object: KernelObject): string =>
  object.kind === "input" || object.kind === "output" ? object.kind : object.name;

/** `P101`, as sentences name a process. */
export const namePid = (pid: Pid): string => `P${pid}`;

/** `P101`, `P101 and P102`, `5 processes`; `nobody`. */
export function namePids(pids: readonly Pid[]): string {
  const names = pids.map(namePid);
  if (names.length > 4) return `${names.length} processes`;
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : (names[0] ?? "nobody");
}
