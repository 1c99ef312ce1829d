import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as fc from "fast-check";
import * as v from "valibot";
import { viewSchema } from "../../schema/view.ts";
import { replacePages, type ReplacementOptions, type ReplacementPolicy } from "./replacement.ts";
import { showReplacement } from "./replacement-view.ts";

interface Case {
  readonly id: string;
  readonly refs: readonly number[];
  readonly frames: number;
  readonly faults: Readonly<Record<string, number>>;
}
const oracle = new URL("../../tests/oracles/textbook/textbook.json", import.meta.url);
const { paging } = JSON.parse(readFileSync(oracle, "utf8")) as { readonly paging: readonly Case[] };

for (const { id, refs, frames, faults } of paging) {
  for (const [name, count] of Object.entries(faults)) {
    const policy = name.toLowerCase() as ReplacementPolicy;
    test(`${id}: ${name} has ${count} faults with ${frames} frames`, () => {
      assert.equal(replacePages(refs, { frames, policy }).faults, count);
    });
  }
}

const policies = ["fifo", "lru", "mru", "lfu", "second-chance", "clock", "opt"] as const;
const references = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 24 });
const frames = fc.integer({ min: 1, max: 5 });
const play = (refs: readonly number[], options: ReplacementOptions) => replacePages(refs, options).steps;
const faultsOf = (refs: readonly number[], policy: ReplacementPolicy, count: number) =>
  replacePages(refs, { frames: count, policy }).faults;

test("under every policy a reference faults exactly if its page is not in memory, and is there afterwards", () => {
  fc.assert(
    fc.property(references, frames, fc.constantFrom(...policies), (refs, count, policy) => {
      let before: readonly (number | null)[] = Array.from({ length: count }, () => null);
      for (const step of play(refs, { frames: count, policy })) {
        assert.equal(step.isFault, !before.includes(step.reference));
        assert.ok(step.frames.includes(step.reference));
        const gone = before.filter((page) => page !== null && !step.frames.includes(page));
        assert.deepEqual(gone, step.victim === null ? [] : [step.victim]);
        // A page goes only when every frame is full.
        if (step.victim !== null) assert.ok(!before.includes(null));
        before = step.frames;
      }
    }),
  );
});

/** LRU and FIFO as lists of pages with the time that decides. */
function playByTimes(refs: readonly number[], count: number, isStampedByUse: boolean): number[][] {
  const times = new Map<number, number>();
  return refs.map((page, now) => {
    if (!times.has(page) && times.size === count) {
      const [oldest] = [...times].reduce((a, b) => (b[1] < a[1] ? b : a));
      times.delete(oldest);
    }
    if (isStampedByUse || !times.has(page)) times.set(page, now);
    return [...times.keys()].toSorted((a, b) => a - b);
  });
}
const pagesIn = ({ frames: list }: { readonly frames: readonly (number | null)[] }) =>
  list.filter((page) => page !== null).toSorted((a, b) => a - b);

test("LRU is a list by the time of use, FIFO one by the time of loading", () => {
  fc.assert(
    fc.property(references, frames, (refs, count) => {
      assert.deepEqual(play(refs, { frames: count, policy: "lru" }).map(pagesIn), playByTimes(refs, count, true));
      assert.deepEqual(play(refs, { frames: count, policy: "fifo" }).map(pagesIn), playByTimes(refs, count, false));
    }),
  );
});

/** Fewest faults over every choice of victims. */
function fewestFaults(refs: readonly number[], count: number): number {
  const known = new Map<string, number>();
  function search(at: number, memory: readonly number[]): number {
    const page = refs[at];
    if (page === undefined) return 0;
    if (memory.includes(page)) return search(at + 1, memory);
    const key = `${at}:${memory.toSorted().join()}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const next =
      memory.length < count
        ? [[...memory, page]]
        : memory.map((victim) => [...memory.filter((other) => other !== victim), page]);
    const fewest = 1 + Math.min(...next.map((choice) => search(at + 1, choice)));
    known.set(key, fewest);
    return fewest;
  }
  return search(0, []);
}

test("OPT has the fewest faults that any choice of victims can have, so no policy has fewer", () => {
  fc.assert(
    fc.property(references, frames, (refs, count) => {
      const fewest = fewestFaults(refs, count);
      assert.equal(faultsOf(refs, "opt", count), fewest);
      for (const policy of policies) assert.ok(faultsOf(refs, policy, count) >= fewest);
    }),
  );
});

test("what LRU has in memory with n frames it has with n + 1, too: more frames never mean more faults", () => {
  fc.assert(
    fc.property(references, frames, (refs, count) => {
      const fewer = play(refs, { frames: count, policy: "lru" }).map(pagesIn);
      const more = play(refs, { frames: count + 1, policy: "lru" }).map(pagesIn);
      for (const [at, pages] of fewer.entries()) for (const page of pages) assert.ok(more[at]?.includes(page));
      assert.ok(faultsOf(refs, "opt", count + 1) <= faultsOf(refs, "opt", count));
    }),
  );
});

test("FIFO may fault more often with more frames (Belady's anomaly)", () => {
  const refs = [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5];
  assert.deepEqual(
    [3, 4].map((count) => faultsOf(refs, "fifo", count)),
    [9, 10],
  );
  assert.deepEqual(
    [3, 4].map((count) => faultsOf(refs, "lru", count)),
    [10, 8],
  );
});

test("the clock and the queue with a second chance choose the same victims", () => {
  fc.assert(
    fc.property(references, frames, fc.boolean(), (refs, count, referencedOnLoad) => {
      const victims = (policy: ReplacementPolicy) =>
        play(refs, { frames: count, policy, referencedOnLoad }).map(({ victim }) => victim);
      assert.deepEqual(victims("clock"), victims("second-chance"));
    }),
  );
});

test("a page that is used again before the hand comes is spared, and the step says so", () => {
  const options = { frames: 3, policy: "clock", referencedOnLoad: false } as const;
  const last = play([1, 2, 3, 1, 4], options).at(-1);
  assert.deepEqual(last?.frames, [1, 4, 3]);
  assert.equal(last?.why, "page 2 goes: the hand found its referenced bit clear, after clearing that of 1 before it");
  assert.deepEqual(play([1, 2, 3, 1, 4], { ...options, policy: "fifo" }).at(-1)?.frames, [4, 2, 3]);
});

test("each policy says why a page goes", () => {
  const why = (policy: ReplacementPolicy) => play([1, 2, 1, 3, 2], { frames: 2, policy })[3]?.why;
  assert.equal(why("fifo"), "page 1 goes: it was loaded first");
  assert.equal(why("lru"), "page 2 goes: its last use is longest ago");
  assert.equal(why("lfu"), "page 2 goes: it was used least often");
  assert.equal(why("mru"), "page 1 goes: it was used last");
  assert.equal(why("opt"), "page 1 goes: it is not used again");
  const later = play([1, 2, 3, 2, 1], { frames: 2, policy: "opt" })[2];
  assert.equal(later?.why, "page 1 goes: its next use, reference 5, is farthest away");
});

test("an unknown policy, no frames and a page that is no number are errors that say so", () => {
  assert.throws(() => replacePages([1], { frames: 1, policy: "best" as "opt" }), /policy must be one of .*, not best/);
  assert.throws(
    () => replacePages([1], { frames: 0, policy: "opt" }),
    /frames must be a whole number from 1 to 100, not 0/,
  );
  assert.throws(() => replacePages([1, -1], { frames: 1, policy: "opt" }), /reference 2 must be a page number, not -1/);
});

test("the table of a replacement has a row per reference", () => {
  const view = showReplacement(replacePages([1, 2, 3, 1], { frames: 2, policy: "fifo" }));
  assert.ok(v.is(viewSchema, view));
  assert.deepEqual(view.columns, ["reference", "frame 0", "frame 1", "", "why"]);
  assert.deepEqual(view.rows[2], [3, 3, 2, "fault", "page 1 goes: it was loaded first"]);
});
