import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as fc from "fast-check";
import * as v from "valibot";
import { viewSchema } from "../../schema/view.ts";
import { moveArm, showArm, type DiskOptions, type DiskPolicy } from "./disk.ts";

interface Case {
  readonly id: string;
  readonly requests: readonly number[];
  readonly head: number;
  readonly movement: Readonly<Record<string, number>>;
}
const oracle = new URL("../../tests/oracles/textbook/textbook.json", import.meta.url);
const { disk } = JSON.parse(readFileSync(oracle, "utf8")) as { readonly disk: readonly Case[] };

/** `C-SCAN (upwards, return counted)` as options. */
function optionsOf(words: string): Pick<DiskOptions, "policy" | "direction"> {
  const name = words.split(" ")[0]?.toLowerCase() ?? "";
  const policy = ({ ssf: "sstf", elevator: "look" }[name] ?? name) as DiskPolicy;
  return { policy, direction: words.includes("towards 0") ? "down" : "up" };
}

for (const { id, requests, head, movement } of disk) {
  for (const [words, distance] of Object.entries(movement)) {
    test(`${id}: ${words} moves over ${distance} cylinders`, () => {
      assert.equal(moveArm(requests, { head, ...optionsOf(words) }).distance, distance);
    });
  }
}

const policies = ["fcfs", "sstf", "scan", "look", "c-scan", "c-look"] as const;
const cylinder = fc.integer({ min: 0, max: 199 });
const exercise = {
  requests: fc.array(cylinder, { maxLength: 30 }),
  head: cylinder,
  direction: fc.constantFrom("up" as const, "down" as const),
};

test("every policy serves each request once and counts every cylinder on its way", () => {
  fc.assert(
    fc.property(fc.record({ ...exercise, policy: fc.constantFrom(...policies) }), ({ requests, ...options }) => {
      const { movements, distance } = moveArm(requests, options);
      const served = movements.filter(({ isRequest }) => isRequest).map(({ to }) => to);
      const ascending = (a: number, b: number) => a - b;
      assert.deepEqual(served.toSorted(ascending), requests.toSorted(ascending));
      let at = options.head;
      let walked = 0;
      for (const { to } of movements) {
        walked += Math.abs(to - at);
        at = to;
      }
      assert.equal(distance, walked);
    }),
  );
});

test("LOOK never moves more than SCAN, and C-LOOK never more than C-SCAN", () => {
  fc.assert(
    fc.property(fc.record(exercise), ({ requests, ...options }) => {
      const distance = (policy: DiskPolicy) => moveArm(requests, { ...options, policy }).distance;
      assert.ok(distance("look") <= distance("scan"));
      assert.ok(distance("c-look") <= distance("c-scan"));
    }),
  );
});

test("LOOK moves over each cylinder at most twice, SSTF may need far more than the best order", () => {
  fc.assert(
    fc.property(fc.record(exercise), ({ requests, ...options }) => {
      assert.ok(moveArm(requests, { ...options, policy: "look" }).distance <= 2 * 199);
    }),
  );
  // Each nearest one leads away from a request that was near at first.
  const requests = [48, 53, 44, 61, 28, 93];
  assert.ok(
    moveArm(requests, { head: 50, policy: "sstf" }).distance > moveArm(requests, { head: 50, policy: "look" }).distance,
  );
});

test("of two equally near requests SSTF serves the one that came first", () => {
  assert.deepEqual(
    moveArm([60, 40], { head: 50, policy: "sstf" }).movements.map(({ to }) => to),
    [60, 40],
  );
});

test("a cylinder that the disk has not, and a policy that there is not, are errors that say so", () => {
  assert.throws(
    () => moveArm([200], { head: 0, policy: "scan" }),
    /a cylinder must be a whole number from 0 to 199, not 200/,
  );
  assert.throws(() => moveArm([1], { head: 0.5, policy: "scan" }), RangeError);
  assert.throws(() => moveArm([1], { head: 0, policy: "nearest" as DiskPolicy }), /policy must be one of fcfs, sstf/);
  assert.throws(() => moveArm([1], { head: 0, policy: "scan", cylinders: 0 }), /cylinders must be a whole number/);
});

test("the movements are shown as one curve per policy", () => {
  const runs = policies.map((policy) => moveArm([98, 183, 37], { head: 53, policy }));
  const view = v.parse(viewSchema, showArm(runs));
  assert.equal(view.view === "lines" && view.series.length, policies.length);
});
