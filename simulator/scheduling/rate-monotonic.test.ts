import assert from "node:assert/strict";
import test from "node:test";
import { runWorkload } from "./engine.ts";
import { rateMonotonic } from "./rate-monotonic.ts";
import { listReasons } from "./realtime.testing.ts";

test("rate-monotonic says whose period is the shortest, and whose is shorter when a job takes the CPU", () => {
  const jobs = [
    { id: "control", bursts: [3], period: 10 },
    { id: "logging", bursts: [9], period: 20 },
  ];
  assert.deepEqual(listReasons(runWorkload(jobs, rateMonotonic())), [
    "0 run control: control has the shortest period, 10; next is logging with 20",
    "3 run logging: logging, with period 20, is the only one that waits",
    "10 preempt logging: logging preempted: the period of control, 10, is shorter than that of logging, 20",
    "10 run control: control has the shortest period, 10; next is logging with 20",
    "13 run logging: logging, with period 20, is the only one that waits",
  ]);
});

test("rate-monotonic does not look at deadlines", () => {
  const jobs = [
    { id: "urgent", bursts: [2], period: 20, deadline: 3 },
    { id: "often", bursts: [2], period: 10 },
  ];
  assert.match(listReasons(runWorkload(jobs, rateMonotonic()))[0] ?? "", /^0 run often/);
});

test("a job without a period is refused by name, with the mend", () => {
  assert.throws(
    () => runWorkload([{ id: "once", bursts: [2], deadline: 5 }], rateMonotonic()),
    /WorkloadError: rm: once has no period; give it a period, or choose another policy/,
  );
});
