import assert from "node:assert/strict";
import test from "node:test";
import * as s from "./messages.ts";
import { errnoOf, play } from "./play.testing.ts";
import { explore, pidOf, threadOf } from "./testing.ts";
import * as r from "../../schema/call.ts";

const receive = (from: number) =>
  function* () {
    return yield* s.minix_receive(from);
  };
const sends =
  (to: number, message: s.Message = "m") =>
  () =>
    errnoOf(s.minix_send(to, message));

test("sender and receiver meet: whoever comes first waits for the other", () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ] as const) {
    // prettier-ignore
    const played = play([sends(pidOf(1)), receive(s.ANY)]);
    played.run(order[0]);
    assert.equal(played.why(order[0]), order[0] === 0 ? "P102 does not receive" : "nobody has sent it one");
    played.run(order[1]).run(order[0]);
    assert.deepEqual(played.returned, ["no error", { from: 101, message: "m" }]);
  }
});

test("a receive from one process leaves the messages of others in the queue, and ANY takes the first", () => {
  const served = function* () {
    return [yield* s.minix_receive(pidOf(1)), yield* s.minix_receive(s.ANY)];
  };
  const played = play([sends(pidOf(2), "a"), sends(pidOf(2), "b"), served])
    .run(0)
    .run(1)
    .run(2);
  assert.deepEqual(played.returned[2], [{ from: 102, message: "b" }, { from: 101, message: "a" }]); // prettier-ignore
});

test("sendrec gets the reply in place of its message, and no notification comes between", () => {
  const client = function* () {
    return yield* s.minix_sendrec(pidOf(1), "how much?");
  };
  const server = function* () {
    const { from } = yield* s.minix_receive(s.ANY);
    yield* s.minix_send(from, 42);
  };
  const notifier = () => errnoOf(s.minix_notify(pidOf(0)));
  const played = play([client, server, notifier]).run(0).run(2);
  assert.equal(played.why(0), "P102 does not receive");
  played.run(1).run(0);
  assert.deepEqual(played.returned, [42, null, "no error"]);
  const { deadlocks } = explore([client, server, notifier].map(threadOf));
  assert.deepEqual(deadlocks, []);
});

test("a notification never waits: a bit keeps it, twice is once, and it comes before messages", () => {
  const notify = function* () {
    yield* s.minix_notify(pidOf(2));
    yield* s.minix_notify(pidOf(2));
  };
  const receiver = function* () {
    return [yield* s.minix_receive(s.ANY), yield* s.minix_receive(s.ANY)];
  };
  const played = play([notify, sends(pidOf(2), "m"), receiver])
    .run(1)
    .run(0)
    .run(2);
  assert.deepEqual(played.returned[2], [{ from: 101, message: null }, { from: 102, message: "m" }]); // prettier-ignore
});

test("a circle of senders is ELOCKED for the one that would close it, in both versions", () => {
  for (const version of ["3.1", "3.4"] as const) {
    const ring = [sends(pidOf(1)), sends(pidOf(2)), sends(pidOf(0))];
    const played = play(ring, { before: [s.minix_boot(version)] })
      .run(0)
      .run(1)
      .run(2);
    assert.deepEqual(played.returned, [undefined, undefined, "ELOCKED"]);
  }
  const none = play([sends(pidOf(1)), sends(pidOf(0))], { before: [s.minix_boot("none")] })
    .run(0)
    .run(1);
  assert.deepEqual(none.returned, [undefined, undefined]);
});

test("a circle through a receiver is found by 3.4 only", () => {
  for (const [version, expected] of [
    ["3.1", undefined],
    ["3.4", "ELOCKED"],
  ] as const) {
    // prettier-ignore
    // 0 sends to 1, which receives from 2 only, which sends to 0.
    const played = play([sends(pidOf(1)), receive(pidOf(2)), sends(pidOf(0))], { before: [s.minix_boot(version)] });
    assert.equal(played.run(0).run(1).run(2).returned[2], expected);
  }
});

test("two that both receive from each other are a deadlock for 3.4, one that sends to one that receives is none", () => {
  const receives = (from: number) => () => errnoOf(s.minix_receive(from));
  assert.equal(
    play([receives(pidOf(1)), receives(pidOf(0))])
      .run(0)
      .run(1).returned[1],
    "ELOCKED",
  );
  const { deadlocks } = explore([sends(pidOf(1)), receives(pidOf(0))].map(threadOf));
  assert.deepEqual(deadlocks, []);
});

test("who waits for a process that ends, or is not there, gets ESRCH", () => {
  const ends = function* () {
    yield* r.exit(0);
  };
  const waits = () => errnoOf(s.minix_receive(pidOf(2)));
  const played = play([sends(pidOf(2)), waits, ends])
    .run(0)
    .run(1)
    .run(2)
    .run(0)
    .run(1);
  assert.deepEqual(played.returned.slice(0, 2), ["ESRCH", "ESRCH"]);
  assert.deepEqual(play([sends(999)]).run(0).returned, ["ESRCH"]);
});
