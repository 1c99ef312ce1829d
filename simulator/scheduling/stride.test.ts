import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Job } from "../../schema/workload.ts";
import { sayReason } from "./policy.ts";
import { stride } from "./stride.ts";
import { checkDrivers, runTicks, timesOf, workloads } from "./ticks.testing.ts";

const { other } = JSON.parse(
  readFileSync(new URL("../../tests/oracles/textbook/textbook.json", import.meta.url), "utf8"),
) as { other: { "ostep-stride": { runs: string } } };

const toJobs = (tickets: readonly number[], ticks: number): Job[] =>
  tickets.map((each, id) => ({ id, bursts: [ticks], tickets: each }));

for (const quantum of [1, 7]) {
  test(`OSTEP's three jobs run in OSTEP's order with quantum ${quantum}`, () => {
    const jobs = [100, 50, 250].map((tickets, index) => ({ id: "ABC"[index] ?? "", bursts: [100 * quantum], tickets }));
    const turns = runTicks(jobs, stride({ quantum }));
    const { runs } = other["ostep-stride"];
    assert.equal(
      turns
        .slice(0, runs.length)
        .map(([, , id]) => id)
        .join(""),
      runs,
    );
  });
}

test("the reason counts passes as OSTEP does", () => {
  const policy = stride({ quantum: 5 });
  const [turn] = runTicks([{ id: "A", bursts: [5], tickets: 250 }], policy);
  assert.deepEqual(turn, [0, 5, "A", null]);
  const task = { pid: 1, name: "A", arrival: 0, used: 0, tickets: 250 } as Parameters<typeof policy.admit>[1];
  const pick = policy.pick(policy.admit(policy.init(), task, "new", 0), { cpu: 0, now: 0, allows: () => true });
  assert.equal(sayReason(pick?.why ?? ""), "A has the smallest pass, 0, and its stride is 40");
});

test("engine and tick-by-tick driver give the same schedule, and nobody is lost", () => {
  fc.assert(
    fc.property(
      workloads,
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom("arrival" as const, "id" as const),
      (jobs, quantum, tie) => {
        checkDrivers(jobs, stride({ quantum, tie }));
      },
    ),
  );
});

test("of those that are always ready, a scan for the least CPU time per ticket finds the same one every time", () => {
  const divisors = [1, 2, 3, 5, 7, 10, 25, 44, 50, 75, 100, 125, 250, 300];
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...divisors), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 5 }),
      (tickets, quantum) => {
        const times = tickets.map(() => 0);
        const chosen = Array.from({ length: 100 }, () => {
          let best = 0;
          for (const [index, each] of tickets.entries()) {
            // a / b < c / d, in whole numbers.
            if ((times[index] ?? 0) * (tickets[best] ?? 0) < (times[best] ?? 0) * each) best = index;
          }
          times[best] = (times[best] ?? 0) + quantum;
          return best;
        });
        const turns = runTicks(toJobs(tickets, 100 * quantum), stride({ quantum }));
        assert.deepEqual(
          turns.slice(0, 100).map(([, , id]) => id),
          chosen,
        );
      },
    ),
  );
});

test("at any time no two that are always ready are further apart than a quantum, for their tickets", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 2, maxLength: 6 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 1_000 }),
      (tickets, quantum, until) => {
        const jobs = toJobs(tickets, 1_200);
        const times = timesOf(jobs, runTicks(jobs, stride({ quantum })), until);
        const passes = times.map((time, index) => time / (tickets[index] ?? 1));
        const most = (quantum / Math.min(...tickets)) * 1.001;
        assert.ok(Math.max(...passes) - Math.min(...passes) <= most, `${times.join()} for ${tickets.join()}`);
      },
    ),
  );
});

test("a latecomer begins with the others and gets its share from then on, not more", () => {
  const jobs: Job[] = [...toJobs([100, 100], 5_000), { id: "late", arrival: 1_000, bursts: [1_000], tickets: 200 }];
  const turns = runTicks(jobs, stride());
  const late = timesOf(jobs, turns, 1_400)[2] ?? 0;
  assert.ok(Math.abs(late - 200) <= 1, String(late));
});
