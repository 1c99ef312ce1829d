/**
 * The pure core. `enabled` says what may happen next, `step` makes it happen. There is no clock, no chance and no program in it:
 * a driver chooses among what is enabled, and a machine tells programs their results and asks them for their next calls.
 */
import type { Call } from "../../schema/call.ts";
import { O_RDONLY, O_WRONLY } from "../../schema/constants.ts";
import { describeArguments, describeResult } from "../../schema/describe.ts";
import type { ErrnoName } from "../../schema/errno.ts";
import { calls } from "./calls.ts";
import { deliver } from "./delivery.ts";
import {
  FIRST_PID,
  findProcess,
  getProcess,
  INIT,
  listProcesses,
  updateProcess,
  type Access,
  type Draft,
  type Kernel,
  type Pid,
  type Process,
  type StepEvent,
} from "./kernel.ts";
import { reads, writes, type Outcome } from "./model.ts";
import { touchesEnd } from "./process.ts";
import { sleep, wake, type Block } from "./sleep.ts";

/** Something that one process can do next. `choice` numbers the ways in which the same action can go; today there is one each. */
export interface Transition {
  readonly pid: Pid;
  /** `call`: begins or goes on with its call. `signal`: acts on a pending signal. `timeout`: its timeout passes while it waits. */
  readonly action: "call" | "signal" | "timeout";
  readonly choice: number;
  readonly accesses: readonly Access[];
  /** The call would only begin to wait; an explorer may leave such a transition out. */
  readonly block: Block | null;
}

/** What a process's program is told. */
export type Result =
  | { readonly kind: "return"; readonly value: unknown }
  | { readonly kind: "fail"; readonly errno: ErrnoName; readonly syscall: string };

export interface Step {
  readonly kernel: Kernel;
  /** null: the call has not come back, or never will. */
  readonly result: Result | null;
  readonly events: readonly StepEvent[];
}

/** A kernel with one process, `main`, that has asked for nothing yet. */
export function createKernel(): Kernel {
  const main: Process = {
    pid: FIRST_PID,
    parent: INIT,
    role: "main",
    forks: 0,
    pipes: 0,
    state: "ready",
    call: null,
    inside: null,
    blocked: null,
    descriptors: [0, 1, 2].map((file) => ({ file, closeOnExec: false })),
    dispositions: {},
    pending: [],
    end: null,
  };
  const files = [O_RDONLY, O_WRONLY, O_WRONLY].map((flags, object) => ({ object, flags, references: 1 }));
  const objects = [
    { kind: "input", name: "stdin" },
    { kind: "output", name: "stdout" },
    { kind: "output", name: "stderr" },
  ] as const;
  return { processes: [main], files, objects, sleepers: [] };
}

/** The program of `pid` asks for its next call. */
export function request(kernel: Kernel, pid: Pid, call: Call): Kernel {
  const draft: Draft = { kernel, events: [] };
  updateProcess(draft, pid, { call });
  return draft.kernel;
}

/** What may happen next, by pid. */
export const enabled = (kernel: Kernel): readonly Transition[] =>
  listProcesses(kernel).flatMap((process) => findTransition(kernel, process.pid) ?? []);

/** What process `pid` can do next; null while it waits, is stopped or has ended. */
export function findTransition(kernel: Kernel, pid: Pid): Transition | null {
  const process = getProcess(kernel, pid);
  const timesOut = process.blocked?.timeoutMs !== undefined;
  if (!process.call || (process.state !== "ready" && !timesOut)) return null;
  const own = reads(`process ${pid}`);
  const touched = modelOf(process.call).touches(kernel, process, ...process.call.args);
  if (timesOut) {
    return { pid, action: "timeout", choice: 0, accesses: [writes(own.object), ...touched], block: null };
  }
  const block = findBlock(kernel, process);
  const isSignalled = process.pending.length > 0;
  const mayEnd = isSignalled || touched.some(({ object, writes }) => writes && object === own.object);
  const accesses = [own, ...touched, ...(mayEnd ? touchesEnd(kernel, process) : [])];
  const action = isSignalled && (!process.inside || block) ? "signal" : "call";
  return { pid, action, choice: 0, accesses, block: action === "call" ? block : null };
}

/** Two transitions depend on each other if they touch one object and one of them changes it: only then does their order matter. */
export const dependent = (one: Transition, other: Transition): boolean =>
  one.accesses.some((a) => other.accesses.some((b) => a.object === b.object && (a.writes || b.writes)));

/**
 * Makes a transition happen. The kernel that it was given stays as it is.
 * @throws RangeError: the transition is not enabled in this kernel.
 */
export function step(kernel: Kernel, { pid, action }: Transition): Step {
  const { state } = getProcess(kernel, pid);
  if (state !== (action === "timeout" ? "blocked" : "ready")) throw new RangeError(`step: process ${pid} is ${state}`);
  const draft: Draft = { kernel, events: [] };
  const result = take[action](draft, pid);
  return { kernel: draft.kernel, result, events: draft.events };
}

const take: Record<Transition["action"], (draft: Draft, pid: Pid) => Result | null> = {
  call: advance,
  signal(draft, pid) {
    deliver(draft, pid);
    return null;
  },
  timeout(draft, pid) {
    const { inside, blocked } = getProcess(draft.kernel, pid);
    wake(draft, pid, `${blocked?.timeoutMs} ms are over`);
    updateProcess(draft, pid, { inside: { progress: inside?.progress ?? 0, expired: true } });
    return null;
  },
};

/** Begins the call, or goes on with it, until it comes back, has to wait, or the process is gone. */
function advance(draft: Draft, pid: Pid): Result | null {
  const caller = getProcess(draft.kernel, pid);
  const { call } = caller;
  if (!call) throw new RangeError(`process ${pid} has not asked for a call`);
  const silent = modelOf(call).silent?.(draft.kernel, caller, ...call.args) ?? false;
  if (!caller.inside && !silent) draft.events.push(describeEntry(draft.kernel, caller, call));
  for (;;) {
    const process = getProcess(draft.kernel, pid);
    const block = findBlock(draft.kernel, process);
    if (block) {
      updateProcess(draft, pid, { inside: process.inside ?? { progress: 0, expired: false } });
      sleep(draft, pid, block);
      return null;
    }
    const model = modelOf(call);
    const perform = process.inside?.expired && model.expire ? model.expire : model.perform;
    const outcome = perform(draft, process, ...call.args);
    if (outcome.kind === "end") return null;
    if (outcome.kind !== "continue") return comeBack(draft, pid, call, outcome, silent);
    updateProcess(draft, pid, { inside: { progress: outcome.progress, expired: false } });
  }
}

type FinalOutcome = Outcome & { readonly kind: "return" | "fail" };

/** The call is over; a signal that came meanwhile is acted on before the program goes on. */
function comeBack(draft: Draft, pid: Pid, call: Call, outcome: FinalOutcome, silent: boolean): Result | null {
  updateProcess(draft, pid, { call: null, inside: null });
  if (!silent) draft.events.push(describeExit(pid, call, outcome));
  if (getProcess(draft.kernel, pid).pending.length > 0) deliver(draft, pid);
  const state = findProcess(draft.kernel, pid)?.state ?? "zombie";
  if (state === "zombie") return null;
  return outcome.kind === "return" ? outcome : { ...outcome, syscall: syscallOf(call) };
}

function describeEntry(kernel: Kernel, process: Process, call: Call): StepEvent {
  const object = modelOf(call).object?.(kernel, process, ...call.args);
  const event = { kind: "call", pid: process.pid, call: call.name, args: describeArguments(call) } as const;
  return object === undefined ? event : { ...event, object };
}

function describeExit(pid: Pid, call: Call, outcome: FinalOutcome): StepEvent {
  if (outcome.kind === "fail") return { kind: "fail", pid, call: call.name, errno: outcome.errno };
  const { value } = outcome;
  const event = { kind: "return", pid, call: call.name, result: describeResult(call, value) } as const;
  if (call.name === "write") return { ...event, bytes: value as number };
  return value instanceof Uint8Array ? { ...event, bytes: value.length } : event;
}

/** The system call behind a portable call, as an error names it. */
const syscallOf = (call: Call): string => (call.name === "print" ? "write" : call.name);

function findBlock(kernel: Kernel, process: Process): Block | null {
  const { call, inside } = process;
  return call && !inside?.expired ? (modelOf(call).blocks?.(kernel, process, ...call.args) ?? null) : null;
}

/** A model by any name: TypeScript cannot see that a call's arguments fit the model of the same name. */
interface AnyModel {
  readonly touches: (kernel: Kernel, process: Process, ...args: readonly unknown[]) => readonly Access[];
  readonly blocks?: (kernel: Kernel, process: Process, ...args: readonly unknown[]) => Block | null;
  readonly perform: (draft: Draft, process: Process, ...args: readonly unknown[]) => Outcome;
  readonly expire?: (draft: Draft, process: Process, ...args: readonly unknown[]) => Outcome;
  readonly silent?: (kernel: Kernel, process: Process, ...args: readonly unknown[]) => boolean;
  readonly object?: (kernel: Kernel, process: Process, ...args: readonly unknown[]) => string | undefined;
}
const modelOf = (call: Call) => calls[call.name] as unknown as AnyModel;
