import assert from "node:assert/strict";
import test from "node:test";
import * as v from "valibot";
import * as r from "../../schema/call.ts";
import { viewSchema } from "../../schema/view.ts";
import type { StepEvent } from "../kernel/kernel.ts";
import * as c from "../communication/index.ts";
import { compute, pause, pthread_create, pthread_exit } from "../index.ts";
import { simulate } from "../simulate.ts";
import * as s from "../synchronisation/index.ts";
import { play } from "../synchronisation/play.testing.ts";
import { explore, pidOf, threadOf } from "../synchronisation/testing.ts";
import { run } from "../testing.ts";
import { findOrderViolations, findWaitForGraph, showWaitForGraph } from "./index.ts";

const takes = (...mutexes: readonly string[]) =>
  function* () {
    for (const mutex of mutexes) yield* s.pthread_mutex_lock(mutex);
    for (const mutex of mutexes.toReversed()) yield* s.pthread_mutex_unlock(mutex);
  };

/** Events as a driver would write them, one per tick. */
const stamp = (events: readonly StepEvent[]) => events.map((event, at) => Object.assign({}, event, { at }));

test("two that take two locks in opposite order are a circle, and a third that waits for them is deadlocked outside of it", () => {
  const { state } = play([takes("a", "b"), takes("b", "a"), takes("a")])
    .step(0)
    .step(1)
    .step(0)
    .step(1)
    .run(2);
  const { waits, deadlocked, cycle } = findWaitForGraph(state.kernel);
  assert.deepEqual(waits.map(({ on, holders }) => [on, holders]), [["mutex b", [102]], ["mutex a", [101]], ["mutex a", [101]]]); // prettier-ignore
  assert.deepEqual([deadlocked, cycle], [[101, 102, 103], [101, 102]]); // prettier-ignore
  const view = showWaitForGraph(state.kernel, { title: "a deadlock" });
  assert.ok(v.is(viewSchema, view));
  assert.deepEqual(view.nodes.filter(({ mark }) => mark).map(({ id }) => id), ["P101", "P102", "mutex b", "mutex a"]); // prettier-ignore
  assert.equal(view.edges.filter(({ mark }) => mark).length, 4);
});

test("who waits for one that can run is not deadlocked, nor who gives up by itself", () => {
  const waits = play([takes("a"), takes("a")])
    .step(0)
    .step(1).state.kernel;
  assert.deepEqual(findWaitForGraph(waits).deadlocked, []);
  const timed = function* () {
    yield* s.pthread_mutex_lock("b");
    yield* s.pthread_mutex_timedlock("a", 5);
  };
  const { deadlocked } = findWaitForGraph(
    play([takes("a", "b"), timed])
      .step(0)
      .step(1)
      .run(0)
      .run(1).state.kernel,
  );
  assert.deepEqual(deadlocked, []);
});

test("who has a lock now counts, not who had it when one went to sleep", () => {
  const { state } = play([takes("a"), takes("a"), takes("a")])
    .step(0)
    .run(1)
    .run(2)
    .step(0)
    .step(1);
  assert.deepEqual(findWaitForGraph(state.kernel).waits.map(({ pid, holders }) => [pid, holders]), [[103, [102]]]); // prettier-ignore
});

test("the graph and the search agree: in every state of the philosophers, deadlocked are those that never go on again", () => {
  const philosophers = [0, 1, 2].map((me) => threadOf(takes(`fork${me}`, `fork${(me + 1) % 3}`)));
  const { deadlocks, ends } = explore(philosophers);
  assert.equal(deadlocks.length, 1);
  for (const { kernel } of deadlocks) assert.deepEqual(findWaitForGraph(kernel).cycle, [101, 102, 103]);
  for (const { kernel } of ends) assert.deepEqual(findWaitForGraph(kernel).waits, []);
});

test("of a semaphore that is used as a lock, the trace tells who has it", () => {
  const downs = (...names: readonly string[]) =>
    function* () {
      for (const name of names) yield* s.down(name);
    };
  const played = play([downs("a", "b"), downs("b", "a")], { before: [s.sem_init("a", 1), s.sem_init("b", 1)] });
  played.step(0).step(1).run(0).run(1);
  const events = stamp(played.events);
  assert.deepEqual(findWaitForGraph({ kernel: played.state.kernel, trace: { events } }).cycle, [101, 102]);
  assert.deepEqual(findWaitForGraph(played.state.kernel).cycle, []);
});

test("who waits for a process that has ended waits for ever", () => {
  const holder = function* () {
    yield* s.pthread_mutex_lock("m");
    yield* r.exit(0);
  };
  const { state } = play([holder, takes("m")])
    .run(0)
    .run(1);
  assert.deepEqual(findWaitForGraph(state.kernel).deadlocked, [pidOf(1)]);
});

const graphOf = (program: r.Program) => {
  const { kernel, ending } = run(program);
  assert.equal(ending, "deadlock");
  const { waits, deadlocked, cycle } = findWaitForGraph(kernel);
  return { holders: waits.map((wait) => [wait.pid, wait.on, wait.holders]), deadlocked, cycle };
};

test("a child that has a write end open itself waits for itself, and a parent that waits for it is deadlocked with it", () => {
  const handOn = (parentWaits: boolean) =>
    function* () {
      const [readEnd, writeEnd] = yield* r.pipe();
      if ((yield* r.fork()) === 0) {
        yield* r.read(readEnd, 16);
        yield* r.exit(0);
      }
      yield* r.close(writeEnd);
      if (parentWaits) yield* r.wait();
    };
  assert.deepEqual(graphOf(handOn(false)), { holders: [[101, "pipe 1", [101]]], deadlocked: [101], cycle: [101] });
  assert.deepEqual(graphOf(handOn(true)), {
    holders: [
      [100, "a child", [101]],
      [101, "pipe 1", [101]],
    ],
    deadlocked: [100, 101],
    cycle: [101],
  });
});

test("two that read from each other before they write are a circle, over pipes as over a FIFO", () => {
  const exchange = (makeEnds: () => Generator<r.Call, readonly [r.Program, r.Program], unknown>) =>
    function* () {
      const [parent, child] = yield* makeEnds();
      if ((yield* r.fork()) === 0) yield* child();
      else yield* parent();
      yield* r.exit(0);
    };
  const overPipes = exchange(function* () {
    const [down, up] = [yield* r.pipe(), yield* r.pipe()];
    const reads = (mine: readonly [number, number], other: readonly [number, number]) =>
      function* () {
        yield* r.close(mine[1]);
        yield* r.close(other[0]);
        yield* r.read(mine[0], 1);
        yield* r.write(other[1], "x");
      };
    return [reads(up, down), reads(down, up)];
  });
  assert.deepEqual(graphOf(overPipes).cycle, [100, 101]);
  const overFifos = exchange(function* () {
    yield* c.mkfifo("/a", 0o600);
    yield* c.mkfifo("/b", 0o600);
    const reads = (first: string, second: string, mine: string) =>
      function* () {
        const opened: Record<string, number> = {};
        for (const path of [first, second]) opened[path] = yield* c.open(path, path === mine ? r.O_RDONLY : r.O_WRONLY);
        yield* r.read(opened[mine] ?? -1, 1);
      };
    return [reads("/a", "/b", "/a"), reads("/a", "/b", "/b")];
  });
  assert.deepEqual(graphOf(overFifos).cycle, [100, 101]);
});

test("a full pipe is held by those that may read from it; one who reads can free it", () => {
  const fill = (reads: boolean) =>
    function* () {
      const [readEnd, writeEnd] = yield* r.pipe();
      if ((yield* r.fork()) === 0) {
        yield* r.close(writeEnd);
        if (reads) while ((yield* r.read(readEnd, 65_536)).length > 0);
        else yield* pause();
        yield* r.exit(0);
      }
      yield* r.close(readEnd);
      yield* r.write(writeEnd, new Uint8Array(70_000));
    };
  assert.deepEqual(graphOf(fill(false)).holders[0], [100, "pipe 1", [101]]);
  assert.equal(run(fill(true)).ending, "ended");
});

test("a process goes on as long as one of its threads does, whichever: who waits for it is not deadlocked", () => {
  function* program() {
    yield* s.sem_init("s", 0);
    if ((yield* r.fork()) === 0) {
      yield* pthread_create(function* () {
        yield* compute(100);
      });
      yield* pthread_exit();
    }
    yield* r.wait();
  }
  const { kernel } = simulate(program, { limit: 12 });
  assert.deepEqual(findWaitForGraph(kernel).waits.map(({ pid, holders }) => [pid, holders]), [[100, [102]]]); // prettier-ignore
  assert.deepEqual(findWaitForGraph(kernel).deadlocked, []);
});

test("locks that are taken in both orders are found in a run that went well, a try is no fault, and neither is one order", () => {
  const violationsOf = (...programs: readonly (() => Generator<r.Call, unknown, unknown>)[]) => {
    const played = play(programs);
    for (const index of programs.keys()) played.run(index);
    const events = stamp(played.events);
    return findOrderViolations({ kernel: "sim", unit: "tick", cpus: 1, events });
  };
  assert.deepEqual(violationsOf(takes("a", "b"), takes("b", "a")), [
    {
      locks: ["mutex b", "mutex a"],
      why: ["P102 took mutex a while it had mutex b", "P101 took mutex b while it had mutex a"],
    },
  ]);
  assert.equal(violationsOf(takes("a", "b"), takes("b", "c"), takes("c", "a")).length, 1);
  assert.deepEqual(violationsOf(takes("a", "b"), takes("a", "b")), []);
  const tries = function* () {
    yield* s.pthread_mutex_lock("b");
    yield* s.pthread_mutex_trylock("a");
  };
  assert.deepEqual(violationsOf(takes("a", "b"), tries), []);
});
