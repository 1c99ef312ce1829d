/**
 * The kernel as one immutable value: processes, open files, the objects behind them, and who sleeps on what. A change makes a new
 * value that shares what did not change, so an earlier kernel stays what it was.
 */
import type { Call, Disposition, SignalName } from "../../schema/call.ts";
import type { TraceEvent } from "../../schema/trace.ts";
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
}

/** What a file can be; each kind is a mechanism of its own. `name` is what a trace calls it. */
export type KernelObject = StandardStream | Pipe;

/** How far a process is inside its call, once the call has had to wait. */
export interface Inside {
  /** What is done already: bytes that a write has put. */
  readonly progress: number;
  /** Its timeout is over. */
  readonly expired: boolean;
}

export interface Process {
  readonly pid: Pid;
  readonly parent: Pid;
  /** `main`, its first child `main.1`, that one's second child `main.1.2`. */
  readonly role: string;
  /** How many children and how many pipes it has made; both count in names. */
  readonly forks: number;
  readonly pipes: number;
  readonly state: "ready" | "blocked" | "stopped" | "zombie";
  /** The call that it makes next, or is inside of; null until its program has asked. */
  readonly call: Call | null;
  /** null: the call has not begun. */
  readonly inside: Inside | null;
  readonly blocked: Block | null;
  readonly descriptors: readonly (Descriptor | null)[];
  /** Signals that are not at their default. */
  readonly dispositions: Readonly<Partial<Record<SignalName, Disposition>>>;
  /** Signals that wait for the process to run, the one that it acts on first in front. */
  readonly pending: readonly SignalName[];
  /** How a zombie ended. */
  readonly end: End | null;
}

/** The end of a process: by `exit` or by a signal. */
export interface End {
  readonly exitStatus: number | null;
  readonly termSignal: SignalName | null;
}

export interface Kernel {
  /** By pid, counted from `FIRST_PID`; null once reaped. Pids are not used again. */
  readonly processes: readonly (Process | null)[];
  readonly files: readonly (OpenFile | null)[];
  /** An object that nobody has open stays here as it was last, for those who look afterwards. */
  readonly objects: readonly KernelObject[];
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

export const listChildren = (kernel: Kernel, parent: Pid): Process[] =>
  listProcesses(kernel).filter((process) => process.parent === parent);

export function updateProcess(draft: Draft, pid: Pid, changes: Partial<Process>): void {
  const process = { ...getProcess(draft.kernel, pid), ...changes };
  draft.kernel = { ...draft.kernel, processes: draft.kernel.processes.with(pid - FIRST_PID, process) };
}

/** Forgets a process: nobody can wait for it any more. */
export function removeProcess(draft: Draft, pid: Pid): void {
  draft.kernel = { ...draft.kernel, processes: draft.kernel.processes.with(pid - FIRST_PID, null) };
}

export function getObject(kernel: Kernel, index: number): KernelObject {
  const object = kernel.objects[index];
  if (!object) throw new RangeError(`there is no object ${index} in this kernel`);
  return object;
}

export function updateObject(draft: Draft, index: number, object: KernelObject): void {
  draft.kernel = { ...draft.kernel, objects: draft.kernel.objects.with(index, object) };
}

/** As accesses name it: what is written to stdout and stderr meets on one screen. */
export const accessName = (object: KernelObject): string => (object.kind === "pipe" ? object.name : object.kind);

/** `P101`, as sentences name a process. */
export const namePid = (pid: Pid): string => `P${pid}`;
