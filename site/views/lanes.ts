/** From a trace to what a timeline draws: one lane per process. The same fold for ticks of the simulator and microseconds of Linux. */
import type { Trace, TraceEvent } from "../../schema/trace.ts";
import { describeEvent, describeFault } from "./words.ts";

/**
 * What a process is doing: `running` on a CPU; `ready`, waiting for one; `inside` a system call, as far as one can see from outside;
 * `blocked` in a call, on something; `stopped` by a signal; a `zombie`, ended but not waited for.
 */
export type LaneState = "running" | "ready" | "inside" | "blocked" | "stopped" | "zombie";

export interface Span {
  readonly state: LaneState;
  readonly from: number;
  readonly to: number;
  /** What a blocked process waits on, or the call that it is inside of. */
  readonly on?: string;
}
/** A system call, or what happens at one moment (a signal, a fault, a message), from when it begins to when it is over. */
export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly failed: boolean;
}
export interface Lane {
  readonly pid: number;
  readonly role: string;
  readonly spans: readonly Span[];
  readonly marks: readonly Mark[];
  /** How and when the process ended; null: it had not. */
  readonly end: { readonly at: number; readonly text: string } | null;
}
export interface Lanes {
  readonly lanes: readonly Lane[];
  readonly from: number;
  readonly to: number;
}

interface OpenLane extends Lane {
  readonly spans: Span[];
  readonly marks: Mark[];
  end: Lane["end"];
  state: LaneState | null;
  since: number;
  on: string | undefined;
  call: { at: number; text: string } | null;
}

/** The lanes of a trace, sorted by role, so that parents stand above their children and both kernels agree on the order. */
export function foldLanes(trace: Trace): Lanes {
  const lanes = new Map<number, OpenLane>();
  const scheduled = new Set(trace.events.filter((event) => event.kind === "run").map((event) => event.pid));
  const from = trace.events[0]?.at ?? 0;
  const to = trace.events.reduce((latest, event) => Math.max(latest, event.at), from);

  for (const event of trace.events) {
    const lane = lanes.get(event.pid) ?? openLane(event);
    lanes.set(event.pid, lane);
    applyEvent(lane, event, scheduled.has(event.pid));
    if (event.kind === "reap") enter(lanes.get(event.child), null, event.at);
  }
  for (const lane of lanes.values()) {
    if (lane.call !== null) lane.marks.push({ from: lane.call.at, to, text: `${lane.call.text} …`, failed: false });
    enter(lane, null, to);
    lane.marks.sort((a, b) => a.from - b.from);
  }
  return { lanes: [...lanes.values()].toSorted((a, b) => compareRoles(a.role, b.role)), from, to };
}

function openLane(event: TraceEvent): OpenLane {
  const role = event.kind === "start" ? event.role : `pid ${event.pid}`;
  return {
    pid: event.pid,
    role,
    spans: [],
    marks: [],
    end: null,
    state: null,
    since: event.at,
    on: undefined,
    call: null,
  };
}

function enter(lane: OpenLane | undefined, state: LaneState | null, at: number, on?: string): void {
  if (lane === undefined) return;
  if (lane.state !== null && at > lane.since)
    lane.spans.push({ state: lane.state, from: lane.since, to: at, ...(lane.on === undefined ? {} : { on: lane.on }) });
  lane.state = state;
  lane.since = at;
  lane.on = on;
}

/** `scheduled`: the trace says when the process has a CPU. Where it does not (a real kernel), it counts as running between its calls. */
function applyEvent(lane: OpenLane, event: TraceEvent, scheduled: boolean): void {
  switch (event.kind) {
    case "start":
      return enter(lane, scheduled ? "ready" : "running", event.at);
    case "run":
      return enter(lane, "running", event.at);
    case "preempt":
    case "wake":
      return enter(lane, scheduled ? "ready" : "inside", event.at);
    case "block":
      return enter(lane, "blocked", event.at, event.on);
    case "call":
      lane.call = { at: event.at, text: `${event.call}(${event.args.join(", ")})` };
      return scheduled ? undefined : enter(lane, "inside", event.at, event.call);
    case "return":
    case "fail":
      return closeCall(lane, event, scheduled);
    case "signal":
      addMark(lane, event.at, `${event.signal}: ${signalWords[event.action]}`, event.action === "terminate");
      if (event.action === "stop") enter(lane, "stopped", event.at);
      if (event.action === "continue") enter(lane, scheduled ? "ready" : "running", event.at);
      return;
    case "exit":
      lane.end = {
        at: event.at,
        text: event.termSignal === null ? `exit ${event.exitStatus}` : `killed by ${event.termSignal}`,
      };
      if (lane.call !== null)
        lane.marks.push({ from: lane.call.at, to: event.at, text: lane.call.text, failed: false });
      lane.call = null;
      return enter(lane, "zombie", event.at);
    case "switch":
      return addMark(lane, event.at, "switch");
    case "move":
      return addMark(lane, event.at, event.to);
    case "release":
      return addMark(lane, event.at, `job ${event.job}, due at ${event.deadline}`);
    case "miss":
      return addMark(lane, event.at, describeEvent(event), true);
    case "fault":
      return addMark(lane, event.at, `page ${event.page}: ${describeFault(event)}`, event.cause === "protection");
    case "message":
      return addMark(lane, event.at, `message: ${event.text}`);
    case "flush":
      return addMark(lane, event.at, `${event.object} = ${event.value} is seen`);
    case "renew":
    case "remap":
    case "complete":
    case "copy":
    case "output":
    case "reap":
      return;
  }
}

function addMark(lane: OpenLane, at: number, text: string, failed = false): void {
  lane.marks.push({ from: at, to: at, text, failed });
}

const signalWords = {
  terminate: "ends the process",
  ignore: "ignored",
  handle: "handled",
  stop: "stops the process",
  continue: "continues the process",
};

function closeCall(lane: OpenLane, event: Extract<TraceEvent, { kind: "return" | "fail" }>, scheduled: boolean): void {
  const call = lane.call ?? { at: event.at, text: event.call };
  const result =
    event.kind === "return" && event.result !== "" && event.result !== "undefined" ? ` → ${event.result}` : "";
  const text = event.kind === "fail" ? `${call.text} fails: ${event.errno}` : `${call.text}${result}`;
  lane.marks.push({ from: call.at, to: event.at, text, failed: event.kind === "fail" });
  lane.call = null;
  if (!scheduled) enter(lane, "running", event.at);
}

/** main, main.1, main.1.1, main.2, …, main.10 */
function compareRoles(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
