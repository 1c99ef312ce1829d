import assert from "node:assert/strict";
import test from "node:test";
import * as s from "./index.ts";
import { errnoOf, play } from "./play.testing.ts";
import { explore, returnedBy, threadOf } from "./testing.ts";

const wait = function* () {
  return yield* s.pthread_barrier_wait("b");
};
const before = [s.pthread_barrier_init("b", 3)];

test("nobody passes before all have come; the last one is singled out on Linux, any of them by POSIX", () => {
  for (const choice of [0, 1, 2]) {
    const played = play([wait, wait, wait], { before }).run(0).run(1);
    assert.equal(played.why(1), "2 of 3 have come");
    const serial = choice === 0 ? 2 : choice - 1;
    const expected = [0, 1, 2].map((index) => (index === serial ? s.PTHREAD_BARRIER_SERIAL_THREAD : 0));
    assert.deepEqual(played.step(2, { choice }).run(0).run(1).returned, expected);
  }
});

test("in every interleaving of two rounds, what is written before the barrier is read after it", () => {
  const threads = [0, 1].map((me) =>
    threadOf(function* () {
      const seen: number[] = [];
      for (const round of [1, 2]) {
        yield* s.store(`x${me}`, round);
        yield* s.pthread_barrier_wait("b");
        seen.push(yield* s.load(`x${1 - me}`));
        yield* s.pthread_barrier_wait("b");
      }
      return seen;
    }),
  );
  const { ends, deadlocks } = explore(threads, { before: [s.pthread_barrier_init("b", 2)], permitted: true });
  assert.deepEqual(deadlocks, []);
  assert.ok(ends.every((end) => JSON.stringify(returnedBy(end)) === "[[1,2],[1,2]]"));
});

test("errors: EINVAL for a barrier for nobody or that is not there, EBUSY while some wait", () => {
  const program = function* () {
    return [
      yield* errnoOf(s.pthread_barrier_init("none", 0)),
      yield* errnoOf(s.pthread_barrier_wait("none")),
      yield* errnoOf(s.pthread_barrier_destroy("b")),
      yield* errnoOf(s.pthread_barrier_init("b", 1)),
    ];
  };
  const played = play([wait, program], { before }).run(0).run(1);
  assert.deepEqual(played.returned[1], ["EINVAL", "EINVAL", "EBUSY", "EBUSY"]);
});
