/**
 * The pure core. `enabled` says what may happen next, `step` makes it happen. There is no clock, no chance and no program in it:
 * a driver chooses among what is enabled, and a machine tells programs their results and asks them for their next calls.
 */
import type { Call } from "../../schema/call.ts";
import { O_RDONLY, O_WRONLY } from "../../schema/constants.ts";
import { base } from "./base.ts";
import { deliver } from "./delivery.ts";
import {
  findProcess,
  getProcess,
  replaceProcess,
  updateProcess,
  type Draft,
  type FinalResult,
  type Kernel,
  type MemoryModel,
  type Pid,
  type Process,
  type Result,
  type StepEvent,
} from "./kernel.ts";
import { addMechanism, findStoreBuffers, listOccurrences, modelOf, type OccurrenceAction } from "./mechanism.ts";
import type { Outcome } from "./model.ts";
import { firstProcess } from "./process.ts";
import { hasSignal } from "./signal.ts";
import { sleep, wake, type Block } from "./sleep.ts";
import { concludeCall, describeEntry, describeExit } from "./words.ts";

addMechanism(base);

export type { Result } from "./kernel.ts";

/** Something that can happen next to one thread. `choice` numbers the ways in which it can go; 0 is what Linux does. */
export interface Transition {
  /** Where it can happen. */
  readonly kernel: Kernel;
  readonly pid: Pid;
  /**
   * `call`: begins or goes on with its call. `signal`: acts on a pending signal. `timeout`: its timeout passes while it waits. Whatever it
   * does meanwhile, `alarm`: the alarm(2) clock of its process goes off; `flush`: its oldest store reaches the memory.
   */
  readonly action: "call" | "signal" | "timeout" | OccurrenceAction;
  readonly choice: number;
  /** The call would only begin to wait; an explorer may leave such a transition out. */
  readonly block: Block | null;
}

export interface Step {
  readonly kernel: Kernel;
  /** null: the call has not come back, or never will. */
  readonly result: Result | null;
  readonly events: readonly StepEvent[];
}

/** A kernel with one process, `main`, that has asked for nothing yet. */
export function createKernel({ memoryModel = "sc" }: { readonly memoryModel?: MemoryModel } = {}): Kernel {
  const files = [O_RDONLY, O_WRONLY, O_WRONLY].map((flags, object) => ({ object, flags, references: 1 }));
  const objects = [
    { kind: "input", name: "stdin" },
    { kind: "output", name: "stdout" },
    { kind: "output", name: "stderr" },
  ] as const;
  return { processes: [firstProcess], files, objects, names: {}, shared: {}, memoryModel, sleepers: [] };
}

/** The program of `pid` asks for its next call. */
export function request(kernel: Kernel, pid: Pid, call: Call): Kernel {
  const draft: Draft = { kernel, events: [], choice: 0 };
  replaceProcess(draft, { ...getProcess(kernel, pid), call });
  return draft.kernel;
}

/** What may happen next, by pid; with `permitted`, in every way that POSIX permits and not only as Linux does it. */
export function enabled(kernel: Kernel, { permitted = false }: { readonly permitted?: boolean } = {}): Transition[] {
  const transitions: Transition[] = [];
  for (const process of kernel.processes) {
    if (!process) continue;
    const transition = findTransition(kernel, process.pid);
    if (transition) transitions.push(transition);
    if (transition && permitted) transitions.push(...listChoices(kernel, process, transition));
    for (const action of listOccurrences().keys()) {
      const occurrence = findOccurrence(kernel, process.pid, action);
      if (occurrence) transitions.push(occurrence);
    }
  }
  return transitions;
}

/** The other ways in which the same transition may go. */
function listChoices(kernel: Kernel, process: Process, { action, block }: Transition): Transition[] {
  if (!process.call || action !== "call" || block) return [];
  const count = modelOf(process.call).choices?.(kernel, process, ...process.call.args) ?? 1;
  return Array.from({ length: count - 1 }, (_, index) => new LazyTransition(kernel, process, action, index + 1));
}

/** What can happen to thread `pid` by itself. When the time for an alarm has come, a driver knows. */
export function findOccurrence(kernel: Kernel, pid: Pid, action: OccurrenceAction): Transition | null {
  return listOccurrences().get(action)?.find(kernel, pid) ? { kernel, pid, action, choice: 0, block: null } : null;
}

/** What thread `pid` can do next; null while it waits, is stopped or has ended. */
export function findTransition(kernel: Kernel, pid: Pid): Transition | null {
  const process = getProcess(kernel, pid);
  if (!process.call) return null;
  if (process.state === "ready") {
    const isSignalled = hasSignal(kernel, process) && (!process.inside || actsAtOnce(kernel, process));
    return new LazyTransition(kernel, process, isSignalled ? "signal" : "call", 0);
  }
  return process.blocked?.timeoutMs === undefined ? null : new LazyTransition(kernel, process, "timeout", 0);
}

/** The transition that a schedule speaks of; null where it is not enabled. */
export function findExactly(
  kernel: Kernel,
  { pid, action, choice }: Pick<Transition, "pid" | "action" | "choice">,
): Transition | null {
  if (!findProcess(kernel, pid)) return null;
  const isOccurrence = action === "alarm" || action === "flush";
  const found = isOccurrence ? findOccurrence(kernel, pid, action) : findTransition(kernel, pid);
  if (found?.action !== action || choice === 0) return found?.action === action ? found : null;
  return listChoices(kernel, getProcess(kernel, pid), found)[choice - 1] ?? null;
}

/** Inside of a call, a signal waits until the call comes back, unless it would wait itself. */
const actsAtOnce = (kernel: Kernel, process: Process): boolean =>
  (process.call && modelOf(process.call).computes) === true || findBlock(kernel, process) !== null;

/** Why it waits is found out when somebody asks: a clock never does. A class, since getters of single objects are slow. */
class LazyTransition implements Transition {
  readonly pid: Pid;
  readonly action: Transition["action"];
  readonly choice: number;
  readonly kernel: Kernel;
  private readonly process: Process;

  constructor(kernel: Kernel, process: Process, action: Transition["action"], choice: number) {
    this.pid = process.pid;
    this.action = action;
    this.choice = choice;
    this.kernel = kernel;
    this.process = process;
  }
  get block(): Block | null {
    return this.action === "call" ? findBlock(this.kernel, this.process) : null;
  }
}

/**
 * Makes a transition happen, and adds to `events` what happened. The kernel that it was given stays as it is.
 * @throws RangeError: the transition is not enabled in this kernel.
 */
export function step(kernel: Kernel, { pid, action, choice }: Transition, events: StepEvent[] = []): Step {
  const draft: Draft = { kernel, events, choice };
  const result = take(draft, pid, action);
  return { kernel: draft.kernel, result, events };
}

function take(draft: Draft, pid: Pid, action: Transition["action"]): Result | null {
  if (action === "alarm" || action === "flush") {
    const occurrence = listOccurrences().get(action);
    if (!occurrence?.find(draft.kernel, pid)) throw new RangeError(`step: process ${pid} has no ${action} before it`);
    occurrence.happen(draft, pid);
    return null;
  }
  const { state } = getProcess(draft.kernel, pid);
  if (state !== (action === "timeout" ? "blocked" : "ready")) throw new RangeError(`step: process ${pid} is ${state}`);
  if (action === "call") return advance(draft, pid);
  return action === "signal" ? deliver(draft, pid) : endWait(draft, pid);
}

/** Its timeout is over. */
function endWait(draft: Draft, pid: Pid): null {
  const { inside, blocked } = getProcess(draft.kernel, pid);
  wake(draft, pid, `${blocked?.timeoutMs} ms are over`);
  updateProcess(draft, pid, { inside: { progress: inside?.progress ?? 0, expired: true } });
  return null;
}

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
      // With a signal to act on, it does that first instead of sleeping.
      if (!block.spins && !hasSignal(draft.kernel, process)) sleep(draft, pid, block);
      return null;
    }
    const model = modelOf(call);
    const perform = process.inside?.expired && model.expire ? model.expire : model.perform;
    const outcome = perform(draft, process, ...call.args);
    if (outcome.kind !== "continue") return conclude(draft, pid, call, outcome, silent);
    updateProcess(draft, pid, { inside: { progress: outcome.progress, expired: false } });
    if (outcome.pause) return null;
  }
}

/** The call is over in one way or another. */
function conclude(
  draft: Draft,
  pid: Pid,
  call: Call,
  outcome: Exclude<Outcome, { readonly kind: "continue" }>,
  silent: boolean,
): Result | null {
  if (outcome.kind === "end") return null;
  if (outcome.kind === "tell") return goBack(draft, pid, outcome.result, outcome.told);
  replaceProcess(draft, { ...getProcess(draft.kernel, pid), call: null, inside: null });
  if (!silent) draft.events.push(describeExit(pid, call, outcome));
  const result = concludeCall(call, outcome);
  return goBack(draft, pid, result, result);
}

/** A signal that came meanwhile is acted on before the program goes on. */
function goBack(draft: Draft, pid: Pid, result: FinalResult | null, told: Result): Result | null {
  const handling = hasSignal(draft.kernel, getProcess(draft.kernel, pid)) ? deliver(draft, pid, result) : null;
  if (handling) return handling;
  return (findProcess(draft.kernel, pid)?.state ?? "zombie") === "zombie" ? null : told;
}

function findBlock(kernel: Kernel, process: Process): Block | null {
  const { call, inside, pid } = process;
  if (!call || inside?.expired) return null;
  const model = modelOf(call);
  const buffers = model.unfenced ? null : findStoreBuffers(kernel);
  if (buffers && !buffers.isEmpty(kernel, pid)) return buffers.block(kernel, pid);
  return model.blocks?.(kernel, process, ...call.args) ?? null;
}
