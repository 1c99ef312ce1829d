import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import * as r from "../../schema/call.ts";
import { createKernel, enabled, request, step } from "../kernel/core.ts";
import * as s from "./index.ts";
import { errnoOf, play } from "./play.testing.ts";
import { explore, returnedBy, threadOf } from "./testing.ts";

test("down at 0 waits until somebody posts", () => {
  const down = function* () {
    yield* s.down("s");
  };
  const up = function* () {
    yield* s.up("s");
  };
  const played = play([down, down, up], { before: [s.sem_init("s", 0)] })
    .run(0)
    .run(1);
  assert.equal(played.why(0), "its value is 0 until somebody posts");
  assert.equal(played.why(1), "its value is 0 until somebody posts; another one waits");
  played.run(2).run(0);
  assert.deepEqual(played.returned, [null, undefined, null]);
});

test("a semaphore never goes below 0, and counts what was posted and not taken", () => {
  const operations = fc.array(fc.boolean(), { maxLength: 30 });
  fc.assert(
    fc.property(fc.nat(3), operations, (initial, posts) => {
      const program = function* () {
        for (const post of posts) yield* errnoOf(post ? s.sem_post("s") : s.sem_trywait("s"));
        return yield* s.sem_getvalue("s");
      };
      const expected = posts.reduce((value, post) => Math.max(0, value + (post ? 1 : -1)), initial);
      assert.deepEqual(play([program], { before: [s.sem_init("s", initial)] }).run(0).returned, [expected]);
    }),
  );
});

test("errors are POSIX's: EINVAL, EAGAIN, EOVERFLOW, ETIMEDOUT", () => {
  const program = function* () {
    return [
      yield* errnoOf(s.sem_wait("none")),
      yield* errnoOf(s.sem_init("s", s.SEM_VALUE_MAX + 1)),
      yield* errnoOf(s.sem_init("s", s.SEM_VALUE_MAX)),
      yield* errnoOf(s.sem_post("s")),
      yield* errnoOf(s.sem_init("s", 0)),
      yield* errnoOf(s.sem_trywait("s")),
      yield* errnoOf(s.sem_destroy("s")),
      yield* errnoOf(s.sem_post("s")),
    ];
  };
  const expected = ["EINVAL", "EINVAL", "no error", "EOVERFLOW", "no error", "EAGAIN", "no error", "EINVAL"];
  assert.deepEqual(play([program]).run(0).returned, [expected]);
  const timed = play([() => errnoOf(s.sem_timedwait("s", 3))], { before: [s.sem_init("s", 0)] }).run(0);
  assert.deepEqual(timed.step(0, { action: "timeout" }).run(0).returned, ["ETIMEDOUT"]);
});

test("the value while some wait is 0 on Linux; POSIX permits minus their number", () => {
  const value = () => s.sem_getvalue("s")[Symbol.iterator]();
  const down = () => s.sem_wait("s")[Symbol.iterator]();
  for (const [choice, expected] of [
    [0, 0],
    [1, -2],
  ] as const) {
    // prettier-ignore
    const played = play([down, down, value], { before: [s.sem_init("s", 0)] }).run(0).run(1).step(2, { choice });
    assert.equal(played.returned[2], expected);
  }
});

test("a named semaphore lives until it is unlinked and the last process has closed it", () => {
  const program = function* () {
    const none = yield* errnoOf(s.sem_open("/s"));
    const first = yield* s.sem_open("/s", r.O_CREAT, 2);
    const again = yield* s.sem_open("/s", r.O_CREAT, 7);
    const exclusive = yield* errnoOf(s.sem_open("/s", r.O_CREAT | r.O_EXCL, 1));
    yield* s.sem_unlink("/s");
    const gone = yield* errnoOf(s.sem_unlink("/s"));
    const second = yield* s.sem_open("/s", r.O_CREAT | r.O_EXCL, 5);
    const values = [yield* s.sem_getvalue(first), yield* s.sem_getvalue(again), yield* s.sem_getvalue(second)];
    yield* s.sem_close(first);
    const still = yield* s.sem_getvalue(first);
    yield* s.sem_close(first);
    return [none, exclusive, gone, values, still, yield* errnoOf(s.sem_getvalue(first))];
  };
  assert.deepEqual(play([program]).run(0).returned, [["ENOENT", "EEXIST", "ENOENT", [2, 2, 5], 2, "EINVAL"]]);
});

test("names that no semaphore can have are EINVAL or ENAMETOOLONG", () => {
  const program = function* () {
    const errnos: string[] = [];
    for (const name of ["/", "/a/b", `/${"x".repeat(252)}`, `/${"x".repeat(251)}`]) {
      errnos.push(yield* errnoOf(s.sem_open(name, r.O_CREAT, 1)));
    }
    return errnos;
  };
  assert.deepEqual(play([program]).run(0).returned, [["EINVAL", "EINVAL", "ENAMETOOLONG", "no error"]]);
});

test("a child has open what its parent has, and the end of a process closes it", () => {
  const calls = [s.sem_open("/s", r.O_CREAT, 1), r.fork(), s.sem_unlink("/s"), s.sem_close("/s")];
  let kernel = createKernel();
  const perform = (pid: number, call: r.Call) => {
    kernel = request(kernel, pid, call);
    const transition = enabled(kernel).find((one) => one.pid === pid);
    assert.ok(transition);
    const taken = step(kernel, transition);
    kernel = taken.kernel;
    return taken.result;
  };
  for (const call of calls) perform(100, call);
  assert.deepEqual(perform(101, s.sem_getvalue("/s")), { kind: "return", value: 1 });
  perform(101, r.exit(0));
  assert.equal(kernel.shared["semaphore /s"], undefined);
});

test("with one post for two that wait, any of them may get it and the other one waits on", () => {
  const down = function* () {
    yield* s.down("s");
    return "has it";
  };
  const { deadlocks, ends } = explore([down, down].map(threadOf), { before: [s.sem_init("s", 1)] });
  assert.deepEqual(ends, []);
  assert.deepEqual(deadlocks.map((state) => returnedBy(state).indexOf("has it")).toSorted(), [0, 1]);
});
