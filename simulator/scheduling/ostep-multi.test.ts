import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import type { Job } from "../../schema/workload.ts";
import { alignQuanta } from "./align-quanta.ts";
import type { WorkloadRun } from "./engine.ts";
import { drawBits, seedTwister } from "./random.ts";
import { roundRobin } from "./round-robin.ts";
import { runChecked } from "./testing.ts";

interface MultiCase {
  readonly id: string;
  readonly input: {
    readonly cpus: number;
    readonly quantum: number;
    readonly perCpuQueues: boolean;
    readonly peekInterval: number;
    readonly warmupTime: number;
    readonly warmRate: number;
    readonly cacheSize: number;
    /** `a:0.1,b:1`: a may run on CPUs 0 and 1. */
    readonly affinity: string;
    /** Default 0. */
    readonly seed?: number;
    readonly jobs: readonly { readonly id: string; readonly runTime: number; readonly workingSet: number }[];
  };
  readonly expect: {
    readonly finished: number;
    readonly slicesPerCpu: readonly (readonly (readonly [number, number, string | null])[])[];
    readonly utilisation: readonly { readonly cpu: number; readonly busy2dp: number; readonly warm2dp: number }[];
  };
}

const { cases } = JSON.parse(
  readFileSync(new URL("../../tests/oracles/ostep/multi.json", import.meta.url), "utf8"),
) as { readonly cases: readonly MultiCase[] };

for (const { id, input, expect } of cases) {
  test(`${id}: several CPUs, their queues and caches, as OSTEP's multi.py runs them`, () => {
    const run = runMulti(input);
    assert.equal(run.limit, null);
    assert.deepEqual(slicesPerCpu(run, input.cpus), expect.slicesPerCpu);
    assert.equal(run.end, expect.finished);
    const busy = slicesPerCpu(run, input.cpus).map((slices) =>
      slices.reduce((sum, [from, to, whose]) => sum + (whose === null ? 0 : to - from), 0),
    );
    const isPercent = (ticks = NaN, percent: number): boolean =>
      Math.abs((100 * ticks) / run.end - percent) <= 0.005 + 1e-9;
    for (const { cpu, busy2dp, warm2dp } of expect.utilisation) {
      assert.ok(isPercent(busy[cpu], busy2dp));
      // multi.py calls a tick warm if more gets done in it than in a cold one.
      assert.ok(isPercent(input.warmRate > 1 ? run.warmTicks[cpu] : 0, warm2dp));
    }
  });
}

function runMulti({
  cpus,
  quantum,
  perCpuQueues,
  peekInterval,
  affinity,
  seed = 0,
  ...input
}: MultiCase["input"]): WorkloadRun {
  const allowed = new Map(
    affinity === ""
      ? []
      : affinity.split(",").map((entry) => {
          const [name = "", list = ""] = entry.split(":");
          return [name, list.split(".").map(Number)] as const;
        }),
  );
  const jobs = input.jobs.map(({ id, runTime, workingSet }): Job => {
    const on = allowed.get(id);
    // multi.py runs a job of no length for one tick.
    return { id, bursts: [Math.max(1, runTime)], workingSet, ...(on && { affinity: on }) };
  });
  return runChecked(jobs, alignQuanta(roundRobin({ quantum }), quantum), {
    cpus,
    idles: perCpuQueues,
    keepCpu: false,
    queues: perCpuQueues ? "per-cpu" : "global",
    steal:
      peekInterval === 0
        ? false
        : {
            every: peekInterval,
            choose: chooseAsPython(seed),
            // multi.py never moves a job with an affinity, wherever it may run.
            moves: ({ pid }) => jobs[pid - 1]?.affinity === undefined,
          },
    cache: { warmupTicks: input.warmupTime, warmRate: input.warmRate, cacheSize: input.cacheSize },
  });
}

/** `random.choice` after `random.seed(seed)`: which of so many. */
function chooseAsPython(seed: number): (count: number) => number {
  let twister = seedTwister(seed);
  return (count) => {
    for (;;) {
      const [drawn, next] = drawBits(twister, 32 - Math.clz32(count));
      twister = next;
      if (drawn < count) return drawn;
    }
  };
}

/** From, to and whose, idle included, up to the end of the run. */
function slicesPerCpu({ trace, jobs, end }: WorkloadRun, cpus: number): [number, number, string | null][][] {
  const slices = Array.from({ length: cpus }, (): [number, number, string | null][] => []);
  const started = new Map<number, readonly [from: number, cpu: number]>();
  for (const { kind, pid, at, cpu = 0 } of trace.events) {
    if (kind === "run") started.set(pid, [at, cpu]);
    const start = started.get(pid);
    if ((kind !== "preempt" && kind !== "exit") || start === undefined) continue;
    const [from, on] = start;
    started.delete(pid);
    const list = slices[on] ?? [];
    const before = list.at(-1)?.[1] ?? 0;
    if (before < from) list.push([before, from, null]);
    list.push([from, at, String(jobs[pid - 1]?.id)]);
  }
  for (const list of slices) {
    const before = list.at(-1)?.[1] ?? 0;
    if (before < end) list.push([before, end, null]);
  }
  return slices;
}
