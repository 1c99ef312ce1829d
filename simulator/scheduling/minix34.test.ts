import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Job } from "../../schema/workload.ts";
import { minix34 } from "./minix34.ts";
import { checkDrivers, runTicks, workloads, type Turn } from "./ticks.testing.ts";

interface Facts {
  readonly lowestUser: number;
  readonly defaultUser: number;
  readonly defaultQuantumMs: number;
  readonly balanceEverySeconds: number;
}
const { other } = JSON.parse(
  readFileSync(new URL("../../tests/oracles/textbook/textbook.json", import.meta.url), "utf8"),
) as { other: { "minix3-queues": Facts } };
const { lowestUser, defaultUser, defaultQuantumMs, balanceEverySeconds } = other["minix3-queues"];

const run = (jobs: readonly Job[]): Turn[] => runTicks(jobs, minix34());

test("a user's process begins in queue 7 and sinks a queue for each quantum of 200 ms, down to 15", () => {
  const turns = run([{ id: "hog", bursts: [20 * defaultQuantumMs] }]);
  for (const [index, turn] of turns.entries()) {
    const queue = Math.min(defaultUser + index, lowestUser);
    assert.deepEqual(turn, [index * defaultQuantumMs, (index + 1) * defaultQuantumMs, "hog", `queue ${queue}`]);
  }
});

test("every five seconds one that stands lower than it began goes a queue up, with a whole quantum, also while it runs", () => {
  const balance = balanceEverySeconds * 1_000;
  const turns = run([
    { id: "hog", bursts: [3_900] },
    { id: "late", arrival: 3_900, bursts: [balance] },
  ]);
  const at = (time: number) => turns.find(([start, end]) => start <= time && time < end);
  // The latecomer has used five quanta and a half when it is balanced.
  assert.deepEqual(at(balance - 1), [4_900, 5_000, "late", "queue 12"]);
  assert.deepEqual(at(balance), [5_000, 5_200, "late", "queue 11"]);
});

test("a process that slept through three balancings stands three queues higher", () => {
  const turns = run([{ id: "A", bursts: [900, 15_000, 10] }]);
  assert.equal(turns.at(-2)?.[3], "queue 11");
  assert.deepEqual(turns.at(-1), [15_900, 15_910, "A", "queue 8"]);
});

test("who is preempted goes to the head of its queue with the rest of its quantum; who wakes, to the end", () => {
  const jobs: Job[] = [
    { id: "A", bursts: [300] },
    { id: "B", bursts: [100] },
    { id: "server", arrival: 50, bursts: [10], priority: 3 },
    { id: "wakes", bursts: [20, 10, 20], priority: 7 },
  ];
  assert.deepEqual(run(jobs), [
    [0, 50, "A", "queue 7"],
    [50, 60, "server", "queue 3"],
    [60, 210, "A", "queue 7"],
    [210, 310, "B", "queue 7"],
    [310, 330, "wakes", "queue 7"],
    [330, 340, "A", "queue 8"],
    [340, 360, "wakes", "queue 7"],
    [360, 450, "A", "queue 8"],
  ]);
});

test("with balancing nobody starves for long; without, a hog waits as long as others come", () => {
  const others = Array.from({ length: 30 }, (_, index): Job => ({ id: index, arrival: index * 190, bursts: [190] }));
  const hog: Job = { id: "hog", bursts: [600] };
  const endOf = (balance: number) =>
    runTicks([hog, ...others], minix34({ balance })).findLast(([, , id]) => id === "hog")?.[1] ?? 0;
  assert.ok(endOf(0) >= 30 * 190, String(endOf(0)));
  assert.ok(endOf(300) < endOf(0), String(endOf(300)));
});

test("engine and tick-by-tick driver give the same schedule, and nobody is lost", () => {
  fc.assert(
    fc.property(
      workloads,
      fc.integer({ min: 1, max: 9 }),
      fc.nat(40),
      fc.constantFrom("first" as const, "last" as const),
      (jobs, quantum, balance, arrivalAtQuantumEnd) => {
        checkDrivers(jobs, minix34({ quantum, balance }), { arrivalAtQuantumEnd });
      },
    ),
  );
});
