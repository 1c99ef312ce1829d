import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Task } from "./policy.ts";
import { findFirst, insert, isBefore, remove, type Entry, type Tree } from "./tree.ts";

const toTask = (pid: number) => ({ pid }) as Task;
const listEntries = (tree: Tree): Entry[] =>
  tree ? [...listEntries(tree.left), tree.entry, ...listEntries(tree.right)] : [];
const depthOf = (tree: Tree): number => (tree ? 1 + Math.max(depthOf(tree.left), depthOf(tree.right)) : 0);

const entries = fc.uniqueArray(
  fc.record({ task: fc.nat(200).map(toTask), key: fc.nat(9), first: fc.nat(3), value: fc.nat(20) }),
  { selector: ({ task }) => task.pid },
);

test("a tree keeps its entries in order and finds the first with a value that is small enough, as a sorted list does", () => {
  fc.assert(
    fc.property(entries, fc.array(fc.nat()), fc.nat(20), (all, leaving, most) => {
      let tree = all.reduce<Tree>(insert, null);
      let list = all.toSorted((a, b) => (isBefore(a, b) ? -1 : 1));
      for (const chance of leaving) {
        const entry = list[chance % (list.length || 1)];
        if (!entry) break;
        const before = listEntries(tree);
        const smaller = remove(tree, entry);
        assert.deepEqual(listEntries(tree), before, "what was there before stays as it was");
        tree = smaller;
        list = list.filter((other) => other !== entry);
      }
      assert.deepEqual(listEntries(tree), list);
      assert.deepEqual(findFirst(tree, most), list.find(({ value }) => value <= most) ?? null);
      assert.deepEqual(findFirst(tree), list[0] ?? null);
    }),
  );
});

test("a tree of a thousand is not deeper than 40, even when they come in order", () => {
  let tree: Tree = null;
  for (let pid = 1; pid <= 1_000; pid += 1) tree = insert(tree, { task: toTask(pid), key: pid, first: 0, value: 0 });
  assert.ok(depthOf(tree) <= 40, String(depthOf(tree)));
});
