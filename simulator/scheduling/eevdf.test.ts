import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Job } from "../../schema/workload.ts";
import { eevdf } from "./eevdf.ts";
import { because, type Policy, type Task } from "./policy.ts";
import { checkDrivers, runTicks, timesOf, workloads } from "./ticks.testing.ts";
import { paceOf, weighNice } from "./weights.ts";

/** The same rules, with a list that is gone through for every question and a mean that is computed anew each time. */
interface Entity {
  readonly task: Task;
  readonly virtual: number;
  readonly deadline: number;
  readonly picked: number;
  readonly lag: number;
  readonly state: "ready" | "running" | "delayed" | "away";
}
interface State {
  readonly entities: readonly Entity[];
  /** Where V was when the last one left. */
  readonly last: number;
}

function naiveEevdf(quantum: number): Policy<State> {
  const spanOf = ({ slice, nice }: Task) => (slice ?? quantum) * paceOf(nice);
  const present = ({ entities }: State) => entities.filter(({ state }) => state !== "away");
  const weightOf = (state: State) => present(state).reduce((sum, { task }) => sum + BigInt(weighNice(task.nice)), 0n);
  const meanOf = (state: State): number => {
    const weight = weightOf(state);
    if (weight === 0n) return state.last;
    const sum = present(state).reduce(
      (all, { task, virtual }) => all + BigInt(weighNice(task.nice)) * BigInt(virtual),
      0n,
    );
    return Number(sum / weight) - (sum % weight < 0n ? 1 : 0);
  };
  const find = ({ entities }: State, { pid }: Task) => entities.find(({ task }) => task.pid === pid);
  const change = (state: State, task: Task, fields: Partial<Entity>): State => {
    const before = find(state, task) ?? { task, virtual: 0, deadline: 0, picked: NaN, lag: 0, state: "away" };
    const entities = [...state.entities.filter((entity) => entity.task !== task), { ...before, ...fields }];
    const after = { ...state, entities };
    return weightOf(after) === 0n ? { ...after, last: meanOf(state) } : after;
  };
  const leave = (state: State, entity: Entity, most: number) => {
    const limit = 2 * spanOf(entity.task);
    const lag = Math.min(most, Math.max(-limit, Math.min(limit, meanOf(state) - entity.virtual)));
    return change(state, entity.task, { lag, state: "away" });
  };
  const settle = (state: State): State => {
    const first = firstOf(state);
    return first && present(state).every((entity) => entity.state === "delayed")
      ? settle(leave(state, first, 0))
      : state;
  };
  const compare = (a: Entity, b: Entity) =>
    a.deadline - b.deadline || a.task.arrival - b.task.arrival || a.task.pid - b.task.pid;
  const place = (state: State, task: Task, lag: number, part: number) => {
    const own = weighNice(task.nice);
    const weight = Number(weightOf(state));
    const virtual = meanOf(state) - (weight === 0 ? 0 : Math.round((lag * (weight + own)) / weight));
    return change(state, task, { virtual, deadline: virtual + Math.floor(spanOf(task) / part), state: "ready" });
  };
  const firstOf = (state: State) =>
    present(state)
      .filter((entity) => entity.state !== "running" && entity.virtual <= meanOf(state))
      .toSorted(compare)[0];
  return {
    name: "naive",
    init: () => ({ entities: [], last: 0 }),
    admit(state, task, why) {
      const entity = find(state, task);
      if (!entity) return place(state, task, 0, 2);
      if (why !== "woken") return change(state, task, { state: "ready" });
      if (entity.state === "away") return place(state, task, entity.lag, 1);
      if (entity.virtual >= meanOf(state)) return change(state, task, { state: "ready" });
      return place(leave(state, entity, 0), task, 0, 1);
    },
    pick(state) {
      const entity = firstOf(state);
      if (!entity) return null;
      if (entity.state === "delayed") return this.pick(leave(state, entity, 0), { cpu: 0, now: 0, allows: () => true });
      const { task, deadline, virtual } = entity;
      const queue = change(state, task, { state: "running", picked: deadline });
      return {
        queue,
        task,
        quantum: Math.max(1, Math.ceil((deadline - virtual) / paceOf(task.nice))),
        why: "the naive model says so",
      };
    },
    preempts(state, running, ready) {
      const runs = find(state, running);
      const waits = find(state, ready);
      if (!runs || !waits || firstOf(state)?.task !== ready) return null;
      const reason = because`the naive model says that ${ready.name} goes first`;
      if (runs.virtual > meanOf(state)) return reason;
      const isShorter = (ready.slice ?? quantum) < (running.slice ?? quantum);
      if (runs.picked === runs.deadline) return isShorter && waits.deadline < runs.deadline ? reason : null;
      return waits.deadline <= runs.deadline ? reason : null;
    },
    charge(state, task, ticks) {
      const { virtual = 0, deadline = 0 } = find(state, task) ?? {};
      const moved = virtual + ticks * paceOf(task.nice);
      return change(state, task, { virtual: moved, deadline: moved >= deadline ? moved + spanOf(task) : deadline });
    },
    release(state, task, why) {
      const entity = find(state, task);
      if (!entity) throw new Error("nobody to release");
      if (why === "blocked" && entity.virtual > meanOf(state)) return settle(change(state, task, { state: "delayed" }));
      return settle(leave(state, entity, Infinity));
    },
  };
}

const withSlices = workloads.chain((jobs) =>
  fc
    .array(fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }), {
      minLength: jobs.length,
      maxLength: jobs.length,
    })
    .map((slices) =>
      jobs.map((job, index): Job => (slices[index] === undefined ? job : { ...job, slice: slices[index] })),
    ),
);

test("it does what a model does that computes the mean anew for every question", () => {
  fc.assert(
    fc.property(withSlices, fc.integer({ min: 1, max: 9 }), (jobs, quantum) => {
      assert.deepEqual(runTicks(jobs, eevdf({ quantum })), runTicks(jobs, naiveEevdf(quantum)));
    }),
    { numRuns: 300 },
  );
});

test("engine and tick-by-tick driver give the same schedule, and nobody is lost", () => {
  fc.assert(
    fc.property(
      withSlices,
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom("arrival" as const, "id" as const),
      (jobs, quantum, tie) => {
        checkDrivers(jobs, eevdf({ quantum, tie }));
      },
    ),
  );
});

test("shares follow Linux's table within 0.01", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -20, max: 19 }), { minLength: 2, maxLength: 6 }),
      fc.integer({ min: 1, max: 10 }),
      (nices, quantum) => {
        const until = 8_000;
        const jobs = nices.map((nice, id): Job => ({ id, bursts: [until], nice }));
        const times = timesOf(jobs, runTicks(jobs, eevdf({ quantum }), { most: 60_000 }), until);
        const all = nices.reduce((sum, nice) => sum + weighNice(nice), 0);
        for (const [index, nice] of nices.entries()) {
          const difference = (times[index] ?? 0) / until - weighNice(nice) / all;
          assert.ok(Math.abs(difference) < 0.01, `${times.join()} for nice ${nices.join()}`);
        }
      },
    ),
    { numRuns: 40 },
  );
});

test("no task's lag ever exceeds a slice: what it has had differs from its share by no more", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ nice: fc.integer({ min: -5, max: 5 }), slice: fc.integer({ min: 1, max: 20 }) }), {
        minLength: 2,
        maxLength: 5,
      }),
      fc.integer({ min: 1, max: 1_500 }),
      (kinds, until) => {
        const jobs = kinds.map((kind, id): Job => ({ id, bursts: [1_500], ...kind }));
        const times = timesOf(jobs, runTicks(jobs, eevdf()), until);
        const all = kinds.reduce((sum, { nice }) => sum + weighNice(nice), 0);
        const most = Math.max(...kinds.map(({ slice }) => slice)) + 1;
        for (const [index, { nice }] of kinds.entries()) {
          assert.ok(
            Math.abs((times[index] ?? 0) - (until * weighNice(nice)) / all) <= most,
            `${times.join()} of ${until}`,
          );
        }
      },
    ),
  );
});

/** The mean time from waking to running of a task that needs two ticks now and then, beside three hogs. */
function measureLatency(slice: number): { latency: number; time: number } {
  const wakes = Array.from({ length: 60 }, () => [2, 37]).flat();
  const jobs: Job[] = [
    ...["x", "y", "z"].map((id): Job => ({ id, bursts: [4_000] })),
    { id: "interactive", bursts: [...wakes, 2], slice },
  ];
  const turns = runTicks(jobs, eevdf({ quantum: 10 })).filter(([, , id]) => id === "interactive");
  let ready = 0;
  let waited = 0;
  let done = 0;
  for (const [start, end] of turns) {
    waited += start - ready;
    done += end - start;
    ready = done % 2 === 0 ? end + 37 : end;
  }
  return { latency: waited / 61, time: done };
}

test("one that asks for a shorter slice waits less after waking, and gets as much", () => {
  const long = measureLatency(10);
  const short = measureLatency(2);
  assert.equal(short.time, long.time);
  assert.ok(short.latency < long.latency / 2, `${short.latency} against ${long.latency}`);
});

test("among tasks that are always ready, a shorter slice gives shorter waits and the same share", () => {
  const jobs: Job[] = [
    { id: "short", bursts: [2_000], slice: 2 },
    { id: "long", bursts: [2_000], slice: 20 },
  ];
  const turns = runTicks(jobs, eevdf());
  const [short = 0, long = 0] = timesOf(jobs, turns, 1_000);
  assert.ok(Math.abs(short - long) <= 20, [short, long].join());
  const waitsOf = (id: string) => {
    const own = turns.filter(([start, , whose]) => whose === id && start < 1_900);
    return Math.max(...own.map(([start], index) => start - (own[index - 1]?.[1] ?? 0)));
  };
  assert.ok(waitsOf("short") <= waitsOf("long") + 20);
});

test("who has been away with a lead cannot spend it again: sleeping does not make up a debt", () => {
  // It uses its slice at once and sleeps for a tick only; its debt is still there.
  const naps = Array.from({ length: 100 }, () => [8, 1]).flat();
  const jobs: Job[] = [
    { id: "hog", bursts: [3_000] },
    { id: "napper", bursts: [...naps, 8] },
  ];
  const [, napper = 0] = timesOf(jobs, runTicks(jobs, eevdf({ quantum: 8 })), 1_000);
  assert.ok(napper <= 508, String(napper));
});

test("a slice or a nice value out of range is refused by name", () => {
  assert.throws(() => runTicks([{ id: "A", bursts: [1], slice: 0 }], eevdf()), {
    name: "WorkloadError",
    message: "fair: the slice of A must be a whole number, at least 1, not 0",
  });
  assert.throws(() => runTicks([{ id: "A", bursts: [1], nice: 20 }], eevdf()), RangeError);
});
