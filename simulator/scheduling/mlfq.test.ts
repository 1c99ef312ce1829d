import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Job } from "../../schema/workload.ts";
import { mlfq } from "./mlfq.ts";
import { checkDrivers, mergeTurns, runEngine, runTicks, timesOf, workloads } from "./ticks.testing.ts";

interface OstepJob {
  readonly id: number;
  readonly arrival: number;
  readonly runTime: number;
  readonly ioFreq: number;
}
interface Case {
  readonly id: string;
  readonly input: {
    readonly quantum: number[];
    readonly allotment: number[];
    readonly boost: number;
    readonly ioTime: number;
    readonly stayAfterIO: boolean;
    readonly ioBump: boolean;
    readonly jobs: readonly OstepJob[];
  };
  readonly expect: { readonly slices: readonly (readonly [number, number, number, number])[] };
}
const { cases } = JSON.parse(readFileSync(new URL("../../tests/oracles/ostep/mlfq.json", import.meta.url), "utf8")) as {
  cases: Case[];
};

/** After every `ioFreq` ticks of CPU time, but not at the end, comes I/O. */
function toJob({ id, arrival, runTime, ioFreq }: OstepJob, ioTime: number): Job {
  const waits = ioFreq === 0 ? 0 : Math.ceil(runTime / ioFreq) - 1;
  const bursts = Array.from({ length: waits }, () => [ioFreq, ioTime]).flat();
  return { id, arrival, bursts: [...bursts, runTime - waits * ioFreq] };
}

for (const { id, input, expect } of cases) {
  test(`${id}: every turn and its queue are as OSTEP's mlfq.py prints them`, () => {
    const { quantum, allotment, boost, ioTime, stayAfterIO: stay, ioBump } = input;
    const jobs = input.jobs.map((job) => toJob(job, ioTime));
    const policy = mlfq({ quantum, allotment, boost, stay, ioBump });
    const turns = expect.slices.filter(([, , job]) => job !== -1);
    assert.deepEqual(
      runTicks(jobs, policy),
      turns.map(([start, end, job, queue]) => [start, end, job, `queue ${queue}`]),
    );
    assert.deepEqual(runEngine(jobs, policy), mergeTurns(turns.map(([start, end, job]) => [start, end, job, null])));
  });
}

const options = fc.record({
  quantum: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 2 }),
  allotment: fc.integer({ min: 1, max: 3 }),
  boost: fc.nat(40),
  stay: fc.boolean(),
  ioBump: fc.boolean(),
});

test("engine and tick-by-tick driver give the same schedule, and everybody gets all of its CPU time", () => {
  fc.assert(
    fc.property(workloads, options, (jobs, chosen) => {
      const policy = mlfq(chosen);
      checkDrivers(jobs, policy);
    }),
  );
});

const cheater: Job = {
  id: "cheater",
  bursts: Array.from({ length: 100 }, () => [9, 1])
    .flat()
    .concat(9),
};
const honest: Job = { id: "honest", bursts: [1_000] };

test("with rules 4a and 4b a job that waits just before its quantum ends gets most of the CPU; with rule 4 it does not", () => {
  const shareOf = (stay: boolean) => {
    const policy = mlfq({ quantum: 10, stay });
    return timesOf([cheater, honest], runTicks([cheater, honest], policy), 1_000)[0] ?? 0;
  };
  assert.ok(shareOf(true) > 890, String(shareOf(true)));
  assert.ok(shareOf(false) < 500, String(shareOf(false)));
});

test("without a boost a long job starves behind interactive ones; with one it does not", () => {
  const interactive = ["x", "y"].map((id): Job => ({
    id,
    arrival: 20,
    bursts: Array.from({ length: 200 }, () => [5, 5])
      .flat()
      .concat(5),
  }));
  const jobs: Job[] = [{ id: "long", bursts: [300] }, ...interactive];
  const shareOf = (boost: number) =>
    timesOf(jobs, runTicks(jobs, mlfq({ quantum: 10, stay: true, boost })), 1_000)[0] ?? 0;
  assert.equal(shareOf(0), 20);
  assert.ok(shareOf(50) > 100, String(shareOf(50)));
});

test("options that make no sense are refused, with what they should be", () => {
  assert.throws(() => mlfq({ quantum: 0 }), { message: "mlfq: quantum must be a whole number, at least 1, not 0" });
  assert.throws(() => mlfq({ quantum: [1, 2], allotment: [1] }), RangeError);
  assert.throws(() => mlfq({ boost: -1 }), RangeError);
});
