import assert from "node:assert/strict";
import test from "node:test";
import { createExam } from "./exam.ts";
import { reportWorkload } from "./report.ts";

const seeds = Array.from({ length: 300 }, (_, seed) => seed);

test("the same seed gives the same sheet, and other seeds other ones", () => {
  const sheets = seeds.map((seed) => JSON.stringify(createExam(seed)));
  assert.deepEqual(sheets, seeds.map((seed) => JSON.stringify(createExam(seed)))); // prettier-ignore
  assert.ok(new Set(sheets.map((sheet) => sheet.replace(/"seed":\d+/, ""))).size > 290);
});

test("on no sheet does the CPU idle, and no two processes have one priority", () => {
  for (const { workload, rival } of seeds.map(createExam)) {
    const work = workload.jobs.reduce((sum, { bursts }) => sum + (bursts[0] ?? 0), 0);
    for (const one of [workload, rival]) assert.equal(reportWorkload(one).metrics["makespan"], work);
    const priorities = workload.jobs.flatMap(({ priority }) => priority ?? []);
    assert.equal(new Set(priorities).size, workload.policy === "priority" ? workload.jobs.length : 0);
  }
});

test("a sheet names both policies and, for round robin, its quantum", () => {
  for (const { workload, rival, questions, rules } of seeds.map(createExam)) {
    assert.notEqual(workload.policy, rival.policy);
    const all = [...questions, ...rules].join("\n");
    for (const { policy, options } of [workload, rival])
      if (policy === "rr") assert.match(all, new RegExp(`quantum of ${options?.quantum as number}`));
  }
});

test("a seed that is no whole number is refused", () => assert.throws(() => createExam(0.5), /whole number/));
