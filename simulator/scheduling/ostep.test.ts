/** OSTEP's scheduler.py: what it printed for the same jobs. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { fcfs } from "./fcfs.ts";
import { foldMetrics } from "./metrics.ts";
import { roundRobin } from "./round-robin.ts";
import { sjf } from "./sjf.ts";
import { listSlices, runChecked } from "./testing.ts";

interface SchedulerCase {
  readonly id: string;
  readonly input: {
    readonly policy: "FIFO" | "SJF" | "RR";
    readonly quantum?: number;
    readonly jobs: readonly { readonly id: number; readonly length: number; readonly arrival: number }[];
  };
  readonly expect: {
    readonly slices: readonly (readonly [number, number, number])[];
    readonly jobs: readonly {
      readonly id: number;
      readonly response: number;
      readonly turnaround: number;
      readonly wait: number;
    }[];
    readonly average2dp: { readonly response: number; readonly turnaround: number; readonly wait: number };
  };
}
const file = new URL("../../tests/oracles/ostep/scheduler.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { readonly cases: readonly SchedulerCase[] };

/** Some of its jobs last 2.25 ticks. Ours are whole, so that each of its ticks is as many of ours as make everything whole. */
const findScale = ({ jobs, quantum = 1 }: SchedulerCase["input"]): number => {
  const times = [quantum, ...jobs.flatMap(({ length, arrival }) => [length, arrival])];
  return [1, 2, 4, 8, 10, 16, 100, 1_000].find((scale) => times.every((time) => Number.isSafeInteger(time * scale)))!;
};

for (const { id, input, expect } of cases) {
  test(`${id}: ${input.policy} gives its slices and its times`, () => {
    const scale = findScale(input);
    const quantum = (input.quantum ?? 1) * scale;
    const policy = { FIFO: fcfs, SJF: sjf, RR: () => roundRobin({ quantum }) }[input.policy]();
    const jobs = input.jobs.map((job) => ({ id: job.id, arrival: job.arrival * scale, bursts: [job.length * scale] }));
    const run = runChecked(jobs, policy);
    const slices = listSlices(run).map(([start, end, index]) => [start! / scale, end! / scale, jobs[index!]!.id]);
    assert.deepEqual(slices, expect.slices);
    const { jobs: rows, metrics } = foldMetrics(run.trace, jobs);
    for (const [index, row] of rows.entries()) {
      const times = {
        id: row.id,
        response: row.response! / scale,
        turnaround: row.turnaround! / scale,
        wait: row.wait! / scale,
      };
      assert.deepEqual(times, expect.jobs[index]);
    }
    for (const [name, value] of Object.entries(expect.average2dp)) {
      const average = metrics[`average${name[0]!.toUpperCase()}${name.slice(1)}`]! / scale;
      assert.ok(Math.abs(average - value) <= 0.005 + 1e-9, `${name}: ${average}, not ${value}`);
    }
  });
}
