import assert from "node:assert/strict";
import test from "node:test";
import * as s from "./index.ts";
import { errnoOf, play } from "./play.testing.ts";
import { explore, returnedBy, threadOf } from "./testing.ts";

const read = function* () {
  yield* s.pthread_rwlock_rdlock("l");
  yield* s.pthread_rwlock_unlock("l");
};
const write = function* () {
  yield* s.pthread_rwlock_wrlock("l");
  yield* s.pthread_rwlock_unlock("l");
};

test("readers share the lock, and a writer waits for all of them", () => {
  const played = play([read, read, write]).step(0).step(1).step(2);
  assert.equal(played.why(2), "P101 and P102 read");
  played.run(0).run(2);
  assert.equal(played.why(2), "P102 reads");
  assert.deepEqual(played.run(1).run(2).returned, [null, null, null]);
});

test("where readers are preferred, one that comes later overtakes a writer that waits; where writers are, it does not", () => {
  for (const prefer of ["reader", "writer"] as const) {
    const played = play([read, write, read], { before: [s.pthread_rwlock_init("l", prefer)] });
    played.step(0).step(1).step(2);
    const waits = "P102 waits to write, and writers go first";
    assert.equal(played.why(2), prefer === "reader" ? undefined : waits);
    assert.deepEqual(played.run(0).run(1).run(2).run(1).returned, [null, null, null]);
  }
});

test("a writer that gives up lets the readers in that waited for it", () => {
  const writer = () => errnoOf(s.pthread_rwlock_timedwrlock("l", 5));
  const played = play([read, writer, read], { before: [s.pthread_rwlock_init("l", "writer")] });
  played.step(0).step(1).step(2).step(1, { action: "timeout" }).run(1).run(2);
  assert.deepEqual(played.returned, [undefined, "ETIMEDOUT", null]);
});

test("errors: EDEADLK for the writer itself, EBUSY for a try, EPERM for who has it not", () => {
  const writer = function* () {
    yield* s.pthread_rwlock_wrlock("l");
    return [
      yield* errnoOf(s.pthread_rwlock_rdlock("l")),
      yield* errnoOf(s.pthread_rwlock_wrlock("l")),
      yield* errnoOf(s.pthread_rwlock_destroy("l")),
    ];
  };
  const other = function* () {
    const calls = [s.pthread_rwlock_tryrdlock("l"), s.pthread_rwlock_trywrlock("l"), s.pthread_rwlock_unlock("l")];
    const errnos: string[] = [];
    for (const call of calls) errnos.push(yield* errnoOf(call));
    return errnos;
  };
  assert.deepEqual(play([writer, other]).run(0).run(1).returned, [
    ["EDEADLK", "EDEADLK", "EBUSY"],
    ["EBUSY", "EBUSY", "EPERM"],
  ]);
});

test("no writer is ever inside together with anybody else, with either preference", () => {
  const reader = function* () {
    yield* s.pthread_rwlock_rdlock("l");
    const writing = yield* s.load("writing");
    yield* s.pthread_rwlock_unlock("l");
    return writing;
  };
  const writer = function* () {
    yield* s.pthread_rwlock_wrlock("l");
    const before = yield* s.fetch_add("writing", 1);
    yield* s.fetch_add("writing", -1);
    yield* s.pthread_rwlock_unlock("l");
    return before;
  };
  for (const prefer of ["reader", "writer"] as const) {
    const before = [s.pthread_rwlock_init("l", prefer)];
    const { ends, deadlocks } = explore([reader, writer, writer].map(threadOf), { before });
    assert.deepEqual(deadlocks, []);
    assert.deepEqual(new Set(ends.flatMap(returnedBy)), new Set([0]));
  }
});
