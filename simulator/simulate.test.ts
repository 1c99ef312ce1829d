import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../schema/call.ts";
import { policyNames } from "../schema/workload.ts";
import { ScheduleError } from "./drivers/replay.ts";
import { createPolicy } from "./scheduling/policies.ts";
import type { Policy, Task } from "./scheduling/policy.ts";
import { roundRobin } from "./scheduling/round-robin.ts";
import { simulate } from "./simulate.ts";
import { linesOf, run, seeds } from "./testing.ts";
import { clockDriver } from "./drivers/clock.ts";
import { replayDriver } from "./drivers/replay.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;

/** Three processes that print in turns. */
const printers = function* (): Steps {
  for (const letter of "ab") {
    if ((yield* r.fork()) !== 0) continue;
    for (let times = 0; times < 3; times += 1) yield* r.print(letter);
    yield* r.exit(0);
  }
  yield* r.wait();
  yield* r.wait();
};

test("round robin gives each process its quantum in turn and says so", () => {
  const { output, trace } = run(printers, { driver: clockDriver(roundRobin({ quantum: 2 })) });
  assert.equal(output.replaceAll("\n", ""), "aabbab");
  const whys = trace.events.filter(({ kind }) => kind === "preempt").map(({ why }) => why);
  assert.ok(whys.includes("P101 preempted: quantum 2 used"), whys.join("\n"));
});

test("the default is round robin with a quantum of 4", () => {
  assert.deepEqual(run(printers).trace, run(printers, { driver: clockDriver(roundRobin({ quantum: 4 })) }).trace);
});

test("a process that is alone keeps the CPU when its quantum is used", () => {
  const { trace } = run(function* (): Steps {
    for (let times = 0; times < 20; times += 1) yield* r.getpid();
  });
  assert.equal(trace.events.filter(({ kind }) => kind === "run").length, 1);
});

test("a quantum that is no whole number of ticks is refused", () => {
  for (const quantum of [0, -1, 1.5, Number.NaN]) assert.throws(() => roundRobin({ quantum }), RangeError);
});

test("a policy is a plug-in: one that always takes the youngest runs children to their end", () => {
  const youngestFirst: Policy<readonly Task[]> = {
    name: "youngest first",
    init: () => [],
    admit: (queue, task) => [...queue, task].toSorted((a, b) => b.pid - a.pid),
    pick: ([task, ...queue]) => (task ? { queue, task, quantum: 100, why: "youngest" } : null),
    preempts: (_queue, running, woken) => (woken.pid > running.pid ? "a younger one came" : null),
  };
  assert.deepEqual(linesOf(printers, { driver: clockDriver(youngestFirst) }), "aaabbb".split(""));
});

test("a seed makes one run, and different seeds make different ones", () => {
  const outputs = seeds.map((seed) => run(printers, { seed }).output);
  assert.ok(new Set(outputs).size > 5);
  for (const seed of seeds) assert.deepEqual(simulate(printers, { seed }).trace, simulate(printers, { seed }).trace);
});

test("a recorded schedule gives the same run, and a part of it the state at that step", () => {
  const recorded = run(printers, { seed: 3 });
  assert.deepEqual(run(printers, { driver: replayDriver(recorded.schedule) }), recorded);
  const half = run(printers, { driver: replayDriver(recorded.schedule.slice(0, 6)) });
  assert.deepEqual([half.ending, half.limit], ["limit", "the end of the recorded schedule"]);
  assert.deepEqual(half.kernel, run(printers, { seed: 3, limit: 6 }).kernel);
});

test("a schedule that does not fit the program any more names the step", () => {
  const { schedule } = run(printers);
  const changed = function* (): Steps {
    yield* r.fork();
    yield* r.getpid();
  };
  assert.throws(
    () => simulate(changed, { driver: replayDriver(schedule) }),
    (error) =>
      error instanceof ScheduleError &&
      error.step === 1 &&
      error.message.includes(
        "P100 should go on with the call fork, but it is ready at getpid. The program has changed",
      ),
  );
});

test("a run that does not end stops at the limit", () => {
  const { ending, limit, schedule } = run(
    function* (): Steps {
      for (;;) yield* r.getpid();
    },
    { limit: 50 },
  );
  assert.deepEqual([ending, limit, schedule.length], ["limit", "50 steps", 50]);
});

test("a run that prints without end stops at the limit of its output", () => {
  const { ending, limit } = run(function* (): Steps {
    for (;;) yield* r.print("x".repeat(10_000));
  });
  assert.deepEqual([ending, limit], ["limit", "65536 characters of output"]);
});

test("options that contradict each other or make no sense are refused", () => {
  assert.throws(() => simulate(printers, { seed: 1, driver: clockDriver(roundRobin()) }), RangeError);
  assert.throws(() => simulate(printers, { limit: -1 }), RangeError);
  assert.throws(() => simulate(printers, { seed: 0.5 }), RangeError);
});

test("timeouts are over when the clock has come there, in their order", () => {
  const lines = linesOf(function* (): Steps {
    for (const delay of [30, 10, 20]) {
      if ((yield* r.fork()) !== 0) continue;
      yield* r.poll([], delay);
      yield* r.print(delay);
      yield* r.exit(0);
    }
    for (let child = 0; child < 3; child += 1) yield* r.wait();
  });
  assert.deepEqual(lines, ["10", "20", "30"]);
});

test("on two CPUs every CPU makes a step in each tick, and the run can be taken again", () => {
  const one = run(printers, { driver: clockDriver(roundRobin({ quantum: 2 })) });
  const two = run(printers, { driver: clockDriver(roundRobin({ quantum: 2 }), { cpus: 2 }) });
  assert.equal(two.trace.cpus, 2);
  assert.deepEqual(two.output.split("\n").toSorted(), one.output.split("\n").toSorted());
  const lengthOf = ({ trace }: typeof one) => trace.events.at(-1)!.at;
  assert.ok(lengthOf(two) < lengthOf(one), `${lengthOf(two)} ticks on two CPUs, ${lengthOf(one)} on one`);
  const cpus = two.trace.events.filter(({ kind }) => kind === "run").map(({ cpu }) => cpu);
  assert.deepEqual(new Set(cpus), new Set([0, 1]));
  assert.deepEqual(run(printers, { driver: replayDriver(two.schedule) }).trace, two.trace);
});

test("no CPU, or more than eight, are refused", () => {
  for (const cpus of [0, 9, 1.5]) assert.throws(() => clockDriver(roundRobin({ quantum: 4 }), { cpus }), RangeError);
});

test("every policy for workloads schedules programs too, on one CPU and on several", () => {
  const { output } = run(printers);
  for (const name of policyNames.filter((one) => !["rm", "dm", "edf"].includes(one))) {
    for (const cpus of [1, 3]) {
      const made = run(printers, { driver: clockDriver(createPolicy(name), { cpus }) });
      assert.deepEqual(made.output.split("\n").toSorted(), output.split("\n").toSorted(), `${name} on ${cpus}`);
      assert.equal(made.ending, "ended", name);
    }
  }
});
