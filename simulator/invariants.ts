/** What must hold in every trace of the simulated kernel; tests check it after each run. */
import type { Trace, TraceEvent } from "../schema/trace.ts";
import { foldSpans } from "./folds/spans.ts";
import { foldStates, nextState, type ProcessState } from "./folds/states.ts";

/** From which states a process may come into a state. */
const allowedFrom: Record<ProcessState | "gone", readonly (ProcessState | undefined)[]> = {
  ready: [undefined, "running", "blocked", "stopped"],
  running: ["ready"],
  blocked: ["running"],
  stopped: ["running"],
  zombie: ["running"],
  gone: ["zombie"],
};

type Call = TraceEvent & { readonly kind: "call" };

export interface Soundness {
  /** Whether processes block in system calls only, as programs do, or also between bursts, as jobs do. Default true. */
  readonly calls?: boolean;
  /** Whether a CPU may idle only while nobody who may run there is ready. Default false. */
  readonly workConserving?: boolean;
  /** Which CPUs a process may use; whoever is missing: all. */
  readonly affinity?: ReadonlyMap<number, readonly number[]>;
}

/** Every violation in words, with the place of the event; none for a sound trace. */
export function findViolations(
  trace: Trace,
  { calls: inCalls = true, workConserving = false, affinity }: Soundness = {},
): string[] {
  const { events, cpus } = trace;
  const violations: string[] = [];
  const states = new Map<number, ProcessState>();
  const ended = new Set<number>();
  const calls = new Map<number, Call>();
  const runsOn = new Map<number, number>();
  const written = new Map<string, number>();
  const taken = new Map<string, number>();
  /** To whom a CPU is being switched. */
  const switching = new Map<number, number>();
  let now = 0;

  for (const [index, event] of events.entries()) {
    const report = (message: string) => violations.push(`event ${index} (${event.kind}, P${event.pid}): ${message}`);
    if (event.at < now) report(`time goes back from ${now} to ${event.at}`);
    if (event.at > now && workConserving) checkIdle(report);
    now = Math.max(now, event.at);
    checkCpu(event, report);
    checkState(event, report);
    checkCall(event, report);
  }
  if (!inCalls) for (const sum of findWrongSums(trace)) violations.push(sum);
  return violations;

  /** Between two instants: is there a CPU that does nothing, and somebody who could use it? */
  function checkIdle(report: (message: string) => void): void {
    const taken = new Set(switching.values());
    for (let cpu = 0; cpu < cpus; cpu += 1) {
      if (runsOn.has(cpu) || switching.has(cpu)) continue;
      for (const [pid, state] of states) {
        const mayRun = state === "ready" && !taken.has(pid) && (affinity?.get(pid)?.includes(cpu) ?? true);
        if (mayRun) report(`CPU ${cpu} has been idle since ${now} while P${pid} was ready`);
      }
    }
  }

  function checkCpu({ kind, pid, cpu = 0 }: TraceEvent, report: (message: string) => void): void {
    if (kind === "renew" && runsOn.get(cpu) !== pid) report(`it does not run on CPU ${cpu}`);
    if (kind !== "run" && kind !== "switch") return;
    if (!(affinity?.get(pid)?.includes(cpu) ?? true)) report(`it may not run on CPU ${cpu}`);
    if (kind === "switch" && runsOn.has(cpu)) report(`P${runsOn.get(cpu)} still runs on CPU ${cpu}`);
    if (kind === "switch") switching.set(cpu, pid);
    else if ((switching.get(cpu) ?? pid) === pid) switching.delete(cpu);
    else report(`CPU ${cpu} is being switched to P${switching.get(cpu)}`);
  }

  function checkState(event: TraceEvent, report: (message: string) => void): void {
    const next = nextState(event);
    if (!next) return;
    const pid = event.kind === "reap" ? event.child : event.pid;
    const before = states.get(pid);
    if (ended.has(pid)) report(`P${pid} is gone already`);
    if (!allowedFrom[next].includes(before)) report(`P${pid} cannot go from ${before ?? "nothing"} to ${next}`);
    if (before === undefined && event.kind !== "start") report(`P${pid} has not started`);
    if (before === "running") for (const [cpu, on] of runsOn) if (on === pid) runsOn.delete(cpu);
    if (next === "running") {
      const cpu = event.cpu ?? 0;
      if (cpu >= cpus) report(`there is no CPU ${cpu}`);
      if (runsOn.has(cpu)) report(`P${runsOn.get(cpu)} runs on CPU ${cpu} already`);
      runsOn.set(cpu, pid);
    }
    if (next !== "gone") return void states.set(pid, next);
    states.delete(pid);
    ended.add(pid);
  }

  function checkCall(event: TraceEvent, report: (message: string) => void): void {
    const { pid } = event;
    const inside = calls.get(pid);
    if (event.kind === "call") {
      if (inside) report(`${inside.call} has not come back`);
      calls.set(pid, event);
    }
    if (event.kind === "block" && !inside && inCalls) report("blocks outside of a call");
    if (event.kind === "exit") {
      if (inside) countBytes(inside, null, report);
      calls.delete(pid);
    }
    if (event.kind !== "return" && event.kind !== "fail") return;
    if (inside?.call !== event.call)
      report(`${event.call} comes back, but the process is in ${inside?.call ?? "no call"}`);
    calls.delete(pid);
    if (event.kind === "return" && inside) countBytes(inside, event.bytes ?? null, report);
  }

  /** A pipe gives no more than it was given; how much a call has put that shows no count (null) or is not over is not known. */
  function countBytes({ call, object }: Call, bytes: number | null, report: (message: string) => void): void {
    if (!object?.startsWith("pipe")) return;
    if (call === "write" || call === "print") written.set(object, (written.get(object) ?? 0) + (bytes ?? Infinity));
    if (call !== "read") return;
    taken.set(object, (taken.get(object) ?? 0) + (bytes ?? 0));
    const isBeingWritten = [...calls.values()].some((other) => other.object === object && other.call !== "read");
    const isMore = (taken.get(object) ?? 0) > (written.get(object) ?? 0);
    if (isMore && !isBeingWritten) report(`more was read from ${object} than written`);
  }
}

/** Of every job that is done: running, waiting for something and waiting for a CPU must fill its time, with nothing below 0. */
function findWrongSums(trace: Trace): string[] {
  const ready = new Map<number, number>();
  for (const { pid, state, from, to } of foldStates(trace))
    if (state === "ready" && to !== null) ready.set(pid, (ready.get(pid) ?? 0) + to - from);
  const spans = Map.groupBy(foldSpans(trace), ({ pid }) => pid);
  return [...spans].flatMap(([pid, jobs]) => {
    const [span] = jobs;
    if (jobs.length > 1 || !span || span.finish === null) return [];
    const { arrival, finish, running, blocked } = span;
    const wait = finish - arrival - running - blocked;
    return wait === (ready.get(pid) ?? 0) && wait >= 0
      ? []
      : [`P${pid}: it was ready for ${ready.get(pid) ?? 0} ticks, not ${wait}`];
  });
}
