/** What became of each job, from a trace: a process is one job, or one for each release. */
import type { Trace, TraceEvent } from "../../schema/trace.ts";

export interface Span {
  readonly pid: number;
  /** Counted from 1. */
  readonly job: number;
  readonly arrival: number;
  readonly deadline: number | null;
  /** When it ran first. */
  readonly start: number | null;
  readonly finish: number | null;
  /** Ticks on a CPU, and ticks of waiting for something else than a CPU. */
  readonly running: number;
  readonly blocked: number;
}

type Open = { -readonly [Field in keyof Span]: Span[Field] };

interface Lane {
  readonly spans: Open[];
  /** Which of them is being worked on. */
  current: number;
  /** Since when it has been running, or blocked. */
  state: "running" | "blocked" | "ready";
  since: number;
}

/** In the order in which the processes started, and then of their jobs. */
export function foldSpans(trace: Trace): readonly Span[] {
  const lanes = new Map<number, Lane>();
  for (const event of trace.events) {
    if (event.kind === "start") lanes.set(event.pid, createLane(event.pid, event.at));
    const lane = lanes.get(event.pid);
    if (lane) pass(lane, event);
  }
  const end = trace.events.at(-1)?.at ?? 0;
  for (const lane of lanes.values()) count(lane, end);
  return [...lanes.values()].flatMap(({ spans }) => spans);
}

function createLane(pid: number, at: number): Lane {
  return { spans: [createSpan(pid, 1, at)], current: 0, state: "ready", since: at };
}

const createSpan = (pid: number, job: number, arrival: number): Open => ({
  pid,
  job,
  arrival,
  deadline: null,
  start: null,
  finish: null,
  running: 0,
  blocked: 0,
});

function pass(lane: Lane, event: TraceEvent): void {
  if (event.kind === "release") {
    const span = event.job === 1 ? lane.spans[0]! : createSpan(event.pid, event.job, event.at);
    span.deadline = event.deadline;
    if (event.job > 1) lane.spans.push(span);
    return;
  }
  const state = stateAfter[event.kind];
  if (state) {
    count(lane, event.at);
    lane.state = state;
    const span = lane.spans[lane.current];
    if (state === "running" && span) span.start ??= event.at;
  }
  if (event.kind === "complete" || event.kind === "exit") finish(lane, event.at);
}

function finish(lane: Lane, at: number): void {
  count(lane, at);
  const span = lane.spans[lane.current];
  // A process that exits after its job is done has nothing left to finish.
  if (span) span.finish ??= at;
  lane.current += 1;
}

/** Adds the time since the last event to the job that is being worked on. */
function count(lane: Lane, at: number): void {
  const span = lane.spans[lane.current];
  if (span && lane.state === "running") span.running += at - lane.since;
  if (span && lane.state === "blocked" && at > span.arrival) span.blocked += at - Math.max(lane.since, span.arrival);
  lane.since = at;
}

const stateAfter: { readonly [Kind in TraceEvent["kind"]]?: Lane["state"] } = {
  run: "running",
  renew: "running",
  preempt: "ready",
  wake: "ready",
  block: "blocked",
  exit: "ready",
};
