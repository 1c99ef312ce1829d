import assert from "node:assert/strict";
import test from "node:test";
import type { Job } from "../../schema/workload.ts";
import { edf } from "./edf.ts";
import { edfUs } from "./edf-us.ts";
import { runWorkload } from "./engine.ts";
import { listReasons } from "./realtime.testing.ts";

const run = (jobs: readonly Job[], options: Parameters<typeof edf>[0] = {}) =>
  listReasons(runWorkload(jobs, edf(options), { horizon: 20 }));

test("EDF says whose deadline is the earliest, and whose the next", () => {
  assert.deepEqual(
    run([
      { id: "audio", bursts: [2], period: 5 },
      { id: "video", bursts: [4], period: 20, deadline: 9 },
    ]).slice(0, 4),
    [
      "0 run audio: audio has the earliest deadline, 5; next is video with 9",
      "2 run video: video, with deadline 9, is the only one that waits",
      "6 run audio: audio, with deadline 10, is the only one that waits",
      "10 run audio: audio, with deadline 15, is the only one that waits",
    ],
  );
});

test("EDF says which deadline is earlier when a job takes the CPU", () => {
  const reasons = run([
    { id: "long", bursts: [9], period: 20 },
    { id: "short", arrival: 3, bursts: [1], period: 20, deadline: 4 },
  ]);
  assert.match(reasons[1] ?? "", /^3 preempt long: .*the deadline of short, 7, is earlier than that of long, 20$/);
});

test("of equal deadlines the running job's wins, unless `tie` says otherwise", () => {
  const jobs = [
    { id: "second", arrival: 2, bursts: [2], period: 18, deadline: 8 },
    { id: "first", bursts: [4], period: 20, deadline: 10 },
  ];
  assert.equal(
    run(jobs).some((reason) => reason.includes("preempt")),
    false,
  );
  assert.equal(
    run(jobs, { tie: "arrival" }).some((reason) => reason.includes("preempt")),
    false,
  );
  assert.match(
    run(jobs, { tie: "id" })[1] ?? "",
    /^2 preempt first: .*second and first have the same deadline, 10; second stands first in the list$/,
  );
});

test("of equal deadlines that wait, who came first or who stands first in the list runs", () => {
  const jobs = [
    { id: "busy", bursts: [4], period: 20, deadline: 5 },
    { id: "late", arrival: 2, bursts: [2], period: 18, deadline: 8 },
    { id: "early", arrival: 1, bursts: [2], period: 19, deadline: 9 },
  ];
  assert.match(
    run(jobs)[1] ?? "",
    /^4 run late: late and early have the earliest deadline, 10; late stands first in the list$/,
  );
  assert.match(
    run(jobs, { tie: "arrival" })[1] ?? "",
    /^4 run early: early and late have the earliest deadline, 10; early came first$/,
  );
});

test("a job without a deadline is refused by name, with the mend", () => {
  const message =
    /WorkloadError: edf: nobody has no deadline; give it a period or a deadline, or choose another policy/;
  assert.throws(() => run([{ id: "nobody", bursts: [3] }]), message);
});

test("EDF also serves jobs that come once, with a deadline and no period", () => {
  const once = [
    { id: "a", bursts: [3], deadline: 9 },
    { id: "b", bursts: [3], deadline: 4 },
  ];
  assert.deepEqual(
    listReasons(runWorkload(once, edf())).map((reason) => reason.split(":")[0]),
    ["0 run b", "3 run a"],
  );
});

test("a CPU on which the most urgent may not run takes the most urgent that may", () => {
  const reasons = listReasons(
    runWorkload(
      [
        { id: "pinned", bursts: [2], deadline: 4, affinity: [1] },
        { id: "urgent", bursts: [2], deadline: 5, affinity: [1] },
        { id: "free", bursts: [2], deadline: 9 },
      ],
      edf(),
      { cpus: 2 },
    ),
  );
  assert.match(reasons.join("\n"), /0 run free: free has the earliest deadline, 9, of those that may run on this CPU/);
});

test("EDF-US runs a task that asks for more than half a CPU before all others", () => {
  const jobs = [
    { id: "light", bursts: [1], period: 4 },
    { id: "heavy", bursts: [6], period: 10 },
  ];
  const [first] = listReasons(runWorkload(jobs, edfUs(), { horizon: 10 }));
  assert.equal(first, "0 run heavy: heavy has the earliest deadline (heavy tasks: 0), 0; next is light with 4");
});
