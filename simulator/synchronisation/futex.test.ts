/** Futexes, and the spinlock that needs none. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Call } from "../../schema/call.ts";
import * as s from "./index.ts";
import { errnoOf, play } from "./play.testing.ts";
import { explore, returnedBy, threadOf } from "./testing.ts";

test("a wait sleeps if the word is what was expected, and is EAGAIN otherwise; a wake counts whom it woke", () => {
  const wait = () => errnoOf(s.futex_wait("x", 0));
  const wake = function* () {
    return yield* s.futex_wake("x", 2);
  };
  const late = () => errnoOf(s.futex_wait("x", 1));
  const played = play([wait, wait, wait, late, wake]).run(0).run(1).run(2).run(3);
  assert.equal(played.why(0), "nobody has woken it yet");
  played.run(4).run(0).run(1).run(2);
  assert.deepEqual(played.returned, ["no error", "no error", undefined, "EAGAIN", 2]);
});

test("which waiters a wake chooses is left open: all pairs of three are possible", () => {
  const wait = () => errnoOf(s.futex_wait("x", 0));
  const woken = [0, 1, 2].map((choice) => {
    const played = play([wait, wait, wait, () => s.futex_wake("x", 2)[Symbol.iterator]()]);
    played.run(0).run(1).run(2).step(3, { choice });
    return [0, 1, 2].filter((index) => played.process(index).state === "ready");
  });
  assert.deepEqual(woken, [[0, 1], [0, 2], [1, 2]]); // prettier-ignore
});

test("a wait with a timeout is ETIMEDOUT, and one that nobody wakes may still come back", () => {
  const timed = () => errnoOf(s.futex_wait("x", 0, 9));
  assert.deepEqual(play([timed]).run(0).step(0, { action: "timeout" }).run(0).returned, ["ETIMEDOUT"]);
  assert.deepEqual(play([timed]).step(0, { choice: 1 }).run(0).returned, ["no error"]);
});

/** The mutex of Drepper's "Futexes are tricky": 0 free, 1 locked, 2 locked and somebody may wait. */
function* lock(): Generator<Call, number, unknown> {
  let calls = 0;
  let state = yield* s.cas("m", 0, 1);
  if (state !== 0 && state !== 2) state = yield* s.xchg("m", 2);
  while (state !== 0) {
    calls += 1;
    yield* errnoOf(s.futex_wait("m", 2));
    state = yield* s.xchg("m", 2);
  }
  return calls;
}
function* unlock(): Generator<Call, number, unknown> {
  if ((yield* s.fetch_add("m", -1)) === 1) return 0;
  yield* s.store("m", 0);
  yield* s.futex_wake("m", 1);
  return 1;
}
const visit = function* () {
  let calls = yield* lock();
  const others = yield* s.fetch_add("inside", 1);
  yield* s.fetch_add("inside", -1);
  calls += yield* unlock();
  return [others, calls];
};

test("a mutex over a futex excludes in every interleaving, and nobody sleeps for ever", () => {
  const { ends, deadlocks } = explore([visit, visit].map(threadOf));
  assert.deepEqual(deadlocks, []);
  assert.ok(ends.every((end) => (returnedBy(end) as [number, number][]).every(([others]) => others === 0)));
});

test("without contention it makes no system call", () => {
  assert.deepEqual(play([visit]).run(0).returned, [[0, 0]]);
});

test("a spinlock keeps the CPU of who waits busy, and the owner that wants it again spins for ever", () => {
  const holder = function* () {
    yield* s.pthread_spin_lock("l");
    yield* s.pthread_spin_unlock("l");
  };
  const played = play([holder, holder]).step(0).step(1).step(1);
  assert.equal(played.process(1).state, "ready");
  assert.deepEqual(played.run(0).run(1).returned, [null, null]);
  const twice = function* () {
    yield* s.pthread_spin_lock("l");
    return yield* errnoOf(s.pthread_spin_trylock("l"));
  };
  assert.deepEqual(play([twice]).run(0).returned, ["EBUSY"]);
});
