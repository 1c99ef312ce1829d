/** What Silberschatz, Tanenbaum and OSTEP print, recomputed. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import type { Job } from "../../schema/workload.ts";
import { ageEstimate, estimateBursts } from "./burst-estimate.ts";
import { fcfs } from "./fcfs.ts";
import { foldMetrics } from "./metrics.ts";
import type { Policy } from "./policy.ts";
import { priority } from "./priority.ts";
import { roundRobin } from "./round-robin.ts";
import { sjf } from "./sjf.ts";
import { srtn } from "./srtn.ts";
import { listSlices, runChecked } from "./testing.ts";

interface TextbookCase {
  readonly id: string;
  readonly policy: keyof typeof policies;
  readonly quantum: number | null;
  readonly jobs: readonly {
    readonly id: string;
    readonly arrival: number;
    readonly burst: number;
    readonly priority: number;
  }[];
  readonly expect: {
    readonly slices: readonly (readonly [number, number, number])[];
    readonly turnaround: readonly number[];
    readonly wait: readonly number[];
    readonly response: readonly number[];
    readonly avgWait: number;
    readonly avgTurnaround: number;
    readonly avgResponse: number;
  };
}
interface Textbook {
  readonly cpu: readonly TextbookCase[];
  readonly other: {
    readonly "osc-exercise-preemption": { readonly avgTurnaround: Readonly<Record<string, number>> };
    readonly "mos-five-processor-sharing": {
      readonly finish: Readonly<Record<string, number>>;
      readonly avgTurnaround: number;
    };
    readonly "osc-exponential-average": { readonly bursts: readonly number[]; readonly guesses: readonly number[] };
    readonly "mos-aging": { readonly prediction: number };
  };
}
const file = new URL("../../tests/oracles/textbook/textbook.json", import.meta.url);
const { cpu, other } = JSON.parse(readFileSync(file, "utf8")) as Textbook;

const policies = {
  FCFS: () => fcfs(),
  SJF: () => sjf(),
  SRTF: () => srtn(),
  RR: (quantum: number) => roundRobin({ quantum }),
  PRIO: () => priority({ preemptive: false }),
  PRIORR: (quantum: number) => priority({ quantum }),
} as const satisfies Record<string, (quantum: number) => Policy>;

const listJobs = (jobs: TextbookCase["jobs"]): Job[] =>
  jobs.map(({ id, arrival, burst, priority: value }) => ({ id, arrival, bursts: [burst], priority: value }));

for (const { id, policy, quantum, jobs, expect } of cpu) {
  test(`${id}: the Gantt chart and every time are the book's`, () => {
    const list = listJobs(jobs);
    const run = runChecked(list, policies[policy](quantum ?? 0));
    assert.deepEqual(listSlices(run), expect.slices);
    const { jobs: rows, metrics } = foldMetrics(run.trace, list);
    assert.deepEqual(
      rows.map(({ turnaround }) => turnaround),
      expect.turnaround,
    );
    assert.deepEqual(
      rows.map(({ wait }) => wait),
      expect.wait,
    );
    assert.deepEqual(
      rows.map(({ response }) => response),
      expect.response,
    );
    const averages = [metrics["averageWait"], metrics["averageTurnaround"], metrics["averageResponse"]];
    assert.deepEqual(averages, [expect.avgWait, expect.avgTurnaround, expect.avgResponse]);
  });
}

test("preemptive priority gives what the book prints for jobs that come together", () => {
  for (const { policy, jobs, expect } of cpu.filter((one) => one.policy === "PRIO")) {
    const list = listJobs(jobs);
    assert.deepEqual(listSlices(runChecked(list, priority())), expect.slices, policy);
  }
});

/** P1 (0.0, 8), P2 (0.4, 4), P3 (1.0, 1), in tenths. */
const late: readonly Job[] = [
  { id: "P1", arrival: 0, bursts: [80] },
  { id: "P2", arrival: 4, bursts: [40] },
  { id: "P3", arrival: 10, bursts: [10] },
];
const turnaroundOf = (policy: Policy, jobs: readonly Job[]): number =>
  foldMetrics(runChecked(jobs, policy).trace, jobs).metrics["averageTurnaround"]!;

test("who waits for what is to come does better than any policy that does not know it", () => {
  const { avgTurnaround } = other["osc-exercise-preemption"];
  /** The book cuts after two places. */
  const cut = (tenths: number) => Math.floor(tenths * 10) / 100;
  assert.equal(cut(turnaroundOf(fcfs(), late)), avgTurnaround["FCFS"]);
  assert.equal(cut(turnaroundOf(sjf(), late)), avgTurnaround["SJF"]);
  // The CPU is left idle until all are there: each job comes at 10, and has waited since its own arrival.
  const together = late.map((job) => ({ ...job, arrival: 10 }));
  const waited = late.reduce((sum, { arrival = 0 }) => sum + 10 - arrival, 0) / late.length;
  const future = turnaroundOf(sjf(), together) + waited;
  assert.equal(cut(future), avgTurnaround["future-knowledge (idle first unit, then SJF)"]);
});

test("round robin with an ever smaller quantum comes to processor sharing", () => {
  const { finish, avgTurnaround } = other["mos-five-processor-sharing"];
  const minute = 1_000;
  const bursts = { A: 10, B: 6, C: 2, D: 4, E: 8 };
  const jobs = Object.entries(bursts).map(([id, minutes]) => ({ id, bursts: [minutes * minute] }));
  const run = runChecked(jobs, roundRobin({ quantum: 1 }));
  const { jobs: rows, metrics } = foldMetrics(run.trace, jobs);
  for (const row of rows) assert.ok(Math.abs(row.finish! / minute - finish[row.id]!) < 0.01, row.id as string);
  assert.ok(Math.abs(metrics["averageTurnaround"]! / minute - avgTurnaround) < 0.01);
});

test("the exponential average guesses what the book prints", () => {
  const { bursts, guesses } = other["osc-exponential-average"];
  assert.deepEqual(estimateBursts(bursts, { weight: 1 / 2, first: 10 }), guesses);
});

test("ageing of the runs 40, 20, 40, 15 predicts 25", () => {
  const first = 40;
  const runs = [20, 40, 15];
  assert.equal(
    runs.reduce((guess, run) => ageEstimate(guess, run), first),
    other["mos-aging"].prediction,
  );
});
