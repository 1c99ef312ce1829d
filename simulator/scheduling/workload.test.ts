/** What comes from outside: refused with the place and the cure, or run and reported. */
import assert from "node:assert/strict";
import test from "node:test";
import type { WorkloadOptions } from "../../schema/workload.ts";
import { WorkloadError } from "./check.ts";
import { createPolicy } from "./policies.ts";
import { reportWorkload } from "./report.ts";
import { checkWorkload, findHorizon } from "./workload.ts";

const sound = { policy: "rr", jobs: [{ id: "A", bursts: [3] }] };
const withJob = (job: object) => ({ ...sound, jobs: [{ id: "A", bursts: [3], ...job }] });

const unsound: readonly (readonly [what: string, workload: unknown, complaint: RegExp])[] = [
  ["nothing", null, /a workload is an object/],
  ["an unknown policy", { ...sound, policy: "fifs" }, /no policy "fifs". Did you mean fcfs\? There are: fcfs, sjf/],
  ["no jobs", { policy: "rr" }, /jobs must be a list/],
  ["a negative burst", withJob({ bursts: [3, -1, 2] }), /job A: bursts\[1\] must be a whole number from 0 .* not -1/],
  ["half a tick", withJob({ bursts: [0.5] }), /job A: bursts\[0\] must be a whole number/],
  ["bursts that end with I/O", withJob({ bursts: [3, 1] }), /job A: bursts must begin and end with CPU .* not 2/],
  ["no bursts", withJob({ bursts: [] }), /an odd number of them, not 0/],
  ["a quantum of 0", { ...sound, options: { quantum: 0 } }, /options: quantum must be a whole number from 1/],
  ["a list of quanta for round robin", { ...sound, options: { quantum: [1, 2] } }, /one number here/],
  ["two jobs of one name", { ...sound, jobs: [...sound.jobs, ...sound.jobs] }, /jobs\[1\]: id "A" is taken/],
  ["no CPU", { ...sound, cpus: 0 }, /cpus must be a whole number from 1 to 8, not 0/],
  ["nine CPUs", { ...sound, cpus: 9 }, /cpus must be a whole number from 1 to 8, not 9/],
  ["nice 40", withJob({ nice: 40 }), /job A: nice must be a whole number from -20 to 19, not 40/],
  ["a period of 0", withJob({ period: 0 }), /job A: period must be a whole number from 1/],
  ["a CPU that is not there", withJob({ affinity: [1] }), /job A: affinity must be a list of CPUs from 0 to 0/],
  [
    "too many jobs",
    { ...sound, jobs: Array.from({ length: 10_001 }, (_, id) => ({ id, bursts: [1] })) },
    /at most 10000/,
  ],
  ["too large a number", withJob({ arrival: 1e15 }), /job A: arrival must be/],
  [
    "a tie that is none",
    { ...sound, options: { tie: "first" } },
    /tie must be "arrival" or "running" or "id", not "first"/,
  ],
  [
    "periods that never meet",
    { policy: "rm", jobs: [9_973, 9_967, 9_949].map((period) => ({ id: period, bursts: [1], period })) },
    /horizon/,
  ],
  [
    "a run without end",
    { ...sound, options: { limit: 5 }, jobs: [{ id: 1, bursts: [100] }] },
    /stopped after 5 events/,
  ],
];
for (const [what, workload, complaint] of unsound) {
  test(`${what} is refused, with the place and what it must be`, () => {
    assert.throws(
      () => reportWorkload(workload as never),
      (error) => error instanceof WorkloadError && complaint.test(error.message),
    );
  });
}

test("a sound workload is what it was", () => {
  assert.deepEqual(checkWorkload(sound), { ...sound, options: {}, cpus: 1 });
});

test("the horizon is a hyperperiod after the last first release", () => {
  assert.equal(
    findHorizon([
      { id: 1, bursts: [1], period: 6, arrival: 3 },
      { id: 2, bursts: [1], period: 4 },
    ]),
    15,
  );
});

test("a report has maximal slices by CPU and time, switches without an id, and every time that the book defines", () => {
  const options = { quantum: 4, contextSwitch: 1 };
  const jobs = [
    { id: "P1", bursts: [8] },
    { id: "P2", bursts: [2, 5, 1] },
  ];
  const { slices, jobs: rows, metrics } = reportWorkload({ policy: "rr", options, jobs });
  assert.deepEqual(slices, [
    [0, 4, "P1", 0],
    [4, 5, null, 0],
    [5, 7, "P2", 0],
    [7, 8, null, 0],
    [8, 12, "P1", 0],
    [12, 13, null, 0],
    [13, 14, "P2", 0],
  ]);
  assert.deepEqual(rows, [
    { id: "P1", response: 0, turnaround: 12, wait: 4, finish: 12 },
    { id: "P2", response: 5, turnaround: 14, wait: 6, finish: 14 },
  ]);
  const { makespan, throughput, utilisation, switchTime, switches, preemptions } = metrics;
  assert.deepEqual(
    [makespan, throughput, utilisation, switchTime, switches, preemptions],
    [14, 1 / 7, 11 / 14, 3, 3, 1],
  );
});

test("a late job goes on, the next one queues behind it, and each deadline that passes is a miss", () => {
  const jobs = [
    { id: 1, bursts: [3], period: 4 },
    { id: 2, bursts: [2], period: 5 },
  ];
  const { jobs: rows, metrics } = reportWorkload({ policy: "rm", jobs });
  assert.deepEqual(
    rows.map(({ misses }) => misses),
    [0, 3],
  );
  assert.deepEqual([rows[1]?.turnaround, metrics["misses"], metrics["minLaxity"]], [11, 3, -6]);
});

test("a single device serves one after the other", () => {
  const jobs = ["A", "B"].map((id) => ({ id, bursts: [1, 10, 1] }));
  const finish = (options: WorkloadOptions) =>
    reportWorkload({ policy: "fcfs", options, jobs }).jobs.map((row) => row.finish);
  assert.deepEqual(
    [finish({}), finish({ device: "disk" })],
    [
      [12, 13],
      [12, 22],
    ],
  );
});

test("an unknown policy is refused by name", () => {
  assert.throws(() => createPolicy("mlqf" as never), /Did you mean mlfq\?/);
});
