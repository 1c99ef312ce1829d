import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Job } from "../../schema/workload.ts";
import { minix34 } from "./minix34.ts";
import { mlfq } from "./mlfq.ts";
import type { Policy } from "./policy.ts";
import { roundRobin } from "./round-robin.ts";
import { stride } from "./stride.ts";
import { threeLevel } from "./three-level.ts";
import { checkDrivers, runTicks, timesOf, workloads, type Turn } from "./ticks.testing.ts";

const toJobs = (lengths: readonly number[]): Job[] =>
  lengths.map((length, index) => ({ id: "ABCDEFGH"[index] ?? "", bursts: [length] }));
const orderOfFirstTurns = (turns: readonly Turn[]): string => [...new Set(turns.map(([, , id]) => id))].join("");

test("no more take turns than fit into memory; the next comes in when one has ended", () => {
  const turns = runTicks(toJobs([3, 4, 2, 2]), threeLevel({ memory: 2, cpuScheduler: roundRobin({ quantum: 1 }) }));
  assert.equal(turns.map(([, , id]) => id).join(""), "ABABABCBCDD");
});

test("the memory scheduler swaps those out that have run, so that nobody on disk starves", () => {
  const jobs = toJobs([500, 500, 500]);
  const shares = (swapEvery: number) => timesOf(jobs, runTicks(jobs, threeLevel({ memory: 2, swapEvery })), 600);
  assert.deepEqual(shares(1_000), [300, 300, 0]);
  const [a = 0, b = 0, c = 0] = shares(50);
  assert.ok(Math.min(a, b, c) >= 150, [a, b, c].join());
});

test("the shortest job is let in first, if admission says so", () => {
  const jobs = toJobs([5, 9, 3, 7, 1]);
  const order = (admission: "arrival" | "shortest") =>
    orderOfFirstTurns(runTicks(jobs, threeLevel({ admitted: 1, memory: 1, admission })));
  assert.equal(order("arrival"), "ABCDE");
  // The first has come before the others.
  assert.equal(order("shortest"), "AECDB");
});

test("a mix lets long and short jobs in in turn", () => {
  const jobs = toJobs([3, 3, 3, 30, 30, 30]);
  const turns = runTicks(jobs, threeLevel({ admitted: 1, memory: 1, admission: "mix", longBurst: 10 }));
  assert.equal(orderOfFirstTurns(turns), "ADBECF");
});

test("a big job speaks against itself, an important one for itself", () => {
  const first: Job = { id: "first", bursts: [400] };
  const order = (jobs: readonly Job[]) =>
    orderOfFirstTurns(
      runTicks(
        [first, ...jobs],
        threeLevel({ memory: 2, swapEvery: 10, criteria: { size: 1_000, importance: 1_000 } }),
      ),
    );
  assert.equal(
    order([
      { id: "big", bursts: [10], size: 2 },
      { id: "small", bursts: [10], size: 1 },
    ]),
    "firstsmallbig",
  );
  assert.equal(
    order([
      { id: "x", bursts: [10], size: 2, priority: 2 },
      { id: "y", bursts: [10], size: 2, priority: 1 },
    ]),
    "firstyx",
  );
});

test("a job that never fits is refused by name", () => {
  assert.throws(() => runTicks([{ id: "huge", bursts: [1], size: 4 }], threeLevel()), {
    name: "WorkloadError",
    message: "three-level: huge needs 4 of memory, but there are 3; make memory larger",
  });
});

const schedulers: fc.Arbitrary<Policy> = fc
  .constantFrom<(() => Policy)[]>(
    () => roundRobin({ quantum: 2 }),
    () => mlfq({ quantum: 2, boost: 17 }),
    () => stride({ quantum: 2 }),
    () => minix34({ quantum: 3, balance: 11 }),
  )
  .map((create) => create());

const options = fc.record({
  memory: fc.integer({ min: 3, max: 6 }),
  admitted: fc.integer({ min: 1, max: 5 }),
  admission: fc.constantFrom("arrival" as const, "shortest" as const, "mix" as const),
  swapEvery: fc.integer({ min: 1, max: 30 }),
  cpuScheduler: schedulers,
});

test("whatever schedules the CPU, engine and tick-by-tick driver give the same schedule, and nobody is lost", () => {
  fc.assert(
    fc.property(workloads, options, (jobs, chosen) => void checkDrivers(jobs, threeLevel(chosen))),
    { numRuns: 300 },
  );
});
