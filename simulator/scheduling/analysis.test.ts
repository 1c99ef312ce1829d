import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import * as fc from "fast-check";
import type { Job } from "../../schema/workload.ts";
import {
  edfDemandTest,
  fits,
  hyperbolicBound,
  hyperperiod,
  laxity,
  liuLaylandBound,
  responseTimes,
  utilisation,
} from "./analysis.ts";
import { jobsOf, taskSets, uniprocessorCases } from "./realtime.testing.ts";

const textbook = JSON.parse(
  readFileSync(new URL("../../tests/oracles/textbook/textbook.json", import.meta.url), "utf8"),
) as {
  other: {
    "mos-realtime-bound": { events: [number, number][]; load: number; largestFourthCostAtPeriod1000: number };
    "liu-layland-bounds": Record<string, number>;
  };
};

for (const oracle of uniprocessorCases) {
  test(`the analyses of ${oracle.id} agree with the oracle`, () => {
    const jobs = jobsOf(oracle.tasks);
    assert.equal(hyperperiod(jobs), oracle.hyperperiod);
    assert.ok(Math.abs(utilisation(jobs) - oracle.utilisation) < 1e-6);
    assert.ok(Math.abs(liuLaylandBound(jobs.length) - oracle.liuLaylandBound) < 1e-6);
    assert.equal(hyperbolicBound(jobs), oracle.hyperbolicBoundHolds);
    assert.deepEqual(responseTimes(jobs, "rm"), oracle.responseTimeAnalysis.RM);
    assert.deepEqual(responseTimes(jobs, "dm"), oracle.responseTimeAnalysis.DM);
    assert.deepEqual(edfDemandTest(jobs), oracle.edfDemandTest);
  });
}

test("Liu and Layland's bound falls from 1 towards ln 2", () => {
  for (const [count, bound] of Object.entries(textbook.other["liu-layland-bounds"])) {
    assert.equal(Number(liuLaylandBound(Number(count)).toFixed(4)), bound);
  }
  assert.ok(liuLaylandBound(1e6) - Math.LN2 < 1e-6);
  assert.throws(() => liuLaylandBound(0), /WorkloadError: liuLaylandBound: the number of tasks must be .* not 0/);
});

test("Tanenbaum's three periodic events load the CPU to 0.85 and leave room for a fourth of 150", () => {
  const { events, load, largestFourthCostAtPeriod1000 } = textbook.other["mos-realtime-bound"];
  const jobs = events.map(([period, cost], id) => ({ id, bursts: [cost], period }));
  const withFourth = (cost: number): readonly Job[] => [...jobs, { id: "fourth", bursts: [cost], period: 1000 }];
  assert.ok(Math.abs(utilisation(jobs) - load) < 1e-12);
  assert.equal(fits(withFourth(largestFourthCostAtPeriod1000)), true);
  assert.equal(fits(withFourth(largestFourthCostAtPeriod1000 + 1)), false);
});

test("the hyperbolic bound accepts all that Liu and Layland's accepts", () => {
  fc.assert(
    fc.property(taskSets(), (tasks) => {
      const jobs = jobsOf(tasks);
      fc.pre(utilisation(jobs) <= liuLaylandBound(jobs.length) - 1e-9);
      return hyperbolicBound(jobs);
    }),
  );
});

test("with deadline = period the demand test says no more than that the utilisation is at most 1", () => {
  fc.assert(
    fc.property(taskSets(), (tasks) => {
      const jobs = tasks.map(({ C, T }, id): Job => ({ id, bursts: [C], period: T }));
      assert.equal(edfDemandTest(jobs).schedulable, fits(jobs));
    }),
  );
});

test("an analysis that would take too many steps says so instead of going on", () => {
  const jobs = [
    { id: "a", bursts: [1], period: 3 },
    { id: "b", bursts: [1_000_003], period: 1_000_003 * 3, deadline: 1_000_003 * 2 },
    { id: "c", bursts: [333_331_666], period: 999_999_937 },
  ];
  assert.throws(() => edfDemandTest(jobs), /WorkloadError: analysis: .* steps/);
});

test("laxity is what is left to the deadline without the work that is left", () => {
  assert.equal(laxity({ deadline: 20, remaining: 5 }, 8), 7);
  assert.equal(laxity({ deadline: 20, remaining: 5 }, 18), -3);
  assert.equal(laxity({ deadline: null, remaining: 5 }, 8), null);
});

test("a job that cannot be analysed is named, with the mend", () => {
  assert.throws(() => utilisation([{ id: "x", bursts: [1] }]), /WorkloadError: analysis: x has no period/);
  assert.throws(() => utilisation([{ id: "x", bursts: [1, 2, 1], period: 9 }]), /x must have one CPU burst/);
  assert.throws(() => utilisation([{ id: "x", bursts: [0], period: 9 }]), /the burst of x must be a whole number/);
  assert.throws(() => utilisation([{ id: "x", bursts: [1], period: 2.5 }]), /the period of x must be a whole number/);
});
