import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { priority } from "./priority.ts";
import { listSlices, runChecked } from "./testing.ts";
import { checkDrivers, workloads } from "./ticks.testing.ts";

const options = fc.record(
  {
    preemptive: fc.boolean(),
    agePerTick: fc.constantFrom(0, 0.25, 1, 3),
    quantum: fc.integer({ min: 1, max: 5 }),
    tie: fc.constantFrom("arrival" as const, "id" as const),
  },
  { requiredKeys: [] },
);

test("engine and tick-by-tick driver give the same schedule, and everybody gets all of its CPU time", () => {
  fc.assert(fc.property(workloads, options, (jobs, chosen) => void checkDrivers(jobs, priority(chosen))));
});

test("who is preempted goes before equals that came later, and keeps what it has aged", () => {
  const jobs = [
    { id: "low", bursts: [6], priority: 5 },
    { id: "equal", arrival: 1, bursts: [2], priority: 5 },
    { id: "high", arrival: 2, bursts: [1], priority: 1 },
  ];
  assert.deepEqual(listSlices(runChecked(jobs, priority())), [
    [0, 2, 0],
    [2, 3, 2],
    [3, 7, 0],
    [7, 9, 1],
  ]);
});

test("on two CPUs a better one whose quantum ends takes the CPU of a worse one when its own goes to an equal", () => {
  const jobs = [
    { id: "worse", bursts: [20], priority: 4 },
    { id: "better", arrival: 1, bursts: [8], priority: 3 },
    { id: "equal", arrival: 5, bursts: [8], priority: 3 },
  ];
  const { trace } = runChecked(jobs, priority({ quantum: 4 }), { cpus: 2 });
  const first = trace.events.find(({ kind, pid }) => kind === "preempt" && pid === 1);
  assert.equal(first?.at, 5);
});

test("ageing moves only who loses its CPU: the others stay where they are", () => {
  const jobs = [
    { id: "A", bursts: [30], priority: 1 },
    { id: "B", bursts: [30], priority: 2 },
    { id: "C", bursts: [5], priority: 6 },
  ];
  const { trace } = runChecked(jobs, priority({ agePerTick: 1 }), { cpus: 2 });
  // C beats B at 5, A runs on.
  assert.deepEqual(
    trace.events.filter(({ kind, at }) => kind === "preempt" && at < 7).map(({ at, pid }) => [at, pid]),
    [[5, 2]],
  );
});

test("options that make no sense are refused by name", () => {
  assert.throws(() => priority({ quantum: 0 }), /WorkloadError: priority: quantum must be a whole number, at least 1/);
  assert.throws(() => priority({ agePerTick: -1 }), /WorkloadError: priority: agePerTick must be a number, 0 or more/);
});
