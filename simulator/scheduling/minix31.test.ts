import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Job } from "../../schema/workload.ts";
import { minix31 } from "./minix31.ts";
import type { Policy, Task } from "./policy.ts";
import { checkDrivers, runTicks, workloads, type Turn } from "./ticks.testing.ts";

const run = (jobs: readonly Job[]): Turn[] => runTicks(jobs, minix31());

test("a process that alone uses quantum after quantum sinks to queue 14, never into IDLE's", () => {
  const places = run([{ id: "hog", bursts: [8 * 12] }]).map(([, , , place]) => place);
  assert.deepEqual(places.slice(0, 4), ["queue 7", "queue 7", "queue 8", "queue 9"]);
  assert.deepEqual(places.slice(-3), ["queue 14", "queue 14", "queue 14"]);
});

test("two that use up their quanta in turn stay where they began", () => {
  const turns = run([
    { id: "A", bursts: [40] },
    { id: "B", bursts: [40] },
  ]);
  assert.deepEqual(turns.map(([, , id]) => id).join(""), "BABABABABA");
  assert.ok(turns.every(([start, end, , place]) => end - start === 8 && place === "queue 7"));
});

test("one that sank comes back, a queue for each quantum, when another uses quanta between", () => {
  const turns = run([
    { id: "A", bursts: [8 * 8] },
    { id: "B", arrival: 30, bursts: [8 * 20] },
  ]);
  const before = turns.findLast(([, end, id]) => id === "A" && end <= 30);
  assert.equal(before?.[3], "queue 9");
  // B is better and runs alone until it has sunk as deep as A, which has two ticks left.
  const later = turns.filter(([start]) => start >= 30).slice(0, 7);
  assert.deepEqual(later, [
    [30, 38, "B", "queue 7"],
    [38, 46, "B", "queue 7"],
    [46, 54, "B", "queue 8"],
    [54, 56, "A", "queue 9"],
    [56, 64, "A", "queue 8"],
    [64, 72, "B", "queue 9"],
    [72, 80, "B", "queue 8"],
  ]);
});

test("quanta go by queue: drivers 4, servers 32, users 8; the kernel's tasks are not interrupted", () => {
  const turns = run([2, 3, 7, 0].map((priority) => ({ id: priority, arrival: 1, bursts: [100], priority })));
  const first = (queue: number) => turns.find(([, , id]) => id === queue);
  const lengths = [0, 2, 3, 7].map((queue) => (first(queue)?.[1] ?? 0) - (first(queue)?.[0] ?? 0));
  assert.deepEqual(lengths, [100, 4, 32, 8]);
});

test("one that wakes with time left goes to the head of its queue and runs at once; who ran keeps its place and the rest of its quantum", () => {
  const jobs: Job[] = [
    { id: "C", bursts: [3] },
    { id: "A", arrival: 1, bursts: [4, 3, 2] },
    { id: "B", bursts: [6] },
  ];
  // Of those that come at 0, B comes last and so stands before C, also after A has gone before it.
  assert.deepEqual(run(jobs), [
    [0, 1, "B", "queue 7"],
    [1, 5, "A", "queue 7"],
    [5, 8, "B", "queue 7"],
    [8, 10, "A", "queue 7"],
    [10, 12, "B", "queue 7"],
    [12, 15, "C", "queue 7"],
  ]);
});

test("a nice value spreads users over the queues, and a priority names one", () => {
  const placeOf = (job: Partial<Job>) => run([{ id: "A", bursts: [1], ...job }])[0]?.[3];
  assert.equal(placeOf({}), "queue 7");
  assert.equal(placeOf({ nice: -20 }), "queue 0");
  assert.equal(placeOf({ nice: 19 }), "queue 14");
  assert.equal(placeOf({ priority: 3 }), "queue 3");
  assert.throws(() => placeOf({ priority: 15 }), {
    name: "WorkloadError",
    message: "minix31: the priority of A, a queue, must be a whole number from 0 to 14, not 15",
  });
});

test("engine and tick-by-tick driver give the same schedule, and nobody is lost", () => {
  fc.assert(fc.property(workloads, (jobs) => void checkDrivers(jobs, minix31())));
});

/** The same rules over plain objects that are copied whole: the process table, and one list of all that are ready or run. */
interface Model {
  readonly table: Readonly<Record<number, { readonly level: number; readonly left: number }>>;
  /** In each queue, as in MINIX, who runs keeps its place. */
  readonly list: readonly Task[];
  readonly running: Task | null;
  readonly last: number | null;
}

const firstQuantum = (queue: number): number => (queue === 0 ? Infinity : queue < 3 ? 4 : queue < 7 ? 32 : 8);
const firstQueue = ({ priority, nice }: Task): number =>
  priority === 7 ? Math.trunc(((nice + 20) * 15) / 41) : priority;

const naive: Policy<Model> = {
  name: "naive",
  defaultPriority: 7,
  init: () => ({ table: {}, list: [], running: null, last: null }),
  admit({ table, list, running, last }, task, why) {
    const first = firstQueue(task);
    const { level, left } = table[task.pid] ?? { level: first, left: firstQuantum(first) };
    const rest = list.filter((other) => other !== task);
    const still = running === task ? null : running;
    if (left > 0) {
      const known = { ...table, [task.pid]: { level, left } };
      return { table: known, list: why === "preempted" ? list : [task, ...rest], running: still, last };
    }
    const next = Math.max(first, Math.min(14, last === task.pid ? level + 1 : level - 1));
    const renewed = { ...table, [task.pid]: { level: next, left: firstQuantum(first) } };
    return { table: renewed, list: [...rest, task], running: still, last: task.pid };
  },
  pick(model) {
    for (let level = 0; level < 15; level += 1) {
      const task = model.list.find(({ pid }) => model.table[pid]?.level === level);
      if (!task) continue;
      return {
        queue: { ...model, running: task },
        task,
        quantum: model.table[task.pid]?.left ?? 0,
        why: "the naive model says so",
      };
    }
    return null;
  },
  preempts(model, running, ready) {
    return this.pick(model, { cpu: 0, now: 0, allows: () => true })?.task === ready
      ? `${ready.name} instead of ${running.name}`
      : null;
  },
  charge(model, { pid }, ticks) {
    const { level = 0, left = 0 } = model.table[pid] ?? {};
    return { ...model, table: { ...model.table, [pid]: { level, left: left - ticks } } };
  },
  release: (model, task) => ({ ...model, list: model.list.filter((other) => other !== task), running: null }),
};

test("it does what a model with plain lists does, in which who runs stays in its queue", () => {
  fc.assert(
    fc.property(workloads, (jobs) => {
      const expected = runTicks(jobs, naive).map(([start, end, id]) => [start, end, id]);
      assert.deepEqual(
        run(jobs).map(([start, end, id]) => [start, end, id]),
        expected,
      );
    }),
    { numRuns: 300 },
  );
});
