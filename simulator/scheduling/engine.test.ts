/** Random workloads under every policy, and the rules of the engine one by one. */
import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import { policyNames, type Job } from "../../schema/workload.ts";
import { fcfs } from "./fcfs.ts";
import { createPolicy } from "./policies.ts";
import { priority } from "./priority.ts";
import { roundRobin } from "./round-robin.ts";
import { sjf } from "./sjf.ts";
import { srtn } from "./srtn.ts";
import { listSlices, runChecked } from "./testing.ts";
import { jobLists, periodicLists } from "./workload.testing.ts";

const optionSets = fc.record(
  {
    quantum: fc.integer({ min: 1, max: 5 }),
    contextSwitch: fc.integer({ min: 0, max: 3 }),
    device: fc.constant("disk"),
    arrivalAtQuantumEnd: fc.constantFrom("first" as const, "last" as const),
    tie: fc.constantFrom("arrival" as const, "running" as const, "id" as const),
    agePerTick: fc.constantFrom(0, 0.25, 1),
    boost: fc.integer({ min: 0, max: 20 }),
    seed: fc.integer({ min: 0, max: 9 }),
    queues: fc.constant("per-cpu" as const),
  },
  { requiredKeys: ["quantum"] },
);
const realTime = new Set(["rm", "dm", "edf"]);

for (const name of policyNames) {
  test(`under ${name} every run of random jobs is sound and comes to its end`, () => {
    const machine = fc.integer({ min: 1, max: 4 }).chain((cpus) => {
      const jobs = realTime.has(name) ? periodicLists : jobLists({ zero: true, cpus });
      return fc.record({ cpus: fc.constant(cpus), jobs, options: optionSets });
    });
    fc.assert(
      fc.property(machine, ({ cpus, jobs, options: { queues, ...options } }) => {
        const policy = createPolicy(name, options);
        const where = { cpus, ...(queues ? { queues } : {}) };
        const run = runChecked(jobs, policy, { ...options, ...where, idles: name === "three-level" });
        assert.equal(run.limit, null);
        const exits = run.trace.events.filter(({ kind }) => kind === "exit").length;
        assert.equal(exits, jobs.filter(({ period }) => period === undefined).length);
      }),
      { numRuns: 150 },
    );
  });
}

/** What a policy of ours does with one CPU, tick by tick: `key` as small as possible, and of equals who queued first. */
interface Naive {
  readonly key: (job: Job, left: number) => number;
  readonly preemptive: boolean;
  readonly quantum?: number;
  /** Whether equals go by when they became ready, or by when they came into the queue. */
  readonly byReady: boolean;
}

function runNaive(jobs: readonly Job[], { key, preemptive, quantum = Infinity, byReady }: Naive): number[][] {
  const state = jobs.map((job, index) => ({ job, index, burst: 0, left: job.bursts[0]!, ready: 0, turn: 0 }));
  type State = (typeof state)[number];
  let timers = state.map((one) => ({ at: one.job.arrival ?? 0, one }));
  let ready: State[] = [];
  let running: State | null = null;
  let [turn, used] = [0, 0];
  const slices: number[][] = [];
  const rank = (one: State): number[] => [key(one.job, one.left), byReady ? one.ready : one.turn, one.index];
  const compare = (a: State, b: State) =>
    rank(a)
      .map((value, place) => value - rank(b)[place]!)
      .find((x) => x !== 0) ?? 0;
  const queue = (one: State) => {
    one.turn = turn++;
    ready.push(one);
  };
  for (let now = 0; now < 2_000 && (running || ready.length > 0 || timers.length > 0); now += 1) {
    for (const { one } of timers.filter(({ at }) => at === now)) {
      one.ready = now;
      queue(one);
    }
    timers = timers.filter(({ at }) => at !== now);
    if (running && used === quantum) {
      queue(running);
      running = null;
    }
    const best = ready.toSorted(compare)[0];
    if (running && best && preemptive && key(best.job, best.left) < key(running.job, running.left)) {
      ready.push(running);
      running = null;
    }
    if (!running && best) {
      running = best;
      used = 0;
      ready = ready.filter((one) => one !== best);
    }
    if (!running) continue;
    const last = slices.at(-1);
    if (last?.[1] === now && last[2] === running.index) last[1] = now + 1;
    else slices.push([now, now + 1, running.index]);
    used += 1;
    running.left -= 1;
    if (running.left > 0) continue;
    const { bursts } = running.job;
    if (running.burst + 2 < bursts.length) {
      timers.push({ at: now + 1 + bursts[running.burst + 1]!, one: running });
      running.burst += 2;
      running.left = bursts[running.burst]!;
    }
    running = null;
  }
  return slices;
}

const rank = ({ priority: value = 0 }: Job): number => value;
const models = [
  ["fcfs", fcfs(), { key: () => 0, preemptive: false, byReady: false }],
  ["round robin", roundRobin({ quantum: 3 }), { key: () => 0, preemptive: false, quantum: 3, byReady: false }],
  ["shortest job first", sjf(), { key: (_: Job, left: number) => left, preemptive: false, byReady: true }],
  ["shortest remaining time next", srtn(), { key: (_: Job, left: number) => left, preemptive: true, byReady: true }],
  ["priority", priority(), { key: rank, preemptive: true, byReady: false }],
  [
    "priority that is not preemptive",
    priority({ preemptive: false }),
    { key: rank, preemptive: false, byReady: false },
  ],
  ["priority in turns", priority({ quantum: 2 }), { key: rank, preemptive: true, quantum: 2, byReady: false }],
] as const;
for (const [name, policy, naive] of models) {
  test(`${name} does what a loop over ticks does`, () => {
    fc.assert(
      fc.property(jobLists(), (jobs) => {
        assert.deepEqual(listSlices(runChecked(jobs, policy), false), runNaive(jobs, naive));
      }),
      { numRuns: 300 },
    );
  });
}
