/** Who ran when, from a trace. */
import type { Trace } from "../../schema/trace.ts";

export interface CpuSlice {
  readonly start: number;
  readonly end: number;
  readonly cpu: number;
  /** null: a switch to another process. */
  readonly pid: number | null;
  /** The rule that chose the process, where there was a choice. */
  readonly why?: string;
}

export interface SliceOptions {
  /** Keep apart what a process ran from decision to decision, also where it ran on. Default false: slices are maximal. */
  readonly quanta?: boolean;
}

/** Slices that are not empty, by CPU and then by time. What goes on at the end of the trace ends there. */
export function foldSlices(trace: Trace, { quanta = false }: SliceOptions = {}): readonly CpuSlice[] {
  const lanes: CpuSlice[][] = Array.from({ length: trace.cpus }, () => []);
  const open = new Map<number, Omit<CpuSlice, "end">>();

  function close(cpu: number, end: number): void {
    const slice = open.get(cpu);
    open.delete(cpu);
    const lane = lanes[cpu];
    if (!slice || !lane || slice.start === end) return;
    const before = lane.at(-1);
    const goesOn = !quanta && before?.end === slice.start && before.pid === slice.pid;
    if (goesOn) lane[lane.length - 1] = { ...before, end };
    else lane.push({ ...slice, end });
  }

  for (const { kind, at, cpu = 0, pid, why } of trace.events) {
    if (kind === "run" || kind === "renew" || kind === "switch") {
      close(cpu, at);
      open.set(cpu, { start: at, cpu, pid: kind === "switch" ? null : pid, ...(why === undefined ? {} : { why }) });
    } else if (kind === "preempt" || kind === "block" || kind === "exit") {
      if (open.get(cpu)?.pid === pid) close(cpu, at);
    }
  }
  for (const cpu of open.keys()) close(cpu, trace.events.at(-1)?.at ?? 0);
  return lanes.flat();
}
