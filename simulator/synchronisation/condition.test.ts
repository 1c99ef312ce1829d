import assert from "node:assert/strict";
import test from "node:test";
import * as s from "./index.ts";
import { errnoOf, play } from "./play.testing.ts";
import { explore, returnedBy, threadOf } from "./testing.ts";

const waiter = function* () {
  yield* s.pthread_mutex_lock("m");
  yield* s.pthread_cond_wait("c", "m");
  yield* s.pthread_mutex_unlock("m");
};
const signaller = function* () {
  yield* s.pthread_cond_signal("c");
};

test("waiting gives the mutex back and joins the queue in one step, and has the mutex again at the end", () => {
  const locker = function* () {
    yield* s.pthread_mutex_lock("m");
    yield* s.pthread_cond_signal("c");
    yield* s.pthread_mutex_unlock("m");
  };
  const played = play([waiter, locker]).step(0).step(0);
  assert.equal(played.why(0), "nobody has signalled it yet");
  // Mesa: after the signal the waiter is ready, but the mutex is still the signaller's.
  played.step(1).step(1).step(0);
  assert.equal(played.why(0), "P102 has it");
  played.run(1).run(0);
  assert.deepEqual(played.returned, [null, null]);
});

test("a signal while nobody waits is lost", () => {
  const { deadlocks, ends } = explore([waiter, signaller].map(threadOf));
  assert.ok(deadlocks.length > 0 && ends.length > 0);
});

test("a signal wakes one that waits, by choice any of them; a broadcast wakes all", () => {
  for (const choice of [0, 1, 2]) {
    const played = play([waiter, waiter, waiter, signaller]).run(0).run(1).run(2).step(3, { choice });
    const states = [0, 1, 2].map((index) => played.process(index).state);
    assert.deepEqual(
      states,
      [0, 1, 2].map((index) => (index === choice ? "ready" : "blocked")),
    );
  }
  const broadcaster = function* () {
    yield* s.pthread_cond_broadcast("c");
  };
  const all = play([waiter, waiter, broadcaster]).run(0).run(1).run(2).run(0).run(1);
  assert.deepEqual(all.returned, [null, null, null]);
});

test("a spurious wakeup is permitted though nobody has signalled anything, and Linux does not do it", () => {
  assert.equal(explore([threadOf(waiter)]).ends.length, 0);
  assert.equal(explore([threadOf(waiter)], { permitted: true }).ends.length, 1);
  const played = play([waiter]).step(0).step(0, { choice: 1 });
  assert.ok(played.events.some(({ why }) => why === "a spurious wakeup, which POSIX permits"));
});

test("a wait with a timeout comes back with ETIMEDOUT and with the mutex", () => {
  const timed = function* () {
    yield* s.pthread_mutex_lock("m");
    const errno = yield* errnoOf(s.pthread_cond_timedwait("c", "m", 7));
    return [errno, yield* errnoOf(s.pthread_mutex_trylock("m"))];
  };
  const played = play([timed]).run(0);
  assert.equal(played.process(0).blocked?.timeoutMs, 7);
  assert.deepEqual(played.step(0, { action: "timeout" }).run(0).returned, [["ETIMEDOUT", "EBUSY"]]);
});

test("of a signal and a timeout that meet, exactly one is what the wait comes back with", () => {
  const timed = function* () {
    yield* s.pthread_mutex_lock("m");
    const errno = yield* errnoOf(s.pthread_cond_timedwait("c", "m", 7));
    yield* s.pthread_mutex_unlock("m");
    return errno;
  };
  const { ends, deadlocks } = explore([timed, timed, signaller].map(threadOf));
  assert.deepEqual(deadlocks, []);
  const woken = new Set(ends.map((end) => returnedBy(end).filter((errno) => errno === "no error").length));
  // The signal comes too early, or reaches one; it never wakes two.
  assert.deepEqual([...woken].toSorted(), [0, 1]);
});

test("an error-checking mutex that the caller has not is EPERM", () => {
  const before = [s.pthread_mutex_init("m", { type: "errorcheck" })];
  const played = play([() => errnoOf(s.pthread_cond_wait("c", "m"))], { before }).run(0);
  assert.deepEqual(played.returned, ["EPERM"]);
});

/** A buffer of one, guarded by a mutex and two conditions; at most one wait is an `if`, more a bounded `while`. */
const buffer = (mostWaits: number) => {
  const transfer = (wantedCount: number, mine: string, other: string, change: number) =>
    function* () {
      yield* s.pthread_mutex_lock("m");
      for (let waits = 0; (yield* s.load("count")) !== wantedCount; waits += 1) {
        if (waits === mostWaits) {
          yield* s.pthread_mutex_unlock("m");
          return "gives up";
        }
        yield* s.pthread_cond_wait(mine, "m");
        if (mostWaits === 1) break;
      }
      const count = (yield* s.load("count")) + change;
      yield* s.store("count", count);
      yield* s.pthread_cond_signal(other);
      yield* s.pthread_mutex_unlock("m");
      return count;
    };
  const put = transfer(0, "empty", "full", 1);
  const take = transfer(1, "full", "empty", -1);
  return [put, take, put, take].map(threadOf);
};

test("a bounded buffer with while is safe in every interleaving, spurious wakeups included", () => {
  for (const [threads, permitted] of [
    [buffer(9).slice(0, 3), false],
    [buffer(2).slice(0, 2), true],
  ] as const) {
    // prettier-ignore
    const { ends, deadlocks } = explore(threads, { permitted });
    const outcomes = [...ends, ...deadlocks].map(returnedBy).filter((counts) => !counts.includes("gives up"));
    assert.deepEqual(new Set(outcomes.flat()), new Set([0, 1]));
  }
});

test("the same buffer with if is not: who is woken finds that another one was faster", () => {
  const { ends, deadlocks } = explore(buffer(1).slice(1));
  const counts = [...ends, ...deadlocks].flatMap((end) => returnedBy(end));
  assert.ok(counts.some((count) => count === 2 || count === -1));
});
