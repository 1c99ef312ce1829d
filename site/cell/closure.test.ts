import assert from "node:assert/strict";
import test from "node:test";
import { selectConnected, selectDependents } from "./closure.ts";

const cell = (id: string, inputs: string[], outputs: string[]) => ({ id, inputs, outputs, body: "" });
const cells = [
  cell("size", ["view"], ["size"]),
  cell("flood", [], ["flood"]),
  cell("picture", ["size", "flood"], ["seen"]),
  cell("after", ["seen"], []),
  cell("alone", [], ["alone"]),
];
const ids = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id);

test("a cell runs with all that it reads, and its dependents with all that they read", () => {
  assert.deepEqual(ids(selectConnected(cells, "size")), ["size", "flood", "picture", "after"]);
  assert.deepEqual(ids(selectConnected(cells, "alone")), ["alone"]);
});

test("dependents are found through other cells, and through cycles once", () => {
  assert.deepEqual(ids(selectDependents(cells, "flood")), ["flood", "picture", "after"]);
  const cycle = [cell("a", ["y"], ["x"]), cell("b", ["x"], ["y"])];
  assert.deepEqual(ids(selectDependents(cycle, "a")), ["a", "b"]);
});
