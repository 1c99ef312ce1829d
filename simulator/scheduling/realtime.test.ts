import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import { edfDemandTest, fits, responseTimes } from "./analysis.ts";
import type { Tie } from "./by-key.ts";
import { deadlineMonotonic } from "./deadline-monotonic.ts";
import { edf } from "./edf.ts";
import { rateMonotonic } from "./rate-monotonic.ts";
import {
  jobsOf,
  readRun,
  runNaively,
  taskSets,
  uniprocessorCases,
  type Rule,
  type Run,
  type TaskParameters,
} from "./realtime.testing.ts";
import { runChecked } from "./testing.ts";

const policies = { RM: rateMonotonic, DM: deadlineMonotonic, EDF: edf };
const rules: readonly Rule[] = ["RM", "DM", "EDF"];

const runTasks = (tasks: readonly TaskParameters[], rule: Rule, horizon: number, tie?: Tie): Run =>
  readRun(runChecked(jobsOf(tasks), policies[rule](tie ? { tie } : {}), { horizon }));

/** The oracle keeps so many slices of a run. */
const oracleSlices = 90;

for (const oracle of uniprocessorCases) {
  for (const rule of rules) {
    test(`${rule} runs ${oracle.id} as the oracle says, slice by slice`, () => {
      const { schedulable, ...expected } = oracle[rule];
      const run = runTasks(oracle.tasks, rule, oracle.horizon);
      assert.deepEqual({ ...run, slices: run.slices.slice(0, oracleSlices) }, expected);
      assert.equal(expected.missCount === 0, schedulable);
    });
  }
}

test("rate-monotonic, deadline-monotonic and EDF run as a model that decides anew at every tick", () => {
  fc.assert(
    fc.property(taskSets({ offsets: true }), fc.constantFrom(...rules), (tasks, rule) => {
      assert.deepEqual(runTasks(tasks, rule, 130), runNaively(tasks, rule, 130));
    }),
    { numRuns: 150 },
  );
});

test("EDF meets all deadlines if and only if the demand test says so, where all tasks are released together", () => {
  fc.assert(
    fc.property(taskSets(), (tasks) => {
      const jobs = jobsOf(tasks);
      assert.equal(runTasks(tasks, "EDF", 241).missCount === 0, edfDemandTest(jobs).schedulable);
    }),
    { numRuns: 150 },
  );
});

test("fixed priorities have the worst response that the analysis says, where all tasks are released together and it is at most the period", () => {
  fc.assert(
    fc.property(taskSets(), fc.constantFrom("RM" as const, "DM" as const), (tasks, rule) => {
      const analysis = responseTimes(jobsOf(tasks), rule === "RM" ? "rm" : "dm");
      const { worstResponse } = runTasks(tasks, rule, 241, "id");
      for (const [index, { T }] of tasks.entries()) {
        const expected = analysis[index] ?? Infinity;
        if (expected <= T) assert.equal(worstResponse[index], expected);
      }
    }),
    { numRuns: 150 },
  );
});

test("whatever fixed priorities manage, EDF manages too", () => {
  fc.assert(
    fc.property(taskSets(), (tasks) => {
      fc.pre(fits(jobsOf(tasks)) && runTasks(tasks, "DM", 241).missCount === 0);
      assert.equal(runTasks(tasks, "EDF", 241).missCount, 0);
    }),
  );
});
