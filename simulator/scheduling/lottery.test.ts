import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as fc from "fast-check";
import { lottery } from "./lottery.ts";
import { drawFraction, seedTwister } from "./random.ts";
import { checkDrivers, runTicks, timesOf, workloads } from "./ticks.testing.ts";

interface Case {
  readonly id: string;
  readonly command: string;
  readonly input: {
    readonly jobs: readonly { readonly id: number; readonly length: number; readonly tickets: number }[];
    readonly quantum: number;
    readonly seed: number;
    readonly randoms: readonly number[];
  };
  readonly expect: {
    readonly draws: readonly { readonly winner: number; readonly of: number; readonly run: number }[];
    readonly done: readonly { readonly id: number; readonly time: number }[];
  };
}
const { cases } = JSON.parse(
  readFileSync(new URL("../../tests/oracles/ostep/lottery.json", import.meta.url), "utf8"),
) as { cases: Case[] };

/** Draws as lottery.py does, by a scan of the list. */
function drawNaively(jobs: Case["input"]["jobs"], quantum: number, randoms: readonly number[]) {
  const left = jobs.map(({ length }) => length);
  return randoms.map((random) => {
    const ready = jobs.filter((_, index) => (left[index] ?? 0) > 0);
    const of = ready.reduce((sum, { tickets }) => sum + tickets, 0);
    let ticket = random % of;
    const winner = ready.find(({ tickets }) => (ticket -= tickets) < 0) ?? ready[0];
    if (winner) left[winner.id] = (left[winner.id] ?? 0) - quantum;
    return { winner: random % of, of, run: winner?.id };
  });
}

for (const { id, command, input, expect } of cases) {
  const { jobs, quantum, seed, randoms } = input;
  test(`${id}: the draws are OSTEP's`, () => {
    assert.deepEqual(drawNaively(jobs, quantum, randoms), expect.draws);
  });
  // With -j the program has made up its jobs from the same numbers first, two for each.
  if (!command.includes(" -l ")) continue;
  test(`${id}: with the book's seed the schedule is the book's`, () => {
    const policy = lottery({ quantum, seed, wholeQuantum: true });
    const turns = runTicks(
      jobs.map(({ id: name, length, tickets }) => ({ id: name, bursts: [length], tickets })),
      policy,
    );
    assert.deepEqual(
      turns.map(([start]) => start),
      expect.draws.map((_, index) => index * quantum),
    );
    assert.deepEqual(
      turns.map(([, , run]) => run),
      expect.draws.map(({ run }) => run),
    );
    for (const { id: name, time } of expect.done) {
      const end = turns.findLast(([, , run]) => run === name)?.[1] ?? 0;
      assert.equal(Math.ceil(end / quantum) * quantum, time);
    }
  });
}

test("with -j the book's numbers follow after those that made up the jobs", () => {
  for (const { command, input } of cases.filter(({ command: each }) => !each.includes(" -l "))) {
    let twister = seedTwister(input.seed);
    const drawn = Array.from({ length: 3 * input.jobs.length + input.randoms.length }, () => {
      const [fraction, next] = drawFraction(twister);
      twister = next;
      return Math.floor(fraction * 1_000_001);
    });
    const start = drawn.indexOf(input.randoms[0] ?? -1);
    assert.ok(start >= 2 * input.jobs.length, command);
    assert.deepEqual(drawn.slice(start, start + input.randoms.length), input.randoms, command);
  }
});

test("engine and tick-by-tick driver give the same schedule, and nobody is lost", () => {
  fc.assert(
    fc.property(
      workloads,
      fc.integer({ min: 1, max: 9 }),
      fc.nat(),
      fc.boolean(),
      (jobs, quantum, seed, wholeQuantum) => {
        checkDrivers(jobs, lottery({ quantum, seed, wholeQuantum }));
      },
    ),
  );
});

test("shares follow the tickets within four standard deviations", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 2, maxLength: 6 }),
      fc.nat(),
      (tickets, seed) => {
        const ticks = 4_000;
        const jobs = tickets.map((each, id) => ({ id, bursts: [ticks], tickets: each }));
        const times = timesOf(jobs, runTicks(jobs, lottery({ seed }), { most: 30_000 }), ticks);
        const all = tickets.reduce((a, b) => a + b);
        for (const [index, each] of tickets.entries()) {
          const share = each / all;
          const deviation = Math.sqrt(ticks * share * (1 - share));
          assert.ok(
            Math.abs((times[index] ?? 0) - ticks * share) <= 4 * deviation + 1,
            `${times.join()} for ${tickets.join()}`,
          );
        }
      },
    ),
    { seed: 1, numRuns: 40 },
  );
});

test("a task without a ticket is refused by name", () => {
  assert.throws(() => runTicks([{ id: "poor", bursts: [1], tickets: 0 }], lottery()), {
    message: "lottery: the tickets of poor must be a whole number, at least 1, not 0",
  });
});
