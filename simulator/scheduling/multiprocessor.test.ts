import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import type { Job } from "../../schema/workload.ts";
import { fits } from "./analysis.ts";
import { edf } from "./edf.ts";
import type { WorkloadRun } from "./engine.ts";
import { dpWrap, edfUs, edzl, llf, llref, partition, pd2 } from "./multiprocessor.ts";
import type { Policy } from "./policy.ts";
import { rateMonotonic } from "./rate-monotonic.ts";
import {
  jobsOf,
  listReleases,
  multiprocessorCases,
  runNaively,
  taskSets,
  type JobRecord,
  type NaiveRule,
  type TaskParameters,
} from "./realtime.testing.ts";
import { runChecked } from "./testing.ts";

/** SimSo counts in milliseconds and cuts them into so many cycles; so do we. */
const scale = 1000;

interface Set {
  readonly cpus: number;
  readonly jobs: readonly Job[];
  readonly horizon: number;
}

/** What SimSo calls it; how we run it. */
const schedulers: Readonly<Record<string, (set: Set) => WorkloadRun>> = {
  EDF: (set) => run(set, edf()),
  RM: (set) => run(set, rateMonotonic()),
  P_EDF: (set) => run({ ...set, jobs: partition(set.jobs, set) }, edf()),
  // SimSo's comment says first fit, but it takes the least loaded CPU.
  P_RM: (set) => run({ ...set, jobs: partition(set.jobs, { ...set, fit: "worst" }) }, rateMonotonic()),
  EDZL: (set) => run(set, edzl(set)),
  PD2: (set) => run(set, pd2({ ...set, quantum: scale / 10 })),
  DP_WRAP: (set) => run(set, dpWrap(set)),
  LLREF: (set) => run(set, llref(set)),
  LLF: (set) => run(set, llf({ ...set, interval: scale, tie: "id" })),
  EDF_US: (set) => run(set, edfUs()),
};

const run = ({ jobs, cpus, horizon }: Set, policy: Policy): WorkloadRun =>
  runChecked(jobs, policy, { cpus, horizon, idles: policy.assignsCpus === true });

/**
 * By how much SimSo's responses differ, and why. LLF: its timer takes 0.001 ms of the first CPU at every millisecond. DP-WRAP: it rounds the shares up anew in every
 * interval, we round their sums, so its jobs are done some cycles earlier. All others: not at all.
 */
const tolerances: Readonly<Record<string, number>> = { LLF: 0.02, DP_WRAP: 0.001 };

/**
 * Where SimSo migrates as often as we do. Not with RM, where its preempted job goes on at the CPU that became free first and ours stays where it was; PD2, where equals come in
 * another order; LLF, for its timer. Its preemptions also count the jobs that the scheduler only looked at, so they are an upper bound.
 */
const sameMigrations = new Set(["EDF", "P_EDF", "P_RM", "EDZL", "DP_WRAP", "LLREF", "EDF_US"]);

for (const { id, tasks, cpus, horizon, simso } of multiprocessorCases) {
  for (const { scheduler, missCount, worstResponse, jobs: done, preemptions, migrations } of simso) {
    test(`${scheduler} runs ${id} with the misses and responses that SimSo has`, () => {
      // SimSo's last instant is the horizon itself; ours is the one before it.
      const set = { cpus, jobs: jobsOf(tasks, scale), horizon: horizon * scale + 1 };
      const records = listReleases((schedulers[scheduler] ?? assert.fail(`${scheduler}: unknown`))(set));
      assert.equal(records.filter(({ missed }) => missed).length, missCount);
      assert.deepEqual(
        tasks.map((_, task) => records.filter((job) => job.task === task && job.finish !== null).length),
        done,
      );
      // SimSo takes equal tasks that are released together in the order in which its processors get round to them: so, of equal tasks, the worst.
      const ours = worstOfEqual(
        tasks,
        tasks.map((_, task) => worstOf(records, task) / scale),
      );
      for (const [task, worst] of worstOfEqual(tasks, worstResponse).entries()) {
        assert.ok(
          Math.abs((ours[task] ?? NaN) - worst) <= (tolerances[scheduler] ?? 0) + 5e-4,
          `task ${task}: ${ours[task]} instead of ${worst}`,
        );
      }
      const moved = countMigrations(records);
      if (sameMigrations.has(scheduler)) {
        assert.equal(moved.migrations, migrations);
        assert.ok(moved.preemptions <= preemptions);
      }
      if (scheduler === "RM") assert.equal(moved.migrations + moved.preemptions, migrations + preemptions);
    });
  }
}

const worstOf = (records: readonly JobRecord[], task: number): number =>
  Math.max(...records.flatMap((job) => (job.task === task && job.finish !== null ? [job.finish - job.release] : [])));

const worstOfEqual = (tasks: readonly TaskParameters[], worst: readonly number[]): readonly number[] =>
  tasks.map((task) => Math.max(...worst.filter((_, other) => JSON.stringify(tasks[other]) === JSON.stringify(task))));

/** How often a job went on where it had stopped, and elsewhere. */
function countMigrations(records: readonly JobRecord[]): { readonly preemptions: number; readonly migrations: number } {
  const resumed = records.flatMap(({ ran }) => ran.slice(1).map(({ cpu }, index) => cpu === ran[index]?.cpu));
  return { preemptions: resumed.filter(Boolean).length, migrations: resumed.filter((same) => !same).length };
}

const cpuCounts = fc.integer({ min: 1, max: 4 });
const implicit = (tasks: readonly TaskParameters[]): readonly TaskParameters[] =>
  tasks.map((task) => ({ ...task, D: task.T }));

const optimal: Readonly<Record<string, { readonly offsets: boolean; readonly policy: (cpus: number) => Policy }>> = {
  "DP-WRAP": { offsets: false, policy: (cpus) => dpWrap({ cpus }) },
  LLREF: { offsets: false, policy: (cpus) => llref({ cpus }) },
  "PD²": { offsets: true, policy: (cpus) => pd2({ cpus, quantum: 120 }) },
};

for (const [name, { offsets, policy }] of Object.entries(optimal)) {
  test(`${name} meets all deadlines of whatever fits on the CPUs${offsets ? "" : " and is released together"}`, () => {
    fc.assert(
      fc.property(taskSets({ most: 8, offsets }), cpuCounts, (tasks, cpus) => {
        // 120 is a multiple of every period, so each share of an interval is a whole number of ticks.
        const jobs = jobsOf(implicit(tasks), 120);
        fc.pre(fits(jobs, cpus));
        const records = listReleases(run({ jobs, cpus, horizon: 70 * 120 }, policy(cpus)));
        checkSound(records, jobs);
        assert.deepEqual(
          records.filter(({ missed }) => missed),
          [],
        );
      }),
      { numRuns: 100 },
    );
  });
}

const global: Readonly<Record<NaiveRule, (cpus: number) => Policy>> = {
  RM: () => rateMonotonic({ tie: "id" }),
  DM: () => assert.fail("as RM"),
  EDF: () => edf({ tie: "id" }),
  EDZL: (cpus) => edzl({ cpus, tie: "id" }),
  LLF: (cpus) => llf({ cpus, tie: "id" }),
};

for (const rule of ["RM", "EDF", "EDZL", "LLF"] as const) {
  test(`${rule} on several CPUs runs as a model that decides anew at every tick`, () => {
    fc.assert(
      fc.property(taskSets({ most: 8, offsets: true }), cpuCounts, (tasks, cpus) => {
        const horizon = 100;
        const records = listReleases(run({ jobs: jobsOf(tasks), cpus, horizon }, global[rule](cpus)));
        checkSound(records, jobsOf(tasks));
        const expected = runNaively(tasks, rule, horizon, { cpus, tie: "id" });
        assert.equal(records.filter(({ missed }) => missed).length, expected.missCount);
        assert.deepEqual(
          tasks.map((_, task) =>
            records.some((job) => job.task === task && job.finish !== null) ? worstOf(records, task) : null,
          ),
          expected.worstResponse,
        );
      }),
      { numRuns: 100 },
    );
  });
}

/** No CPU runs two at a time, no task runs on two CPUs at a time, and a job that is done has run as long as it costs. */
function checkSound(records: readonly JobRecord[], jobs: readonly Job[]): void {
  const ran = records.flatMap((job) => job.ran);
  for (const key of ["cpu", "task"] as const) {
    const sorted = ran.toSorted((a, b) => a[key] - b[key] || a.from - b.from);
    for (const [index, { from, [key]: whose }] of sorted.entries()) {
      const before = sorted[index - 1];
      if (before?.[key] === whose) assert.ok(before.to <= from, `${key} ${whose} twice at ${from}`);
    }
  }
  for (const { task, release, finish, ran: executions } of records) {
    const time = executions.reduce((sum, { from, to }) => sum + to - from, 0);
    const cost = jobs[task]?.bursts[0] ?? 0;
    assert.ok(
      finish === null ? time < cost || cost === 0 : time === cost,
      `task ${task} of ${release} ran ${time} of ${cost}`,
    );
    assert.ok(executions.every(({ from }) => from >= release));
  }
}

test("Dhall's effect: a heavy task misses under global EDF, however little the light ones ask for", () => {
  const cpus = 4;
  const light = Array.from({ length: cpus }, (_, id) => ({ id, bursts: [1], period: 50 }));
  const set = { jobs: [...light, { id: "heavy", bursts: [51], period: 51 }], cpus, horizon: 52 };
  const missed = (policy: Policy): number => listReleases(run(set, policy)).filter((job) => job.missed).length;
  assert.equal(missed(edf()), 1);
  assert.equal(missed(edfUs()), 0);
  assert.equal(missed(edzl(set)), 0);
});

test("a partitioned task never migrates", () => {
  fc.assert(
    fc.property(
      taskSets({ most: 8 }),
      cpuCounts,
      fc.constantFrom("first" as const, "worst" as const),
      (tasks, cpus, fit) => {
        const jobs = jobsOf(implicit(tasks));
        fc.pre(fit === "worst" || fitsOnCpus(jobs, cpus));
        const placed = partition(jobs, { cpus, fit });
        for (const { task, ran } of listReleases(run({ jobs: placed, cpus, horizon: 100 }, edf()))) {
          assert.ok(ran.every(({ cpu }) => cpu === placed[task]?.affinity?.[0]));
        }
      },
    ),
  );
});

test("a partition that first fit finds meets all deadlines under EDF", () => {
  fc.assert(
    fc.property(taskSets({ most: 8 }), cpuCounts, (tasks, cpus) => {
      const jobs = jobsOf(implicit(tasks));
      fc.pre(fitsOnCpus(jobs, cpus));
      const placed = partition(jobs, { cpus });
      assert.equal(
        listReleases(run({ jobs: placed, cpus, horizon: 130 }, edf())).filter(({ missed }) => missed).length,
        0,
      );
    }),
  );
});

function fitsOnCpus(jobs: readonly Job[], cpus: number): boolean {
  try {
    return partition(jobs, { cpus }).length === jobs.length;
  } catch {
    return false;
  }
}

test("first fit says which job has no room", () => {
  const jobs = ["a", "b", "c"].map((id) => ({ id, bursts: [2], period: 3 }));
  assert.throws(() => partition(jobs, { cpus: 2 }), /WorkloadError: partition: c fits on none of the 2 CPUs/);
  assert.throws(() => partition(jobs, { cpus: 0 }), /WorkloadError: partition: the number of CPUs .* not 0/);
});

test("a policy that plans for all CPUs refuses what it cannot plan for", () => {
  assert.throws(() => llf({ cpus: 9 }), /WorkloadError: LLF: the number of CPUs must be .* not 9/);
  assert.throws(() => llf({ cpus: 2, interval: 0 }), /WorkloadError: llf: interval must be .* not 0/);
  assert.throws(() => pd2({ cpus: 2, quantum: 0.5 }), /WorkloadError: pd2: quantum must be .* not 0.5/);
  assert.throws(() => edfUs({ threshold: 2 }), /WorkloadError: edfUs: threshold must be .* not 2/);
  for (const policy of [edzl, llf, llref, dpWrap, pd2]) {
    const jobs = [{ id: "x", bursts: [3] }];
    assert.throws(() => run({ jobs, cpus: 2, horizon: 10 }, policy({ cpus: 2 })), /WorkloadError: .*: x has no/);
  }
  const pinned = [{ id: "x", bursts: [3], period: 9, affinity: [1] }];
  assert.throws(() => run({ jobs: pinned, cpus: 2, horizon: 9 }, edzl({ cpus: 2 })), /EDZL: x may not run on CPU 0/);
});
