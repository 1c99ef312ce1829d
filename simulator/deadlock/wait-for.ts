/** Who waits for what, and who has it: the wait-for graph of a kernel, and which processes can never go on (Tanenbaum 6.4). */
import type { View } from "../../schema/view.ts";
import type { TraceEvent } from "../../schema/trace.ts";
import { findOccurrence, findTransition } from "../kernel/core.ts";
import { findProcess, listProcesses, namePid, type Kernel, type Pid, type Process } from "../kernel/kernel.ts";
import { modelOf } from "../kernel/mechanism.ts";
import type { Block } from "../kernel/sleep.ts";

/** One process that cannot go on. */
export interface Wait {
  readonly pid: Pid;
  readonly role: string;
  readonly on: string;
  readonly why: string;
  /** Who can end the wait; none where that is not known: then anybody who runs could. */
  readonly holders: readonly Pid[];
  /** One of the holders is enough. */
  readonly any: boolean;
  /** It gives up by itself. */
  readonly timesOut: boolean;
}

export interface WaitForGraph {
  readonly waits: readonly Wait[];
  /** Those that nobody who can run can free. */
  readonly deadlocked: readonly Pid[];
  /** Processes each of which waits for the next, and the last for the first; empty where there is no such circle. */
  readonly cycle: readonly Pid[];
}

/** A run, as far as this needs it. */
export interface Observed {
  readonly kernel: Kernel;
  readonly trace?: { readonly events: readonly TraceEvent[] };
}

/**
 * The graph of a kernel. With a run's trace it also tells who has a semaphore, which a semaphore itself does not know: whoever has
 * taken it more often than given it back, if it is used as a lock.
 */
export function findWaitForGraph(from: Kernel | Observed): WaitForGraph {
  const { kernel, trace } = "kernel" in from ? from : { kernel: from, trace: undefined };
  const takers = findTakers(trace?.events ?? []);
  const waits = listProcesses(kernel).flatMap((process) => describeWait(kernel, process, takers) ?? []);
  const deadlocked = findDeadlocked(kernel, waits);
  return { waits, deadlocked, cycle: findCycle(waits.filter(({ pid }) => deadlocked.includes(pid))) };
}

/** Why a process cannot go on, as things are now: when it went to sleep, somebody else may have had what it waits for. */
function findBlock(kernel: Kernel, process: Process): Block | null {
  const { call, inside, blocked, state, pid } = process;
  // A store on its way to the memory goes by itself.
  if (!call || findOccurrence(kernel, pid, "flush")) return null;
  if (state === "ready") return findTransition(kernel, pid)?.block ?? null;
  return blocked && inside ? (modelOf(call).blocks?.(kernel, process, ...call.args) ?? blocked) : blocked;
}

function describeWait(kernel: Kernel, process: Process, takers: ReadonlyMap<string, readonly Pid[]>): Wait | null {
  const block = findBlock(kernel, process);
  if (!block) return null;
  return {
    pid: process.pid,
    role: process.role,
    on: block.on,
    why: block.why,
    holders: block.holders ?? takers.get(block.on) ?? [],
    any: block.anyHolder ?? false,
    timesOut: block.timeoutMs !== undefined,
  };
}

/** Frees one process after the other that can be freed; the others never can. */
function findDeadlocked(kernel: Kernel, waits: readonly Wait[]): Pid[] {
  const waiting = new Map(waits.map((wait) => [wait.pid, wait]));
  const canRun = (pid: Pid) => !waiting.has(pid) && (findProcess(kernel, pid)?.state ?? "zombie") !== "zombie";
  const canBeFreed = ({ holders, any, timesOut }: Wait): boolean => {
    if (timesOut) return true;
    if (holders.length === 0) return listProcesses(kernel).some(({ pid }) => canRun(pid));
    return any ? holders.some(canRun) : holders.every(canRun);
  };
  for (let freed = true; freed;) {
    freed = false;
    for (const wait of waiting.values()) {
      if (!canBeFreed(wait)) continue;
      waiting.delete(wait.pid);
      freed = true;
    }
  }
  return [...waiting.keys()];
}

function findCycle(waits: readonly Wait[]): Pid[] {
  const waitOf = new Map(waits.map((wait) => [wait.pid, wait]));
  const left = new Set<Pid>();
  const follow = (pid: Pid, path: readonly Pid[]): Pid[] | null => {
    const at = path.indexOf(pid);
    if (at >= 0) return path.slice(at);
    if (left.has(pid)) return null;
    left.add(pid);
    for (const holder of waitOf.get(pid)?.holders ?? []) {
      const found = follow(holder, [...path, pid]);
      if (found) return found;
    }
    return null;
  };
  for (const { pid } of waits) {
    const found = follow(pid, []);
    if (found) return found;
  }
  return [];
}

const takes = new Set(["sem_wait", "sem_trywait", "sem_timedwait"]);

/** By semaphore, who has taken it and not given it back. One that somebody posts who has not taken it is no lock, and nobody's. */
function findTakers(events: readonly TraceEvent[]): Map<string, Pid[]> {
  const takers = new Map<string, Pid[]>();
  const shared = new Set<string>();
  const objects = new Map<Pid, string>();
  for (const event of events) {
    if (event.kind === "call" && event.object !== undefined) objects.set(event.pid, event.object);
    const object = objects.get(event.pid);
    if (event.kind !== "return" || object === undefined) continue;
    const held = takers.get(object) ?? [];
    const index = held.indexOf(event.pid);
    if (takes.has(event.call)) takers.set(object, [...held, event.pid]);
    else if (event.call === "sem_post" && index >= 0) takers.set(object, held.toSpliced(index, 1));
    else if (event.call === "sem_post") shared.add(object);
  }
  for (const object of shared) takers.delete(object);
  return takers;
}

/** Most nodes that the picture shows. */
const mostNodes = 200;

/** The graph as a picture: circles wait for squares, squares are held by circles, and a deadlock's circle is marked. */
export function showWaitForGraph(
  from: Kernel | Observed,
  { title }: { readonly title?: string } = {},
): Extract<View, { view: "graph" }> {
  const { waits, cycle } = findWaitForGraph(from);
  const kernel = "kernel" in from ? from.kernel : from;
  const shown = waits.slice(0, mostNodes / 4);
  const nextOf = new Map(cycle.map((pid, index) => [pid, cycle[(index + 1) % cycle.length]]));
  const isMarked = ({ pid }: Wait, holder: Pid) => nextOf.get(pid) === holder;
  const resources = [...new Set(shown.map(({ on }) => on))];
  const pids = [...new Set(shown.flatMap(({ pid, holders }) => [pid, ...holders]))].slice(0, mostNodes / 2);
  const marked = new Set(shown.filter(({ pid }) => nextOf.has(pid)).map(({ on }) => on));
  const roleOf = (pid: Pid) => findProcess(kernel, pid)?.role ?? "gone";
  const held = new Map<string, { from: string; to: string; label: string; mark: boolean }>();
  for (const wait of shown) {
    for (const holder of wait.holders.filter((one) => pids.includes(one))) {
      const key = `${wait.on} ${holder}`;
      const mark = isMarked(wait, holder) || (held.get(key)?.mark ?? false);
      held.set(key, { from: wait.on, to: namePid(holder), label: wait.any ? "or" : "held by", mark });
    }
  }
  return {
    view: "graph",
    ...(title === undefined ? {} : { title }),
    nodes: [
      ...pids.map((pid) => ({
        id: namePid(pid),
        label: `${namePid(pid)} ${roleOf(pid)}`,
        shape: "process" as const,
        mark: nextOf.has(pid),
      })),
      ...resources.map((on) => ({ id: on, label: on, shape: "resource" as const, mark: marked.has(on) })),
    ],
    edges: [
      ...shown.map(({ pid, on }) => ({ from: namePid(pid), to: on, label: "waits for", mark: nextOf.has(pid) })),
      ...held.values(),
    ].slice(0, 500),
  };
}
