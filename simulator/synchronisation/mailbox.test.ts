import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import type { Call } from "../../schema/call.ts";
import * as s from "./messages.ts";
import { errnoOf, play } from "./play.testing.ts";
import { explore, returnedBy, threadOf } from "./testing.ts";

const send = (...messages: readonly s.Message[]) =>
  function* () {
    for (const message of messages) yield* s.mailbox_send("b", message);
  };
const receive = (count: number) =>
  function* () {
    const received: s.Message[] = [];
    for (let times = 0; times < count; times += 1) received.push(yield* s.mailbox_receive("b"));
    return received;
  };

test("messages come in the order in which they were sent, and a full mailbox makes the sender wait", () => {
  const before = [s.mailbox_init("b", { capacity: 2 })];
  const played = play([send(1, "two", { three: 3 }), receive(3)], { before }).run(0);
  assert.equal(played.why(0), "it is full with 2");
  played.run(1);
  assert.equal(played.why(1), "nobody has sent to it");
  assert.deepEqual(played.run(0).run(1).returned, [null, [1, "two", { three: 3 }]]);
  const messages = played.events.filter(({ kind }) => kind === "message");
  assert.deepEqual(messages[2], { kind: "message", pid: 102, from: 101, text: '{"three":3}', object: "mailbox b" });
});

test("in a rendezvous the sender waits until its message is taken, and any of several may be first", () => {
  const before = [s.mailbox_init("b", { capacity: 0 })];
  const played = play([send("a"), send("b"), receive(1)], { before })
    .run(0)
    .run(1);
  assert.equal(played.why(0), "nobody has received its message yet");
  played.step(2, { choice: 1 }).run(0).run(1);
  assert.deepEqual(played.returned, [undefined, null, ["b"]]);
});

test("through a mailbox of any size, nothing is lost, doubled or reordered", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 4 }), (capacity, count) => {
      const messages = Array.from({ length: count }, (_, index) => index);
      const before = [s.mailbox_init("b", { capacity })];
      const { ends, deadlocks } = explore([send(...messages), receive(count)].map(threadOf), { before });
      assert.deepEqual(deadlocks, []);
      for (const end of ends) assert.deepEqual(returnedBy(end)[1], messages);
    }),
    { numRuns: 15 },
  );
});

test("a receive with a timeout is ETIMEDOUT, a rendezvous that loses is EINVAL", () => {
  const timed = () => errnoOf(s.mailbox_receive("b", 5));
  assert.deepEqual(play([timed]).run(0).step(0, { action: "timeout" }).run(0).returned, ["ETIMEDOUT"]);
  assert.deepEqual(play([() => errnoOf(s.mailbox_init("b", { capacity: 0, loses: true }))]).run(0).returned, [
    "EINVAL",
  ]);
});

test("a lossy channel loses and doubles by choice, and by chance with a seed, the same for the same seed", () => {
  const before = [s.mailbox_init("b", { capacity: 2, loses: true, duplicates: true })];
  const counts = [0, 1, 2].map((choice) => {
    const box = play([send("x")], { before }).step(0, { choice }).state.kernel.shared["mailbox b"];
    return box?.kind === "mailbox" ? box.messages.length : -1;
  });
  assert.deepEqual(counts, [1, 0, 2]);
  const arrivals = (seed: number) => {
    const lossy = [s.mailbox_init("b", { capacity: 500, loses: true, duplicates: true, seed })];
    const sent = Array.from({ length: 100 }, (_, index) => index);
    const box = play([send(...sent)], { before: lossy }).run(0).state.kernel.shared["mailbox b"];
    return box?.kind === "mailbox" ? box.messages.map(({ message }) => message) : [];
  };
  assert.deepEqual(arrivals(3), arrivals(3));
  assert.notDeepEqual(arrivals(3), arrivals(4));
  assert.ok(new Set(arrivals(3)).size < 100 && new Set(arrivals(3)).size > 60);
});

/** Stop and wait: a bit of sequence number tells a new message from a repeated one. `tries` bounds how often it sends again. */
const stopAndWait = (numbered: boolean, tries: number, duplicates = false) => {
  const sender = function* (): Generator<Call, unknown, unknown> {
    for (const [index, data] of ["a", "b"].entries()) {
      for (let attempt = 0; ; attempt += 1) {
        if (attempt === tries) return "gives up";
        yield* s.mailbox_send("data", { sequence: index % 2, data });
        try {
          let acknowledged = yield* s.mailbox_receive("acknowledgements", 10);
          while (acknowledged !== index % 2) acknowledged = yield* s.mailbox_receive("acknowledgements", 10);
          break;
        } catch {
          // Lost, or late: once more.
        }
      }
    }
    yield* s.mailbox_send("data", { sequence: 9, data: "" });
    return "done";
  };
  const receiver = function* (): Generator<Call, unknown, unknown> {
    const got: string[] = [];
    for (let expected = 0; ;) {
      let message: { readonly sequence: number; readonly data: string };
      try {
        message = (yield* s.mailbox_receive("data", 50)) as typeof message;
      } catch {
        return got;
      }
      if (message.sequence === 9) return got;
      if (!numbered || message.sequence === expected) {
        got.push(message.data);
        expected = 1 - expected;
      }
      yield* s.mailbox_send("acknowledgements", message.sequence);
    }
  };
  const lossy = { capacity: 2, loses: true, duplicates };
  const before = [s.mailbox_init("data", lossy), s.mailbox_init("acknowledgements", lossy)];
  const { ends } = explore([sender, receiver].map(threadOf), { before, permitted: true });
  return new Set(ends.map((end) => String(returnedBy(end)[1])));
};

test("stop and wait brings everything once and in order over a channel that loses; without numbers it doubles", () => {
  for (const got of stopAndWait(true, 2)) assert.ok(["", "a", "a,b"].includes(got), got);
  assert.ok(stopAndWait(false, 2).has("a,a"));
});

test("it does so over a channel that doubles as well; without numbers that doubles even what was sent once", () => {
  for (const got of stopAndWait(true, 1, true)) assert.ok(["", "a", "a,b"].includes(got), got);
  assert.ok(!stopAndWait(false, 1).has("a,a"));
  assert.ok(stopAndWait(false, 1, true).has("a,a"));
});
