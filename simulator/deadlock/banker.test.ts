import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import * as fc from "fast-check";
import { detectDeadlock, findNeed, findSafety, isSafeSequence, requestResources, type Claims } from "./banker.ts";

type Rows = readonly (readonly number[])[];
interface Asked {
  readonly process: number | string;
  readonly request: readonly number[];
  readonly grant: boolean;
  readonly why?: string;
  readonly safeSequenceAfter?: readonly number[];
}
interface BankerCase {
  readonly available: readonly number[];
  readonly allocation: Rows;
  readonly max?: Rows;
  readonly need: Rows;
  readonly safe: boolean;
  readonly aSafeSequence?: readonly number[];
  readonly firstToFinish?: string;
  readonly requests: readonly Asked[];
}
interface DetectionCase {
  readonly available: readonly number[];
  readonly allocation: Rows;
  readonly request: Rows;
  readonly deadlocked: readonly number[];
  readonly order?: readonly number[];
  readonly thenRequest?: { readonly process: number; readonly request: readonly number[] };
  readonly deadlockedThen?: readonly number[];
}

const oracle = JSON.parse(
  readFileSync(new URL("../../tests/oracles/textbook/textbook.json", import.meta.url), "utf8"),
) as { readonly deadlock: Readonly<Record<string, BankerCase | DetectionCase>> };
const cases = Object.entries(oracle.deadlock);
/** Silberschatz counts processes, Tanenbaum gives them letters. */
const indexOf = (process: number | string) => (typeof process === "number" ? process : process.charCodeAt(0) - 65);
const orderOf = (order: readonly { readonly process: number }[]) => order.map(({ process }) => process);

for (const [name, expected] of cases) {
  if ("request" in expected) {
    test(`${name}: detection finds who is deadlocked, and in which order the others finish`, () => {
      const found = detectDeadlock(expected);
      assert.deepEqual(found.deadlocked, expected.deadlocked);
      // Tanenbaum counts from 1.
      if (expected.order) assert.deepEqual(orderOf(found.order), expected.order.map((process) => process - 1)); // prettier-ignore
      if (!expected.thenRequest) return;
      const request = expected.request.with(expected.thenRequest.process, expected.thenRequest.request);
      assert.deepEqual(detectDeadlock({ ...expected, request }).deadlocked, expected.deadlockedThen);
    });
  } else {
    test(`${name}: the banker grants and refuses as the book does, and for the same reasons`, () => {
      if (expected.max) assert.deepEqual(findNeed(expected.max, expected.allocation), expected.need);
      const safety = findSafety(expected);
      assert.equal(safety.safe, expected.safe);
      if (expected.aSafeSequence) assert.ok(isSafeSequence(expected, expected.aSafeSequence));
      if (expected.firstToFinish) assert.equal(safety.order[0]?.process, indexOf(expected.firstToFinish));
      let claims: Claims = expected;
      for (const { process, request, grant, why, safeSequenceAfter } of expected.requests) {
        const decision = requestResources(claims, indexOf(process), request);
        assert.equal(decision.granted, grant);
        if (why) assert.equal(decision.reason, why);
        if (safeSequenceAfter) assert.deepEqual(orderOf(decision.safety?.order ?? []), safeSequenceAfter);
        claims = decision.claims;
      }
    });
  }
}

test("the oracle has the cases that this file is about", () => {
  assert.deepEqual(cases.map(([name]) => name).toSorted(), ["mos-banker", "mos-detection", "osc-banker", "osc-detection"]); // prettier-ignore
});

test("a request beyond the claim is refused before anything else is looked at", () => {
  const claims = { available: [1], allocation: [[0]], need: [[2]] };
  const decision = requestResources(claims, 0, [3]);
  assert.equal(decision.reason, "exceeds its claim");
  assert.equal(decision.why, "it may still ask for (2), not (3)");
});

/** Random states with two kinds of resource. */
const row = fc.tuple(fc.nat(4), fc.nat(4));
const states = fc
  .record({ available: row, rows: fc.array(fc.tuple(row, row), { minLength: 1, maxLength: 5 }) })
  .map(({ available, rows }) => ({
    available,
    allocation: rows.map(([allocation]) => allocation),
    need: rows.map(([, need]) => need),
  }));

const permutations = (items: readonly number[]): number[][] =>
  items.length === 0
    ? [[]]
    : items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item].concat(rest)));

test("a state is safe exactly if some order of all processes is a safe sequence", () => {
  fc.assert(
    fc.property(states, (claims) => {
      const orders = permutations(claims.need.map((_, process) => process));
      assert.equal(findSafety(claims).safe, orders.some((order) => isSafeSequence(claims, order))); // prettier-ignore
    }),
    { numRuns: 150 },
  );
});

test("what the banker grants to a safe state is safe again, and nothing is made or lost", () => {
  fc.assert(
    fc.property(states, row, (claims, request) => {
      fc.pre(findSafety(claims).safe);
      const { claims: after, granted } = requestResources(claims, 0, request);
      const total = ({ available, allocation }: Claims) =>
        available.map((free, kind) => allocation.reduce((sum, held) => sum + (held[kind] ?? 0), free));
      assert.ok(findSafety(after).safe);
      assert.deepEqual(total(after), total(claims));
      if (!granted) assert.deepEqual(after, claims);
    }),
  );
});

test("numbers that make no sense are refused with their place", () => {
  const claims = { available: [1], allocation: [[0]], need: [[1]] };
  assert.throws(() => findSafety({ ...claims, available: [-1] }), /findSafety: available must hold whole numbers from 0 on, not -1/); // prettier-ignore
  assert.throws(() => findSafety({ ...claims, need: [[1, 2]] }), /need\[0\] has 2 kinds of resource, not 1/);
  assert.throws(() => requestResources(claims, 3, [1]), /there is no process 3 of 1/);
  assert.throws(() => detectDeadlock({ ...claims, request: [] }), /allocation has 1 processes, request has 0/);
});
