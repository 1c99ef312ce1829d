import assert from "node:assert/strict";
import test from "node:test";
import * as v from "valibot";
import * as r from "../schema/call.ts";
import { viewSchema } from "../schema/view.ts";
import { foldOutput } from "./folds/output.ts";
import { foldStates } from "./folds/states.ts";
import { foldTree } from "./folds/tree.ts";
import { run } from "./testing.ts";
import { presentProgram, showPipe, timeline } from "./views.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;

const fillPipe = (size: number, flags = 0) =>
  run(function* (): Steps {
    const [, writeEnd] = yield* r.pipe2(r.O_NONBLOCK | flags);
    let total = 0;
    try {
      for (;;) total += yield* r.write(writeEnd, new Uint8Array(size));
    } catch {
      yield* r.print(total);
    }
  });

const parent = function* (): Steps {
  const [readEnd, writeEnd] = yield* r.pipe();
  if ((yield* r.fork()) === 0) {
    yield* r.write(writeEnd, "hello");
    yield* r.exit(3);
  }
  yield* r.print(r.text(yield* r.read(readEnd, 64)));
  yield* r.wait();
};

test("a pipe is shown slot by slot, as it was last", () => {
  const view = showPipe(fillPipe(2_049), 1, { title: "2049 bytes at a time" });
  v.assert(viewSchema, view);
  assert.ok(view.view === "pipe");
  assert.deepEqual(
    view.slots,
    Array.from({ length: 16 }, () => ({ offset: 0, used: 2_049 })),
  );
  assert.equal(view.caption, "32784 bytes in 16 of 16 slots of 4096 bytes");
});

test("packets are marked, and free slots are there too", () => {
  const view = showPipe(
    run(function* (): Steps {
      const [, writeEnd] = yield* r.pipe2(r.O_DIRECT);
      yield* r.write(writeEnd, "ab");
    }),
  );
  assert.ok(view.view === "pipe");
  assert.deepEqual(view.slots.slice(0, 2), [
    { offset: 0, used: 2, packet: true },
    { offset: 0, used: 0 },
  ]);
  assert.equal(view.slots.length, 16);
});

test("a pipe that was never made is an error that names it", () => {
  assert.throws(() => showPipe(fillPipe(1_000), 2), /no pipe 2 was made/);
});

test("a portable cell shows exactly what it printed, then a timeline", () => {
  const [text, chart, ...more] = presentProgram(parent);
  assert.deepEqual(text, { view: "text", text: "hello\n" });
  assert.ok(chart?.view === "timeline" && chart.title === undefined);
  assert.equal(foldOutput(chart.trace), "hello\n");
  assert.equal(more.length, 0);
  for (const view of [text, chart]) v.assert(viewSchema, view);
});

test("the timeline of a deadlock says who waits for what", () => {
  const view = timeline(
    run(function* (): Steps {
      const [readEnd] = yield* r.pipe();
      yield* r.read(readEnd, 1);
    }),
    { title: "The survivor" },
  );
  assert.ok(view.view === "timeline");
  assert.equal(view.title, "The survivor · deadlock: main waits in read on pipe 1");
});

test("of a very long run the timeline shows the beginning and says so", () => {
  const view = timeline(fillPipe(3));
  v.assert(viewSchema, view);
  assert.ok(view.view === "timeline" && view.trace.events.length === 20_000);
  assert.match(view.title ?? "", /^the first 20000 of \d+ events$/);
});

test("states follow each other without gaps from start to end", () => {
  const { trace } = run(parent);
  const states = foldStates(trace).filter(({ pid }) => pid === 101);
  assert.deepEqual(
    states.map(({ state }) => state),
    ["ready", "running", "zombie"],
  );
  for (const [index, { to }] of states.entries()) assert.equal(to, states[index + 1]?.from ?? to);
  const blocked = foldStates(trace).filter(({ state }) => state === "blocked");
  assert.deepEqual(
    blocked.map(({ pid, on }) => [pid, on]),
    [[100, "pipe 1"]],
  );
});

test("the tree says who made whom and how each ended", () => {
  const tree = foldTree(run(parent).trace);
  assert.deepEqual(
    [tree?.role, tree?.exitStatus, tree?.children.map(({ role, exitStatus }) => [role, exitStatus])],
    ["main", 0, [["main.1", 3]]],
  );
});
