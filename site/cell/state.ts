/**
 * What one side of a cell (the simulated or the real kernel) is doing, as a pure state machine: everything that the page shows of a run
 * is in the state, and only `advance` makes a new one. The page draws it; it decides nothing.
 */
import type { Check, End } from "../../schema/cell.ts";
import type { CellError } from "../../schema/protocol.ts";
import type { Trace, TraceEvent } from "../../schema/trace.ts";
import type { Input, View } from "../../schema/view.ts";

/** `fresh`: not run here, the page shows what was baked. `stale`: something it reads has changed since. `edited`: the text has, too. */
export type Status = "fresh" | "running" | "done" | "failed" | "stale" | "edited";

/** One thing that a cell shows, in the order in which it showed it. */
export type Item =
  | { readonly kind: "view"; readonly view: View }
  | { readonly kind: "input"; readonly key: string; readonly input: Input };

export interface Shown {
  readonly items: readonly Item[];
  /** What a live program has printed so far. */
  readonly output: string;
  readonly checks: readonly Check[];
  readonly trace: readonly TraceEvent[];
  readonly error: CellError | null;
}

export interface CellState {
  readonly status: Status;
  /** The reader's text differs from the author's. */
  readonly edited: boolean;
  /** Null: nothing has been run here, the baked output stands. */
  readonly shown: Shown | null;
  /** Whether what is shown comes from the evaluation before the one that runs: it stays until there is something new, so that nothing jumps. */
  readonly previous: boolean;
  /** When the running evaluation began, in milliseconds of the page's clock. */
  readonly startedAt: number | null;
  /** How long the last one took, in milliseconds. */
  readonly ms: number | null;
  /** How it ended, when that is worth words: a signal, a limit, the reader's Stop, a refusal. */
  readonly note: string | null;
  /** What would help after a refusal. */
  readonly remedy: string | null;
}

export type CellEvent =
  | { readonly type: "run"; readonly at: number }
  | { readonly type: "queued"; readonly place: number }
  | { readonly type: "display"; readonly view: View }
  | { readonly type: "input"; readonly key: string; readonly input: Input }
  | { readonly type: "check"; readonly check: Check }
  | { readonly type: "output"; readonly text: string }
  | { readonly type: "trace"; readonly events: readonly TraceEvent[] }
  | { readonly type: "done"; readonly ms: number }
  | { readonly type: "failed"; readonly error: CellError }
  | { readonly type: "ended"; readonly end: End; readonly expected: Pick<End, "exitStatus" | "termSignal"> }
  | { readonly type: "stopped"; readonly reason: string }
  | { readonly type: "refused"; readonly message: string; readonly remedy: string | null }
  | { readonly type: "edit"; readonly edited: boolean }
  | { readonly type: "outdate" }
  | { readonly type: "reset" };

/** Most views of one evaluation, characters of one output and events of one trace that the page keeps. */
export const limits = { items: 200, output: 1_048_576, trace: 20_000, checks: 100 } as const;

const nothing: Shown = { items: [], output: "", checks: [], trace: [], error: null };

export const freshState: CellState = {
  status: "fresh",
  edited: false,
  shown: null,
  previous: false,
  startedAt: null,
  ms: null,
  note: null,
  remedy: null,
};

/** The state after an event. Reports of an evaluation count only while one runs; a generator's cell goes on showing after it is done. */
export function advance(state: CellState, event: CellEvent): CellState {
  switch (event.type) {
    case "run":
      return { ...state, status: "running", previous: true, startedAt: event.at, ms: null, note: null, remedy: null };
    case "queued":
      return { ...state, note: `${event.place} before you` };
    case "display":
      return show(state, (shown) =>
        shown.items.length < limits.items ? { items: [...shown.items, { kind: "view", view: event.view }] } : {},
      );
    case "input":
      return show(state, (shown) =>
        shown.items.length < limits.items
          ? { items: [...shown.items, { kind: "input", key: event.key, input: event.input }] }
          : {},
      );
    case "check":
      return show(state, (shown) =>
        shown.checks.length < limits.checks ? { checks: [...shown.checks, event.check] } : {},
      );
    case "output":
      return show(state, (shown) => ({ output: (shown.output + event.text).slice(0, limits.output) }));
    case "trace":
      return show(state, (shown) => ({ trace: [...shown.trace, ...event.events].slice(0, limits.trace) }));
    case "done":
      return finish(state, { status: "done", ms: event.ms });
    case "failed":
      return { ...show(state, () => ({ error: event.error })), ...over("failed") };
    case "ended":
      return finish(state, concludeRun(event.end, event.expected));
    case "stopped":
      return finish(state, { status: "failed", ms: null, note: event.reason });
    case "refused":
      return { ...state, ...over("failed"), previous: false, note: event.message, remedy: event.remedy };
    case "edit":
      return { ...state, edited: event.edited, status: statusAfterEdit(state, event.edited) };
    case "outdate":
      return state.status === "done" || state.status === "failed" ? { ...state, status: "stale" } : state;
    case "reset":
      return freshState;
  }
}

/** Adds to what the running evaluation shows; its first word clears what the one before had shown. */
function show(state: CellState, change: (shown: Shown) => Partial<Shown>): CellState {
  const shown = state.previous || state.shown === null ? nothing : state.shown;
  return { ...state, previous: false, shown: { ...shown, ...change(shown) } };
}

const over = (status: Status) => ({ status, startedAt: null });

function finish(state: CellState, change: Partial<CellState> & { readonly status: Status }): CellState {
  const shown = state.previous && change.status === "done" ? nothing : state.shown;
  return { ...state, ...over(change.status), previous: false, shown, ...change };
}

function statusAfterEdit(state: CellState, edited: boolean): Status {
  if (state.status === "running") return "running";
  if (edited) return "edited";
  return state.shown === null ? "fresh" : "stale";
}

const causes: Readonly<Record<Exclude<End["cause"], "ended">, string>> = {
  stopped: "stopped by you",
  time: "stopped: it ran longer than it may",
  output: "stopped: it printed more than it may",
  memory: "stopped: it used more memory than it may",
  lost: "lost: the box it ran in is gone",
};

/** A run is done when it ended as the recorded one did; without a record, with status 0. */
function concludeRun(
  end: End,
  expected: Pick<End, "exitStatus" | "termSignal">,
): Pick<CellState, "status" | "ms" | "note"> {
  if (end.cause !== "ended") return { status: "failed", ms: end.ms, note: causes[end.cause] };
  const asExpected = end.exitStatus === expected.exitStatus && end.termSignal === expected.termSignal;
  return { status: asExpected ? "done" : "failed", ms: end.ms, note: describeExit(end) };
}

/** How a program ended, where there is more to say than that it did: null for status 0. */
export function describeExit({ exitStatus, termSignal }: Pick<End, "exitStatus" | "termSignal">): string | null {
  if (termSignal !== null) return `killed by ${termSignal}`;
  return exitStatus === 0 ? null : `exit status ${exitStatus}`;
}

/** A live run's events as a trace; null where it was not traced. */
export function traceOf(shown: Shown, cpus: number): Trace | null {
  return shown.trace.length === 0 ? null : { kernel: "live", unit: "µs", cpus, events: [...shown.trace] };
}
