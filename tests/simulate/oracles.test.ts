/** What other programs and the books answer, asked of `ring3 simulate` in the shape that it publishes. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import type { Workload, WorkloadReport } from "../../schema/workload.ts";
import { reportWorkload } from "../../simulator/scheduling/index.ts";
import { questions, type Question } from "./oracles.ts";

/** What the oracle knows of the answer; averages are printed with two places. */
function compare({ slices, jobs, metrics = {}, scale }: Question, report: WorkloadReport): void {
  assert.deepEqual(
    report.slices.slice(0, slices.length).map(([start, end, id, cpu]) => [start / scale, end / scale, id, cpu]),
    slices,
  );
  assert.deepEqual(
    report.jobs.map((job, index) =>
      Object.fromEntries(
        Object.keys(jobs[index] ?? {}).map((field) => {
          const value = job[field as keyof typeof job] ?? null;
          return [field, typeof value === "number" && field !== "id" ? value / scale : value];
        }),
      ),
    ),
    jobs,
  );
  for (const [name, wanted] of Object.entries(metrics)) {
    const value = (report.metrics[name] ?? NaN) / scale;
    assert.ok(Math.abs(value - wanted) <= 0.005 + 1e-9, `${name}: ${value}, not ${wanted}`);
  }
}

for (const [source, list] of Object.entries(questions)) {
  for (const question of list) {
    test(`${question.id}: slices, jobs and averages are those of ${source}`, () => {
      // As it comes from a file.
      compare(question, reportWorkload(JSON.parse(JSON.stringify(question.workload)) as Workload));
    });
  }
}

const command = path.join(import.meta.dirname, "..", "..", "runner", "ring3.mjs");

test("the command gives the same answers: one for an object, a list for a list", () => {
  const chosen = Object.values(questions).flatMap((list) => list.slice(0, 2));
  const ask = (input: Workload | readonly Workload[]): unknown =>
    JSON.parse(
      execFileSync(process.execPath, [command, "simulate", "-", "--json"], {
        input: JSON.stringify(input),
        encoding: "utf8",
      }),
    );
  const answers = ask(chosen.map(({ workload }) => workload)) as readonly WorkloadReport[];
  assert.equal(answers.length, chosen.length);
  for (const [index, question] of chosen.entries()) compare(question, answers[index] as WorkloadReport);
  const [first] = chosen;
  compare(first as Question, ask((first as Question).workload) as WorkloadReport);
});
