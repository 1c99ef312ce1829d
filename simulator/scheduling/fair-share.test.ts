import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Job } from "../../schema/workload.ts";
import { fairShare } from "./fair-share.ts";
import { checkDrivers, runTicks, timesOf, workloads, type Turn } from "./ticks.testing.ts";

const say = (turns: readonly Turn[]): string => turns.map(([, , id]) => id).join("");
const toJobs = (names: string, user: string, ticks: number): Job[] =>
  Array.from(names, (id) => ({ id, bursts: [ticks], user }));

test("Tanenbaum's example: A B C D of one user and E of another run A E B E C E D E, and so on", () => {
  const jobs = [...toJobs("ABCD", "one", 10), ...toJobs("E", "two", 40)];
  assert.equal(say(runTicks(jobs, fairShare())).slice(0, 16), "AEBECEDEAEBECEDE");
});

test("a user who was promised twice as much gets it: A B E C D E …", () => {
  const jobs = [...toJobs("ABCD", "one", 10), ...toJobs("E", "two", 40)];
  const turns = runTicks(jobs, fairShare({ shares: { one: 2, two: 1 } }));
  const [a, b, c, d, e] = timesOf(jobs, turns, 30);
  assert.deepEqual([a, b, c, d, e], [5, 5, 5, 5, 10]);
});

test("whatever the number of processes, users who are always ready are never further apart than a quantum", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 5 }),
      fc.nat(300),
      (counts, quantum, until) => {
        const jobs = counts.flatMap((count, user) =>
          Array.from({ length: count }, (_, index): Job => ({
            id: `${user}.${index}`,
            bursts: [300],
            user: String(user),
          })),
        );
        const times = timesOf(jobs, runTicks(jobs, fairShare({ quantum })), until);
        const byUser = counts.map((_, user) =>
          times.filter((__, index) => jobs[index]?.user === String(user)).reduce((a, b) => a + b),
        );
        assert.ok(Math.max(...byUser) - Math.min(...byUser) <= quantum, byUser.join());
      },
    ),
  );
});

test("a user who was away cannot catch up on what he did not use", () => {
  const jobs: Job[] = [
    { id: "A", bursts: [1_000], user: "one" },
    { id: "B", arrival: 500, bursts: [400], user: "two" },
  ];
  assert.deepEqual(timesOf(jobs, runTicks(jobs, fairShare()), 700), [600, 100]);
});

test("engine and tick-by-tick driver give the same schedule, and nobody is lost", () => {
  fc.assert(
    fc.property(workloads, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5 }), (jobs, quantum, share) => {
      checkDrivers(jobs, fairShare({ quantum, shares: { ann: share } }));
    }),
  );
});
