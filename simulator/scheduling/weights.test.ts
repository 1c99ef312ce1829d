import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { niceWeights, niceZeroPace, niceZeroWeight, paceOf, weighNice } from "./weights.ts";

const { other } = JSON.parse(
  readFileSync(new URL("../../tests/oracles/textbook/textbook.json", import.meta.url), "utf8"),
) as {
  other: {
    "linux-nice-to-weight": { weights: number[] };
    "ostep-cfs-weights": { vruntimeRate: { A: number; B: number } };
  };
};

test("the weights are Linux's", () => {
  assert.deepEqual(niceWeights, other["linux-nice-to-weight"].weights);
  assert.equal(weighNice(0), niceZeroWeight);
});

test("virtual time passes as OSTEP has it: 0.3281 at nice -5, 1 at nice 0", () => {
  const { A, B } = other["ostep-cfs-weights"].vruntimeRate;
  assert.equal(Number((paceOf(-5) / niceZeroPace).toFixed(4)), A);
  assert.equal(paceOf(0) / niceZeroPace, B);
});

test("a nice value outside -20 to 19 is refused", () => {
  for (const nice of [-21, 20, 0.5]) assert.throws(() => weighNice(nice), RangeError);
});
