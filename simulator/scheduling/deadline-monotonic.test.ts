import assert from "node:assert/strict";
import test from "node:test";
import { deadlineMonotonic } from "./deadline-monotonic.ts";
import { runWorkload } from "./engine.ts";
import { listReasons } from "./realtime.testing.ts";

test("deadline-monotonic says whose relative deadline is the shortest, however long the period", () => {
  const jobs = [
    { id: "often", bursts: [2], period: 10 },
    { id: "urgent", bursts: [2], period: 20, deadline: 3 },
  ];
  assert.equal(
    listReasons(runWorkload(jobs, deadlineMonotonic()))[0],
    "0 run urgent: urgent has the shortest relative deadline, 3; next is often with 10",
  );
});

test("a job without a deadline is refused by name, with the mend", () => {
  assert.throws(
    () => runWorkload([{ id: "once", bursts: [2] }], deadlineMonotonic()),
    /WorkloadError: dm: once has no deadline; give it a period or a deadline, or choose another policy/,
  );
});
