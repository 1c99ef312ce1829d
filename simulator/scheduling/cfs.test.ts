import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Job } from "../../schema/workload.ts";
import { cfs } from "./cfs.ts";
import { checkDrivers, runTicks, timesOf, workloads } from "./ticks.testing.ts";
import { weighNice } from "./weights.ts";

const { other } = JSON.parse(
  readFileSync(new URL("../../tests/oracles/textbook/textbook.json", import.meta.url), "utf8"),
) as { other: { "ostep-cfs-weights": { slicesMs: { A: number; B: number } } } };

test("OSTEP's example: of 48 ms, nice -5 gets 36.14 and nice 0 gets 11.86", () => {
  // A tick is 10 µs.
  const jobs: Job[] = [
    { id: "A", bursts: [15_000], nice: -5 },
    { id: "B", bursts: [5_000] },
  ];
  const [a, b] = runTicks(jobs, cfs({ latency: 4_800, minGranularity: 600 }));
  const { A, B } = other["ostep-cfs-weights"].slicesMs;
  assert.deepEqual(a?.slice(0, 3), [0, Math.round(A * 100), "A"]);
  assert.deepEqual(b?.slice(0, 3), [Math.round(A * 100), Math.round((A + B) * 100), "B"]);
});

test("OSTEP's first example: four jobs share 48 ms, later two do", () => {
  const jobs = ["A", "B", "C", "D"].map((id): Job => ({ id, bursts: [id < "C" ? 84 : 36] }));
  const lengths = runTicks(jobs, cfs()).map(([start, end]) => end - start);
  assert.deepEqual(lengths, [...Array.from({ length: 12 }, () => 12), 24, 24, 24, 24]);
});

test("slices are not shorter than the least granularity", () => {
  const jobs = Array.from({ length: 10 }, (_, id): Job => ({ id, bursts: [60] }));
  assert.ok(runTicks(jobs, cfs({ latency: 48, minGranularity: 6 })).every(([start, end]) => end - start === 6));
});

test("one that has slept begins with the others: its sleep is not made up for", () => {
  const jobs: Job[] = [
    { id: "A", bursts: [3_000] },
    { id: "sleeper", bursts: [10, 1_000, 500] },
  ];
  const [, slept = 0] = timesOf(jobs, runTicks(jobs, cfs()), 1_500);
  assert.ok(Math.abs(slept - 10 - (1_500 - 1_010) / 2) <= 48, String(slept));
});

test("shares follow the weights within a slice and one percent", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -10, max: 10 }), { minLength: 2, maxLength: 5 }), (nices) => {
      const until = 10_000;
      const jobs = nices.map((nice, id): Job => ({ id, bursts: [until], nice }));
      const times = timesOf(jobs, runTicks(jobs, cfs({ latency: 48, minGranularity: 1 }), { most: 60_000 }), until);
      const all = nices.reduce((sum, nice) => sum + weighNice(nice), 0);
      for (const [index, nice] of nices.entries()) {
        const wanted = (until * weighNice(nice)) / all;
        assert.ok(Math.abs((times[index] ?? 0) - wanted) <= 48 + until / 100, `${times.join()} for ${nices.join()}`);
      }
    }),
    { numRuns: 30 },
  );
});

test("engine and tick-by-tick driver give the same schedule, and nobody is lost", () => {
  fc.assert(
    fc.property(
      workloads,
      fc.integer({ min: 1, max: 48 }),
      fc.integer({ min: 1, max: 6 }),
      (jobs, latency, minGranularity) => {
        checkDrivers(jobs, cfs({ latency, minGranularity }));
      },
    ),
  );
});
