import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../../schema/call.ts";
import { linesOf, run } from "../testing.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;

const both = r.POLLIN | r.POLLOUT;

test("poll tells what each end is ready for", () => {
  const lines = linesOf(function* (): Steps {
    const [readEnd, writeEnd] = yield* r.pipe2(r.O_NONBLOCK);
    const ask = function* (): Steps {
      const ready = yield* r.poll(
        [
          { fd: readEnd, events: both },
          { fd: writeEnd, events: both },
        ],
        0,
      );
      yield* r.print(...ready.map(({ fd, revents }) => `${fd}:${revents}`));
    };
    yield* ask();
    yield* r.write(writeEnd, new Uint8Array(65_536));
    yield* ask();
    yield* r.read(readEnd, 4_096);
    yield* ask();
  });
  assert.deepEqual(lines, [`4:${r.POLLOUT}`, `3:${r.POLLIN}`, `3:${r.POLLIN} 4:${r.POLLOUT}`]);
});

test("POLLHUP tells a reader that the writers are gone, POLLERR a writer that the readers are, POLLNVAL a closed descriptor", () => {
  const lines = linesOf(function* (): Steps {
    const first = yield* r.pipe();
    const second = yield* r.pipe();
    yield* r.write(first[1], "x");
    yield* r.close(first[1]);
    yield* r.close(second[0]);
    const fds = [first[0], second[1], second[0], -1];
    const ready = yield* r.poll(fds.map((fd) => ({ fd, events: both })));
    yield* r.print(...ready.map(({ revents }) => revents));
  });
  assert.deepEqual(lines, [`${r.POLLIN | r.POLLHUP} ${r.POLLOUT | r.POLLERR} ${r.POLLNVAL}`]);
});

test("poll blocks until something is ready, or its timeout is over", () => {
  const { output, trace } = run(function* (): Steps {
    const [readEnd, writeEnd] = yield* r.pipe();
    const request = { fd: readEnd, events: r.POLLIN };
    yield* r.print((yield* r.poll([request], 30)).length);
    if ((yield* r.fork()) === 0) {
      yield* r.write(writeEnd, "x");
      yield* r.exit(0);
    }
    yield* r.print((yield* r.poll([request])).length);
  });
  assert.equal(output, "0\n1\n");
  const wakes = trace.events.filter(({ kind }) => kind === "wake");
  assert.deepEqual(
    wakes.map(({ why }) => why),
    ["30 ms are over", "the pipe has data"],
  );
  const block = trace.events.find(({ kind }) => kind === "block");
  assert.equal((wakes[0]?.at ?? 0) - (block?.at ?? 0), 30);
});

test("a pipe that is asked for twice wakes a poll once", () => {
  const { output } = run(function* (): Steps {
    const [readEnd, writeEnd] = yield* r.pipe();
    if ((yield* r.fork()) === 0) {
      yield* r.print((yield* r.poll([readEnd, readEnd].map((fd) => ({ fd, events: r.POLLIN })))).length);
      yield* r.exit(0);
    }
    yield* r.poll([], 20);
    yield* r.write(writeEnd, "x");
    yield* r.wait();
  });
  assert.equal(output, "2\n");
});

test("a poll for nothing and for ever is a deadlock", () => {
  const { ending, blocked } = run(function* (): Steps {
    yield* r.poll([]);
  });
  assert.deepEqual([ending, blocked[0]?.on], ["deadlock", "time"]);
});
