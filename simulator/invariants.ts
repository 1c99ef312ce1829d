/** What must hold in every trace of the simulated kernel; tests check it after each run. */
import type { Trace, TraceEvent } from "../schema/trace.ts";
import { nextState, type ProcessState } from "./folds/states.ts";

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

/** Every violation in words, with the place of the event; none for a sound trace. */
export function findViolations({ events, cpus }: Trace): string[] {
  const violations: string[] = [];
  const states = new Map<number, ProcessState>();
  const ended = new Set<number>();
  const calls = new Map<number, Call>();
  const runsOn = new Map<number, number>();
  const written = new Map<string, number>();
  const taken = new Map<string, number>();
  let now = 0;

  for (const [index, event] of events.entries()) {
    const report = (message: string) => violations.push(`event ${index} (${event.kind}, P${event.pid}): ${message}`);
    if (event.at < now) report(`time goes back from ${now} to ${event.at}`);
    now = Math.max(now, event.at);
    checkState(event, report);
    checkCall(event, report);
  }
  return violations;

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
    if (event.kind === "block" && !inside) report("blocks outside of a call");
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
