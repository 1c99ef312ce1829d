import assert from "node:assert/strict";
import test from "node:test";
import * as v from "valibot";
import * as r from "../../schema/call.ts";
import { viewSchema } from "../../schema/view.ts";
import { run, seeds } from "../testing.ts";
import * as c from "./index.ts";
import { foldMessages, showSequence } from "./index.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;
const words = (made: ReturnType<typeof run>) =>
  foldMessages(made.trace).map(({ from, to, text, object }) => `${from} ${text} ${to ?? "nobody"} ${object}`);

test("the reads of a pipe are messages from those whose bytes they got", () => {
  const made = run(function* (): Steps {
    const [readEnd, writeEnd] = yield* r.pipe();
    if ((yield* r.fork()) === 0) {
      yield* r.write(writeEnd, "from the child");
      yield* r.exit(0);
    }
    yield* r.wait();
    yield* r.write(writeEnd, "mine");
    yield* r.read(readEnd, 99);
    yield* r.write(writeEnd, "lost");
  });
  assert.deepEqual(words(made), [
    '101 "from the child" 100 pipe 1',
    '100 "mine" 100 pipe 1',
    '100 "lost" nobody pipe 1',
  ]);
});

test("every message of a queue is found once, whatever the priorities and schedules", () => {
  for (const seed of seeds.slice(0, 10)) {
    const made = run(
      function* (): Steps {
        const q = yield* c.mq_open("/q", r.O_RDWR | r.O_CREAT, 0o600, { maxmsg: 2, msgsize: 9 });
        if ((yield* r.fork()) === 0) {
          for (let job = 0; job < 5; job += 1) yield* c.mq_send(q, `job ${job}`, job % 3);
          yield* r.exit(0);
        }
        for (let job = 0; job < 5; job += 1) yield* c.mq_receive(q, 9);
      },
      { seed },
    );
    const messages = foldMessages(made.trace);
    assert.deepEqual(
      words(made).toSorted(),
      [0, 1, 2, 3, 4].map((job) => `101 "job ${job}" 100 mq /q`),
    );
    for (const { sent, received } of messages) assert.ok(received !== null && sent < received);
  }
});

test("a request and its reply through a socket are two messages with the times of their calls", () => {
  const made = run(function* (): Steps {
    const [one, other] = yield* c.socketpair(c.AF_UNIX, c.SOCK_STREAM);
    if ((yield* r.fork()) === 0) {
      const request = yield* c.recv(other, 99);
      yield* c.send(other, `re: ${r.text(request)}`);
      yield* r.exit(0);
    }
    yield* c.send(one, "how are you");
    yield* c.recv(one, 99);
  });
  assert.deepEqual(words(made), ['100 "how are you" 101 socket 1', '101 "re: how are you" 100 socket 2']);
  const view = showSequence(made, { title: "A dialogue" });
  v.assert(viewSchema, view);
  assert.deepEqual(view.lanes, ["main", "main.1"]);
  assert.deepEqual(view.messages.map(({ from, to }) => `${from} → ${to}`), ["main → main.1", "main.1 → main"]); // prettier-ignore
});

test("a send that fails is no message, and a stream that is cut up is one for each piece", () => {
  const made = run(function* (): Steps {
    const [one, other] = yield* c.socketpair(c.AF_UNIX, c.SOCK_STREAM);
    yield* c.send(one, "abcdef");
    yield* c.send(one, "gh");
    yield* c.recv(other, 4);
    yield* c.recv(other, 9);
    yield* c.shutdown(one, c.SHUT_WR);
    yield* r.sigaction("SIGPIPE", "SIG_IGN");
    try {
      yield* c.send(one, "too late");
    } catch {
      // EPIPE
    }
  });
  assert.deepEqual(words(made), ['100 "abcd" 100 socket 1', '100 "ef" 100 socket 1', '100 "gh" 100 socket 1']);
});
