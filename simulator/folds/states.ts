/** The states of each process over time, from a trace of either kernel. */
import type { Trace, TraceEvent } from "../../schema/trace.ts";

export type ProcessState = "ready" | "running" | "blocked" | "stopped" | "zombie";

/** `pid` was in `state` from `from` up to `to`, in the trace's unit; `to` is null while it still is. */
export interface StateInterval {
  readonly pid: number;
  readonly state: ProcessState;
  readonly from: number;
  readonly to: number | null;
  /** What it was blocked on. */
  readonly on?: string;
}

/** Maximal intervals that are not empty, in the order in which they begin. */
export function foldStates(trace: Trace): readonly StateInterval[] {
  const intervals: StateInterval[] = [];
  const current = new Map<number, StateInterval>();

  function enter(pid: number, at: number, state: ProcessState | "gone", on?: string): void {
    const before = current.get(pid);
    if (before && before.from < at) intervals.push({ ...before, to: at });
    if (state === "gone") current.delete(pid);
    else current.set(pid, { pid, state, from: at, to: null, ...(on === undefined ? {} : { on }) });
  }

  for (const event of trace.events) {
    const next = nextState(event);
    if (next)
      enter(
        event.kind === "reap" ? event.child : event.pid,
        event.at,
        next,
        event.kind === "block" ? event.on : undefined,
      );
  }
  return [...intervals, ...current.values()].toSorted((a, b) => a.from - b.from || a.pid - b.pid);
}

/** The state that an event brings its process into (for `reap`: the child); null where it changes none. */
export function nextState(event: TraceEvent): ProcessState | "gone" | null {
  if (event.kind === "signal") return stateAfterSignal[event.action] ?? null;
  return stateAfter[event.kind] ?? null;
}

const stateAfter: { readonly [Kind in TraceEvent["kind"]]?: ProcessState | "gone" } = {
  start: "ready",
  preempt: "ready",
  wake: "ready",
  run: "running",
  block: "blocked",
  exit: "zombie",
  reap: "gone",
};
const stateAfterSignal: { readonly [action: string]: ProcessState } = { stop: "stopped", continue: "ready" };
