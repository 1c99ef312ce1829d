import assert from "node:assert/strict";
import test from "node:test";
import { countEdits, findNearest } from "./nearest.ts";

test("the number of edits is a distance: symmetric, zero only for equals, a swap counts once", () => {
  const words = ["", "a", "sim", "smi", "live", "name", "nmae", "timeout", "exercise"];
  for (const a of words)
    for (const b of words) {
      assert.equal(countEdits(a, b), countEdits(b, a));
      assert.equal(countEdits(a, b) === 0, a === b);
      assert.ok(countEdits(a, b) <= Math.max(a.length, b.length));
    }
  assert.equal(countEdits("smi", "sim"), 1);
  assert.equal(countEdits("kitten", "sitting"), 3);
});

test("the nearest word is suggested only where it is near", () => {
  const known = ["sim", "live", "name", "timeout"];
  assert.equal(findNearest("smi", known), "sim");
  assert.equal(findNearest("timout", known), "timeout");
  assert.equal(findNearest("Name", known), "name");
  assert.equal(findNearest("x", known), null);
  assert.equal(findNearest("lineNumbers", known), null);
  assert.equal(findNearest("x".repeat(100_000), known), null);
});
