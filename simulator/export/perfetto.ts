/**
 * A trace in the Trace Event Format, which Perfetto (ui.perfetto.dev) and chrome://tracing open: a track per CPU with who runs there, and a
 * track per process with its states, its calls inside them, and what happened to it.
 */
import type { Trace, TraceEvent } from "../../schema/trace.ts";
import { foldStates } from "../folds/states.ts";

/** An event as the format names its fields; times are in microseconds. */
interface PerfettoEvent {
  readonly name: string;
  /** `X`: from `ts` on for `dur`. `i`: an instant. `M`: the name of a track. `s` and `f`: an arrow's begin and end. */
  readonly ph: "X" | "i" | "M" | "s" | "f";
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly s?: "t";
  readonly id?: number;
  readonly bp?: "e";
  readonly args?: Readonly<Record<string, unknown>>;
}

/** The CPUs stand in the format's process 0, each as a thread; the simulated processes in process 1. */
const cpuGroup = 0;
const processGroup = 1;

/** JSON text. A simulated tick is shown as one millisecond, which is what it is for timeouts. */
export function printPerfetto(trace: Trace): string {
  const scale = trace.unit === "tick" ? 1_000 : 1;
  const names = nameProcesses(trace.events);
  const nameOf = (pid: number): string => names.get(pid) ?? `P${pid}`;
  const end = trace.events.at(-1)?.at ?? 0;
  const traceEvents: PerfettoEvent[] = [...nameTracks(trace.cpus, names)];
  for (const { pid, state, from, to, on } of foldStates(trace)) {
    const span = { ph: "X", ts: from * scale, dur: ((to ?? end) - from) * scale, cat: state } as const;
    const args = on === undefined ? {} : { args: { on } };
    traceEvents.push({ ...span, name: on ? `${state}: ${on}` : state, pid: processGroup, tid: pid, ...args });
  }
  for (const { of, ...run } of listRuns(trace, end))
    traceEvents.push({ ...run, ts: run.ts * scale, dur: run.dur * scale, name: nameOf(of) });
  let arrows = 0;
  for (const event of trace.events) {
    const at = { pid: processGroup, tid: event.pid, ts: event.at * scale };
    if (event.kind === "message") {
      arrows += 1;
      const arrow = { name: "message", cat: "message", id: arrows, ts: at.ts };
      traceEvents.push({ ...arrow, ph: "s", pid: processGroup, tid: event.from });
      traceEvents.push({ ...arrow, ph: "f", bp: "e", pid: processGroup, tid: event.pid });
    }
    if (!isState.has(event.kind))
      traceEvents.push({ ...at, ph: "i", s: "t", name: nameEvent(event), args: { ...event } });
  }
  return JSON.stringify({ traceEvents, displayTimeUnit: "ms", otherData: { kernel: trace.kernel, unit: trace.unit } });
}

/** Kinds that the tracks show as spans already. */
const isState: ReadonlySet<TraceEvent["kind"]> = new Set(["run", "preempt", "block", "wake", "renew", "switch"]);

function nameProcesses(events: readonly TraceEvent[]): Map<number, string> {
  const names = new Map<number, string>();
  for (const event of events) if (event.kind === "start") names.set(event.pid, event.role);
  return names;
}

function* nameTracks(cpus: number, names: ReadonlyMap<number, string>): Generator<PerfettoEvent> {
  const name = (kind: "process_name" | "thread_name", pid: number, tid: number, text: string): PerfettoEvent => {
    return { name: kind, ph: "M", pid, tid, args: { name: text } };
  };
  yield name("process_name", cpuGroup, 0, "CPUs");
  yield name("process_name", processGroup, 0, "Processes");
  for (let cpu = 0; cpu < cpus; cpu += 1) yield name("thread_name", cpuGroup, cpu, `CPU ${cpu}`);
  for (const [pid, role] of names) yield name("thread_name", processGroup, pid, `${role} (P${pid})`);
}

/** Who ran where from when to when, with the reason. */
function listRuns({ events }: Trace, end: number) {
  const runs: { ph: "X"; pid: number; tid: number; ts: number; dur: number; of: number; args: { why: string } }[] = [];
  const open = new Map<number, { readonly cpu: number; readonly since: number; readonly why: string }>();
  const close = (pid: number, at: number) => {
    const run = open.get(pid);
    if (!run) return;
    open.delete(pid);
    const args = { why: run.why };
    runs.push({ ph: "X", pid: cpuGroup, tid: run.cpu, ts: run.since, dur: at - run.since, of: pid, args });
  };
  for (const event of events) {
    const leaves = event.kind === "signal" ? event.action === "stop" : leavesCpu.has(event.kind);
    if (leaves) close(event.pid, event.at);
    if (event.kind === "run") open.set(event.pid, { cpu: event.cpu ?? 0, since: event.at, why: event.why ?? "" });
  }
  for (const pid of open.keys()) close(pid, end);
  return runs;
}

const leavesCpu: ReadonlySet<TraceEvent["kind"]> = new Set(["preempt", "block", "exit"]);

function nameEvent(event: TraceEvent): string {
  switch (event.kind) {
    case "call":
      return `${event.call}(${event.args.join(", ")})`;
    case "return":
      return `${event.call} = ${event.result}`;
    case "fail":
      return `${event.call}: ${event.errno}`;
    case "signal":
      return event.signal;
    case "move":
      return `to ${event.to}`;
    default:
      return event.kind;
  }
}
