import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import * as r from "../../schema/call.ts";
import * as s from "./index.ts";
import { findInherited } from "./inheritance.ts";
import { errnoOf, play } from "./play.testing.ts";
import { explore, pidOf, returnedBy, threadOf } from "./testing.ts";

const lockAndEnd = function* () {
  yield* s.pthread_mutex_lock("m");
  yield* r.exit(0);
};

test("who wants a mutex that another one has waits, and is told who has it and how many wait with it", () => {
  const holder = function* () {
    yield* s.pthread_mutex_lock("m");
    yield* s.pthread_mutex_unlock("m");
  };
  const played = play([holder, holder, holder]).step(0).step(1).step(2);
  assert.equal(played.why(1), "P101 has it");
  assert.equal(played.why(2), "P101 has it; another one waits");
  played.step(0);
  assert.equal(played.process(1).state, "ready");
  assert.equal(played.events.at(-2)?.why, "P101 has unlocked mutex m; P102 has waited longest, 1 still wait");
});

test("an unlock may wake anybody who waits; Linux wakes the one that has waited longest", () => {
  const holder = function* () {
    yield* s.pthread_mutex_lock("m");
    yield* s.pthread_mutex_unlock("m");
  };
  const played = play([holder, holder, holder]).step(0).step(1).step(2).step(0, { choice: 1 });
  assert.deepEqual([played.process(1).state, played.process(2).state], ["blocked", "ready"]);
});

test("a normal mutex is a deadlock for the owner that locks it again, and anybody may unlock it", () => {
  const twice = function* () {
    yield* s.pthread_mutex_lock("m");
    yield* s.pthread_mutex_lock("m");
  };
  const played = play([twice, () => s.pthread_mutex_unlock("m")[Symbol.iterator]()]).run(0);
  assert.equal(played.why(0), "it has the mutex itself, and a normal mutex does not count");
  played.run(1).run(0);
  assert.deepEqual(played.returned, [null, null]);
  assert.equal(played.process(0).call, null);
});

test("an error-checking mutex says EDEADLK to its owner and EPERM to another one", () => {
  const before = [s.pthread_mutex_init("m", { type: "errorcheck" })];
  const owner = function* () {
    yield* s.pthread_mutex_lock("m");
    return yield* errnoOf(s.pthread_mutex_lock("m"));
  };
  const played = play([owner, () => errnoOf(s.pthread_mutex_unlock("m"))], { before })
    .run(0)
    .run(1);
  assert.deepEqual(played.returned, ["EDEADLK", "EPERM"]);
});

test("a recursive mutex is free once its owner has unlocked it as often as locked it", () => {
  const before = [s.pthread_mutex_init("m", { type: "recursive" })];
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(8), (locks, unlocks) => {
      const owner = function* () {
        for (let times = 0; times < locks; times += 1) yield* s.pthread_mutex_lock("m");
        const errnos: string[] = [];
        for (let times = 0; times < unlocks; times += 1) errnos.push(yield* errnoOf(s.pthread_mutex_unlock("m")));
        return errnos.filter((errno) => errno === "EPERM").length;
      };
      const played = play([owner, () => errnoOf(s.pthread_mutex_trylock("m"))], { before })
        .run(0)
        .run(1);
      const other = unlocks >= locks ? "no error" : "EBUSY";
      assert.deepEqual(played.returned, [Math.max(0, unlocks - locks), other]);
    }),
  );
});

test("a lock with a timeout gives up with ETIMEDOUT", () => {
  const played = play([lockAndEnd, () => errnoOf(s.pthread_mutex_timedlock("m", 5))])
    .step(0)
    .step(1);
  assert.equal(played.process(1).blocked?.timeoutMs, 5);
  played.step(1, { action: "timeout" }).run(1);
  assert.equal(played.returned[1], "ETIMEDOUT");
});

test("a robust mutex goes on to the next with EOWNERDEAD when its owner ends, and is as before once it is consistent", () => {
  const before = [s.pthread_mutex_init("m", { robust: true })];
  const next = function* () {
    const errno = yield* errnoOf(s.pthread_mutex_lock("m"));
    yield* s.pthread_mutex_consistent("m");
    yield* s.pthread_mutex_unlock("m");
    yield* s.pthread_mutex_lock("m");
    return errno;
  };
  const played = play([lockAndEnd, next], { before }).step(0).step(1).step(0);
  assert.ok(played.events.some(({ why }) => why === "P101, which had it, has ended"));
  assert.equal(played.run(1).returned[1], "EOWNERDEAD");
});

test("a robust mutex that nobody makes consistent is ENOTRECOVERABLE for all who come, and who wait", () => {
  const before = [s.pthread_mutex_init("m", { robust: true })];
  const careless = function* () {
    yield* errnoOf(s.pthread_mutex_lock("m"));
    yield* s.pthread_mutex_unlock("m");
  };
  const late = () => errnoOf(s.pthread_mutex_lock("m"));
  const played = play([lockAndEnd, careless, late], { before }).run(0).step(1).step(2).run(1).run(2);
  assert.equal(played.returned[2], "ENOTRECOVERABLE");
});

test("a mutex that is not robust stays locked for ever when its owner ends", () => {
  const played = play([lockAndEnd, lockAndEnd]).run(0).step(1);
  assert.equal(played.why(1), "P101 has it, and has ended");
});

test("consistent is EINVAL where no owner has died, destroy EBUSY while the mutex is locked, trylock EBUSY", () => {
  const program = function* () {
    const consistent = yield* errnoOf(s.pthread_mutex_consistent("m"));
    yield* s.pthread_mutex_lock("m");
    return [consistent, yield* errnoOf(s.pthread_mutex_destroy("m")), yield* errnoOf(s.pthread_mutex_trylock("m"))];
  };
  assert.deepEqual(play([program]).run(0).returned, [["EINVAL", "EBUSY", "EBUSY"]]);
});

test("with priority inheritance the holder runs at the best priority of those that wait, along the chain", () => {
  const inherit = { protocol: "inherit" } as const;
  const before = [s.pthread_mutex_init("a", inherit), s.pthread_mutex_init("b", inherit), s.pthread_mutex_init("c")];
  const takes = (...names: readonly string[]) =>
    function* () {
      for (const name of names) yield* s.pthread_mutex_lock(name);
    };
  // 0 has a; 1 has b and waits for a; 2 waits for b. And 0 has c, for which the best of all waits, but c does not inherit.
  const played = play([takes("a", "c"), takes("b", "a"), takes("b"), takes("c")], { before });
  played.step(0).step(0).step(1).step(1).step(2).step(3);
  const own: Readonly<Record<number, number>> = { [pidOf(0)]: 9, [pidOf(1)]: 5, [pidOf(2)]: 1, [pidOf(3)]: 0 };
  const inherited = findInherited(played.state.kernel, (pid) => own[pid] ?? 10);
  const lent = { priority: 1, from: pidOf(2) };
  assert.deepEqual(inherited, new Map([[pidOf(0), lent], [pidOf(1), lent]])); // prettier-ignore
});

test("at most one thread is inside of a mutex, in every interleaving", () => {
  const threads = [0, 1, 2].map((me) =>
    threadOf(function* () {
      yield* s.pthread_mutex_lock("m");
      yield* s.store("inside", me);
      const seen = yield* s.load("inside");
      yield* s.pthread_mutex_unlock("m");
      return seen === me;
    }),
  );
  for (const memoryModel of ["sc", "tso"] as const) {
    const { ends, deadlocks } = explore(threads, { memoryModel });
    assert.deepEqual(deadlocks, []);
    assert.ok(ends.every((end) => returnedBy(end).every((alone) => alone === true)));
  }
});
