import assert from "node:assert/strict";
import { test } from "node:test";
import * as v from "valibot";
import { fork, pipe, read } from "../../schema/call.ts";
import { pthread_create, pthread_join } from "../index.ts";
import { viewSchema } from "../../schema/view.ts";
import { run } from "../testing.ts";
import * as m from "./index.ts";
import { endOf } from "./testing.ts";

const PAGE = 4096;
const shared = (length = PAGE) => m.mmap(null, length, m.PROT_READ | m.PROT_WRITE, m.MAP_SHARED | m.MAP_ANONYMOUS);

test("the last state is shown with who shares which frame, and a moment before it by its trace", () => {
  const made = run(function* () {
    const [readEnd] = yield* pipe();
    const address = yield* m.mmap(null, 2 * PAGE);
    const board = yield* shared();
    yield* m.poke(address, "mine");
    yield* m.poke(board, "ours");
    yield* fork();
    // Both are there for ever.
    yield* read(readEnd, 1);
  });
  const view = m.showMemory(made);
  assert.ok(v.is(viewSchema, view));
  assert.deepEqual(
    view.spaces[0]?.pages.map(({ frame, protection, mark }) => [frame, protection, mark]),
    [
      [0, "rw-p", "copy-on-write"],
      [null, "rw-p", undefined],
      [1, "rw-s", "dirty"],
    ],
  );
  assert.deepEqual(view.frames, [
    { frame: 0, text: '"mine"', users: 2 },
    { frame: 1, text: 'shared memory 1, page 0: "ours"', users: 2 },
  ]);
  const before = m.showMemory(made, { at: 4 });
  assert.ok(v.is(viewSchema, before));
  assert.deepEqual(before.frames, [{ frame: 0, text: "private memory", users: 1 }]);
  assert.throws(() => m.showMemory(made.kernel, { at: 3 }), /a kernel is one moment/);
});

test("faults and copies are counted by process and cause", () => {
  const made = run(function* () {
    const address = yield* m.mmap(null, 2 * PAGE);
    yield* m.poke(address, new Uint8Array(2 * PAGE).fill(1));
    yield* endOf(() => m.poke(address, "x")[Symbol.iterator]());
    yield* endOf(function* () { yield* m.peek(0, 1) });
  }); // prettier-ignore
  const { faults, copies, spaces } = m.foldMemory(made.trace);
  assert.deepEqual(
    faults.map(({ role, demand, protection, total, ...one }) => [
      role,
      demand,
      one["copy-on-write"],
      protection,
      total,
    ]),
    [
      ["main", 2, 0, 0, 2],
      ["main.1", 0, 1, 0, 1],
      ["main.2", 0, 0, 1, 1],
    ],
  );
  assert.equal(copies, 1);
  assert.deepEqual(spaces, []);
  assert.ok(v.is(viewSchema, m.showFaults(made)));
});

test("threads have one memory: a page that one has used costs the other no fault", () => {
  const made = run(function* () {
    const address = yield* m.mmap(null, PAGE);
    const thread = yield* pthread_create(function* () {
      yield* m.poke(address, "from the thread");
    });
    yield* pthread_join(thread);
    yield* m.peek(address, 4);
  });
  const { faults } = m.foldMemory(made.trace);
  assert.deepEqual(
    faults.map(({ role, total }) => [role, total]),
    [
      ["main", 0],
      ["main/1", 1],
    ],
  );
  const last = made.trace.events.findLast(({ kind }) => kind === "return")?.at ?? 0;
  assert.deepEqual(
    m.foldMemory(made.trace, last - 1).spaces.map(({ role, pages }) => [role, pages.map(({ frame }) => frame)]),
    [["main", [0]]],
  );
});
