import assert from "node:assert/strict";
import { test } from "node:test";
import { fair } from "./fair.ts";

test("the rule is Linux's own unless it is asked for the one before", () => {
  assert.equal(fair().name, "earliest eligible virtual deadline first, slice 1");
  assert.equal(fair({ quantum: 3 }).name, "earliest eligible virtual deadline first, slice 3");
  assert.equal(fair({ rule: "cfs" }).name, "completely fair scheduler, latency 48");
});

test("another rule is refused, with those that there are", () => {
  assert.throws(() => fair({ rule: "o1" as "cfs" }), {
    name: "WorkloadError",
    message: "fair: rule must be eevdf or cfs, not o1",
  });
});
