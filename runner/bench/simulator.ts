/** How fast the simulator is, and how much memory its traces take: `ring3 bench simulator`. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { BenchResult } from "../../schema/command.ts";
import { benchSimulator as benchSpeed, createJobs } from "../../simulator/bench.ts";
import { roundRobin, runWorkload } from "../../simulator/scheduling/index.ts";

const quantum = 4;
const events = 1_000_000;
const targetMb = 150;

export const benchSimulator = (): BenchResult[] => [...benchSpeed(), ...benchMemory()];

/** What stays in memory: of a trace as it is recorded, and when all of its events have been read. */
function benchMemory(): BenchResult[] {
  const jobs = createJobs(8, (events * quantum) / 2 / 8);
  const before = measureMb();
  const run = runWorkload(jobs, roundRobin({ quantum }));
  const recorded = measureMb() - before;
  const { length } = run.trace.events;
  const read = measureMb() - before;
  const millions = (length / 1_000_000).toFixed(0);
  return (
    [
      ["recorded", recorded],
      ["recorded and read", read],
    ] as const
  ).map(([state, mb]) => ({
    name: `memory of a trace of ${millions} million events, ${state}`,
    value: Math.round(mb),
    unit: "MB",
    target: `below ${targetMb} MB`,
    ok: mb < targetMb,
  }));
}

function measureMb(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
