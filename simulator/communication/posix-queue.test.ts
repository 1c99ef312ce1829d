import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import * as r from "../../schema/call.ts";
import { errnoOf, linesOf, run, seeds } from "../testing.ts";
import * as c from "./index.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;
const flags = r.O_RDWR | r.O_CREAT;
const small = { maxmsg: 3, msgsize: 16 };

test("messages come out by priority, and those of one priority in the order in which they came", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 10 }), (priorities) => {
      const [line = ""] = linesOf(function* (): Steps {
        const q = yield* c.mq_open("/q", flags);
        for (const [index, priority] of priorities.entries()) yield* c.mq_send(q, String(index), priority);
        const taken: string[] = [];
        for (const _ of priorities) taken.push(r.text((yield* c.mq_receive(q)).data));
        yield* r.print(taken.join(" "));
      });
      const expected = [...priorities.entries()].toSorted(([i, a], [j, b]) => b - a || i - j).map(([index]) => index);
      assert.equal(line, expected.join(" "));
    }),
    { numRuns: 40 },
  );
});

test("a queue refuses what its attributes do not allow", () => {
  const lines = linesOf(function* (): Steps {
    const q = yield* c.mq_open("/q", flags | r.O_NONBLOCK, 0o600, small);
    yield* r.print(yield* errnoOf(c.mq_receive(q, 16)), yield* errnoOf(c.mq_receive(q, 15)));
    yield* r.print(yield* errnoOf(c.mq_send(q, "x".repeat(17))), yield* errnoOf(c.mq_send(q, "x", 32_768)));
    for (const text of "abc") yield* c.mq_send(q, text);
    yield* r.print(yield* errnoOf(c.mq_send(q, "d")), (yield* c.mq_getattr(q)).curmsgs);
    yield* r.print(yield* errnoOf(c.mq_open("/z", flags, 0o600, { maxmsg: 0, msgsize: 1 })));
    yield* r.print(yield* errnoOf(c.mq_open("/z", flags, 0o600, { maxmsg: 11, msgsize: 1 })));
    const reader = yield* c.mq_open("/q", r.O_RDONLY);
    const writer = yield* c.mq_open("/q", r.O_WRONLY);
    yield* r.print(yield* errnoOf(c.mq_send(reader, "x")), yield* errnoOf(c.mq_receive(writer, 16)));
    yield* r.print(yield* errnoOf(r.write(q, "x")), r.text(yield* r.read(q, 13)));
  });
  assert.deepEqual(lines, [
    "EAGAIN EMSGSIZE",
    "EMSGSIZE EINVAL",
    "EAGAIN 3",
    "EINVAL",
    "EINVAL",
    "EBADF EBADF",
    "EINVAL QSIZE:3      ",
  ]);
});

test("names of queues begin with a slash and have no other", () => {
  const lines = linesOf(function* (): Steps {
    for (const name of ["q", "/q/r", "/", "/missing"]) yield* r.print(yield* errnoOf(c.mq_open(name, r.O_RDWR)));
    const q = yield* c.mq_open("/q", flags);
    yield* r.print(yield* errnoOf(c.mq_open("/q", flags | r.O_EXCL)));
    yield* c.mq_unlink("/q");
    yield* r.print(yield* errnoOf(c.mq_unlink("/q")));
    yield* c.mq_send(q, "still there");
    yield* r.print(r.text((yield* c.mq_receive(q)).data));
    const other = yield* c.mq_open("/q", flags);
    yield* r.print((yield* c.mq_getattr(other)).curmsgs);
  });
  assert.deepEqual(lines, ["EINVAL", "EACCES", "ENOENT", "ENOENT", "EEXIST", "ENOENT", "still there", "0"]);
});

test("who waits in a receive gets the next message, and nobody who comes later takes it away", () => {
  const lines = linesOf(function* (): Steps {
    const q = yield* c.mq_open("/q", flags);
    if ((yield* r.fork()) === 0) {
      yield* r.print("child got", r.text((yield* c.mq_receive(q)).data));
      yield* r.exit(0);
    }
    yield* r.getpid();
    yield* r.getpid();
    yield* r.getpid();
    yield* r.getpid();
    yield* c.mq_send(q, "first");
    const late = yield* c.mq_open("/q", r.O_RDONLY | r.O_NONBLOCK);
    yield* r.print("parent", yield* errnoOf(c.mq_receive(late)));
    yield* r.wait();
  });
  assert.deepEqual(lines.toSorted(), ["child got first", "parent EAGAIN"]);
});

test("a pool of workers takes each job once, under any schedule, and a full queue makes senders wait", () => {
  for (const seed of seeds) {
    const lines = linesOf(
      function* (): Steps {
        const q = yield* c.mq_open("/q", flags, 0o600, small);
        for (let worker = 0; worker < 3; worker += 1) {
          if ((yield* r.fork()) !== 0) continue;
          for (;;) {
            const job = r.text((yield* c.mq_receive(q)).data);
            if (job === "end") yield* r.exit(0);
            yield* r.print(job);
          }
        }
        for (let job = 0; job < 8; job += 1) yield* c.mq_send(q, String(job), 1);
        for (let worker = 0; worker < 3; worker += 1) yield* c.mq_send(q, "end");
        for (let worker = 0; worker < 3; worker += 1) yield* r.wait();
      },
      { seed },
    );
    assert.deepEqual(lines.toSorted(), ["0", "1", "2", "3", "4", "5", "6", "7"]);
  }
});

test("timed calls give up with ETIMEDOUT", () => {
  const lines = linesOf(function* (): Steps {
    const q = yield* c.mq_open("/q", flags, 0o600, { maxmsg: 1, msgsize: 8 });
    yield* r.print(yield* errnoOf(c.mq_timedreceive(q, 8, 5)));
    yield* c.mq_send(q, "x");
    yield* r.print(yield* errnoOf(c.mq_timedsend(q, "y", 0, 5)));
  });
  assert.deepEqual(lines, ["ETIMEDOUT", "ETIMEDOUT"]);
});

test("mq_notify: one process, on the empty queue, unless somebody waits in a receive, and once", () => {
  const ended = (after: (q: number) => Steps) =>
    linesOf(function* (): Steps {
      const q = yield* c.mq_open("/q", flags);
      if ((yield* r.fork()) === 0) {
        yield* c.mq_notify(q, "SIGUSR1");
        yield* r.print(yield* errnoOf(c.mq_notify(q, "SIGUSR2")));
        yield* after(q);
        yield* r.exit(7);
      }
      const { exitStatus, termSignal } = yield* r.wait();
      yield* r.print(exitStatus, termSignal);
    });
  assert.deepEqual(
    ended(function* (q) {
      yield* c.mq_send(q, "x");
    }),
    ["EBUSY", " SIGUSR1"],
  );
  assert.deepEqual(
    ended(function* (q) {
      yield* c.mq_notify(q, null);
      yield* c.mq_send(q, "x");
    }),
    ["EBUSY", "7 "],
  );
  assert.deepEqual(
    ended(function* (q) {
      yield* r.close(q);
      const again = yield* c.mq_open("/q", r.O_RDWR);
      yield* c.mq_send(again, "closing took the registration back");
    }),
    ["EBUSY", "7 "],
  );
  assert.deepEqual(
    ended(function* (q) {
      if ((yield* r.fork()) === 0) {
        yield* c.mq_receive(q);
        yield* r.exit(0);
      }
      for (let calls = 0; calls < 8; calls += 1) yield* r.getpid();
      yield* c.mq_send(q, "for the one who waits");
      yield* r.wait();
      yield* r.sigaction("SIGUSR1", "SIG_IGN");
      yield* c.mq_send(q, "told");
      yield* c.mq_notify(q, "SIGUSR2");
      yield* c.mq_send(q, "not told: the queue is not empty");
    }),
    ["EBUSY", "7 "],
  );
});

test("a queue outlives its processes: what is left in it is there for the next", () => {
  const { ending } = run(function* (): Steps {
    if ((yield* r.fork()) === 0) {
      yield* c.mq_send(yield* c.mq_open("/q", flags), "left behind");
      yield* r.exit(0);
    }
    yield* r.wait();
    assert.equal(r.text((yield* c.mq_receive(yield* c.mq_open("/q", r.O_RDONLY))).data), "left behind");
  });
  assert.equal(ending, "ended");
});
