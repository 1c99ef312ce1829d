/**
 * What the kernel can do is a set of mechanisms, each a module that brings its calls. The core (base.ts) has processes, signals,
 * descriptors and pipes; the modules of other folders load theirs when they are imported, so that a page carries only what it uses.
 */
import type { Call, CallName } from "../../schema/call.ts";
import type { SignalAction, SignalHandler } from "../../schema/calls/process.ts";
import { addErrors } from "../../schema/errno.ts";
import { errnoTable } from "../../schema/errno-table.ts";
import { addDescriptions, type Descriptions } from "../../schema/describe.ts";
import type {
  Access,
  Draft,
  FinalResult,
  Kernel,
  KernelObject,
  PendingSignal,
  Pid,
  Process,
  Result,
} from "./kernel.ts";
import type { BasicModel, CallModel, FileOperations, Outcome } from "./model.ts";
import type { Block } from "./sleep.ts";

/** An argument of a call: its name, and what it must be where it is not (`a whole number`), else null. */
export type Parameter = readonly [name: string, check: (value: unknown) => string | null];

/** What happens to a mechanism's own things when a process forks, starts another program or ends. */
export interface Lifecycle {
  readonly fork?: (draft: Draft, parent: Process, child: Process) => void;
  readonly exec?: (draft: Draft, process: Process) => void;
  /** The last thread of a process has ended; `process` is its first. */
  readonly exit?: (draft: Draft, process: Process) => void;
  /** A thread ends, the first and the last one too. */
  readonly endThread?: (draft: Draft, thread: Process) => void;
  /** The objects that these touch. */
  readonly touches?: (kernel: Kernel, process: Process) => readonly Access[];
  /** The bytes of the object at this place are so many now. */
  readonly resized?: (draft: Draft, object: number, size: number) => void;
  /** What else changes when the object at this place does: the ready list of an epoll that watches it. */
  readonly watchers?: (kernel: Kernel, object: number) => readonly Access[];
}

export interface Mechanism {
  readonly calls: { readonly [Name in CallName]?: CallModel<Name> };
  readonly parameters: { readonly [Name in CallName]?: readonly Parameter[] };
  /** What the kinds of file do that it brings. */
  readonly files?: {
    readonly [Kind in KernelObject["kind"]]?: FileOperations<Kind>;
  };
  /** How a trace words its calls, where plain numbers and words do not do. */
  readonly descriptions?: Descriptions;
  readonly lifecycle?: Lifecycle;
  /** What happens beside the calls: an alarm goes off, a store reaches the memory. */
  readonly occurrences?: { readonly [Action in OccurrenceAction]?: Occurrence };
  /** Puts a handler on top of the program of a thread, which has come back from its call with `result` if it was inside of one. */
  readonly handle?: Handle;
  readonly storeBuffers?: StoreBuffers;
  readonly inheritance?: Inheritance;
}

/** Who runs at a better (smaller) priority than `priorityOf` says, because somebody waits for what it has; and whose priority that is. */
export type Inheritance = (kernel: Kernel, priorityOf: (pid: Pid) => number) => ReadonlyMap<Pid, Inherited>;
export interface Inherited {
  readonly priority: number;
  readonly from: Pid;
}

export type OccurrenceAction = "alarm" | "flush";

/** Something that happens to a thread by itself, whatever it does meanwhile. */
export interface Occurrence {
  /** What it touches; null where it cannot happen. */
  readonly find: (kernel: Kernel, pid: Pid) => readonly Access[] | null;
  readonly happen: (draft: Draft, pid: Pid) => void;
}

export type Handle = (
  draft: Draft,
  pid: Pid,
  waiting: PendingSignal,
  action: SignalAction,
  handler: SignalHandler,
  result: FinalResult | null,
) => Result | null;

/** Stores that have not reached the memory yet. They do so by themselves, one by one: the occurrence `flush`. */
export interface StoreBuffers {
  /** As accesses name the buffer of a process. */
  readonly name: (pid: Pid) => string;
  readonly isEmpty: (kernel: Kernel, pid: Pid) => boolean;
  /** Why a process has to wait until its stores are in memory. */
  readonly block: (kernel: Kernel, pid: Pid) => Block;
}

export type Touches = (kernel: Kernel, process: Process, ...args: readonly unknown[]) => readonly Access[];

/** The mechanism that every kernel has. */
export interface BasicMechanism extends Omit<Mechanism, "calls"> {
  readonly calls: { readonly [Name in CallName]?: BasicModel<Name> };
}

/** A model by any name: TypeScript cannot see that a call's arguments fit the model of the same name. */
export interface AnyModel {
  readonly touches?: Touches;
  readonly blocks?: (kernel: Kernel, process: Process, ...args: readonly unknown[]) => Block | null;
  readonly perform: (draft: Draft, process: Process, ...args: readonly unknown[]) => Outcome;
  readonly expire?: (draft: Draft, process: Process, ...args: readonly unknown[]) => Outcome;
  readonly choices?: (kernel: Kernel, process: Process, ...args: readonly unknown[]) => number;
  readonly restarts?: "always" | "never";
  readonly interrupt?: (draft: Draft, process: Process, ...args: readonly unknown[]) => Outcome | null;
  readonly computes?: true;
  readonly unfenced?: true;
  readonly silent?: (kernel: Kernel, process: Process, ...args: readonly unknown[]) => boolean;
  readonly object?: (kernel: Kernel, process: Process, ...args: readonly unknown[]) => string | undefined;
}

const calls = new Map<string, AnyModel>();
const parameters = new Map<string, readonly Parameter[]>();
const operations = new Map<string, unknown>();
const lifecycles: Lifecycle[] = [];
const occurrences = new Map<OccurrenceAction, Occurrence>();
let handle: Handle | null = null;
let storeBuffers: StoreBuffers | null = null;
let inheritance: Inheritance | null = null;

/**
 * Teaches the kernel a mechanism. Gives back the constructors of its calls: who exports them through this has loaded it, and a bundle in
 * which nobody uses one leaves the mechanism out.
 */
export function loadMechanism<Calls>(mechanism: Mechanism, constructors: Calls): Calls {
  addErrors(errnoTable);
  addMechanism(mechanism);
  return constructors;
}

/** Models are only ever added. */
export function addMechanism(mechanism: Mechanism | BasicMechanism): void {
  for (const [name, model] of Object.entries(mechanism.calls)) calls.set(name, model as unknown as AnyModel);
  for (const [name, list] of Object.entries(mechanism.parameters)) parameters.set(name, list);
  for (const [kind, one] of Object.entries(mechanism.files ?? {})) operations.set(kind, one);
  if (mechanism.descriptions) addDescriptions(mechanism.descriptions);
  if (mechanism.lifecycle && !lifecycles.includes(mechanism.lifecycle)) lifecycles.push(mechanism.lifecycle);
  for (const [action, one] of Object.entries(mechanism.occurrences ?? {}))
    occurrences.set(action as OccurrenceAction, one);
  handle = mechanism.handle ?? handle;
  storeBuffers = mechanism.storeBuffers ?? storeBuffers;
  inheritance = mechanism.inheritance ?? inheritance;
}

/** The model of a call that `checkCall` has let through. */
export function modelOf(call: Call): AnyModel {
  const model = calls.get(call.name);
  if (!model) throw new RangeError(`no mechanism of this kernel performs ${call.name}`);
  return model;
}

/** What the arguments of `name` must be; null where no mechanism that is loaded has such a call. */
export const parametersOf = (name: string): readonly Parameter[] | null => parameters.get(name) ?? null;

/** The operations of the kind that `object` is. */
export function operationsOf(object: KernelObject): FileOperations<KernelObject["kind"]> {
  const found = operations.get(object.kind);
  if (!found) throw new RangeError(`${object.name} is no file`);
  return found as FileOperations<KernelObject["kind"]>;
}

/** Whether descriptors can name `object`. */
export const isFile = (object: KernelObject): boolean => operations.has(object.kind);

/** The store buffers of `kernel`; null where each store is in memory at once. */
export const findStoreBuffers = ({ memoryModel }: Kernel): StoreBuffers | null =>
  memoryModel === "tso" ? storeBuffers : null;

/** All kinds of what happens by itself. */
export const listOccurrences = (): ReadonlyMap<OccurrenceAction, Occurrence> => occurrences;

/** How handlers are run. @throws RangeError: the mechanism that sets them is not loaded. */
export function findHandle(): Handle {
  if (!handle) throw new RangeError("no mechanism of this kernel runs handlers");
  return handle;
}

/** How priorities are inherited; null where nothing that is loaded does so. */
export const findInheritance = (): Inheritance | null => inheritance;

export const listLifecycles = (): readonly Lifecycle[] => lifecycles;
