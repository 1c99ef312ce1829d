import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../../schema/call.ts";
import { errnoOf, linesOf, run, seeds } from "../testing.ts";
import * as c from "./index.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;
const path = "/tmp/f";

test("the opening of a FIFO blocks until the other end is opened, whichever end comes first", () => {
  for (const first of [r.O_RDONLY, r.O_WRONLY]) {
    const { ending, blocked } = run(function* (): Steps {
      yield* c.mkfifo(path);
      yield* c.open(path, first);
    });
    assert.equal(ending, "deadlock");
    assert.equal(blocked[0]?.call, "open");
    assert.match(blocked[0]?.why ?? "", first === r.O_RDONLY ? /for writing/ : /for reading/);
  }
  for (const seed of seeds) {
    const lines = linesOf(
      function* (): Steps {
        yield* c.mkfifo(path);
        if ((yield* r.fork()) === 0) {
          const fd = yield* c.open(path, r.O_WRONLY);
          yield* r.write(fd, "through the file system");
          yield* r.exit(0);
        }
        const fd = yield* c.open(path);
        yield* r.print(r.text(yield* r.read(fd, 99)), (yield* r.read(fd, 9)).length);
      },
      { seed },
    );
    assert.deepEqual(lines, ["through the file system 0"]);
  }
});

test("a reader whose writer opened, wrote and left before it ran reads what was written", () => {
  const lines = linesOf(function* (): Steps {
    yield* c.mkfifo(path);
    if ((yield* r.fork()) === 0) {
      const fd = yield* c.open(path);
      yield* r.print(r.text(yield* r.read(fd, 9)));
      yield* r.exit(0);
    }
    const fd = yield* c.open(path, r.O_WRONLY);
    yield* r.write(fd, "brief");
    yield* r.close(fd);
    yield* r.wait();
  });
  assert.deepEqual(lines, ["brief"]);
});

test("with O_NONBLOCK a reader opens at once, a writer without a reader is ENXIO, and O_RDWR never waits", () => {
  const lines = linesOf(function* (): Steps {
    yield* c.mkfifo(path);
    yield* r.print(yield* errnoOf(c.open(path, r.O_WRONLY | r.O_NONBLOCK)));
    const reader = yield* c.open(path, r.O_RDONLY | r.O_NONBLOCK);
    yield* r.print((yield* r.read(reader, 5)).length);
    const writer = yield* c.open(path, r.O_WRONLY | r.O_NONBLOCK);
    yield* r.print(yield* errnoOf(r.read(reader, 5)));
    yield* r.write(writer, "abc");
    const both = yield* c.open(path, r.O_RDWR);
    yield* r.print(r.text(yield* r.read(both, 9)));
  });
  assert.deepEqual(lines, ["ENXIO", "0", "EAGAIN", "abc"]);
});

test("poll says POLLHUP only to readers that have seen a writer leave", () => {
  const lines = linesOf(function* (): Steps {
    const events = function* (fd: number): Steps<number> {
      return (yield* r.poll([{ fd, events: r.POLLIN }], 0))[0]?.revents ?? 0;
    };
    yield* c.mkfifo(path);
    const reader = yield* c.open(path, r.O_RDONLY | r.O_NONBLOCK);
    yield* r.print(yield* events(reader));
    const writer = yield* c.open(path, r.O_WRONLY);
    yield* r.write(writer, "abc");
    yield* r.close(writer);
    yield* r.print(yield* events(reader));
    const late = yield* c.open(path, r.O_RDONLY | r.O_NONBLOCK);
    yield* r.read(reader, 9);
    yield* r.print(yield* events(reader), yield* events(late));
  });
  assert.deepEqual(lines, ["0", `${r.POLLIN | r.POLLHUP}`, `${r.POLLHUP} 0`]);
});

test("a FIFO has no offset, no size and no device, and what was not read is gone with its last descriptor", () => {
  const lines = linesOf(function* (): Steps {
    yield* c.mkfifo(path);
    yield* r.print(yield* errnoOf(c.mkfifo(path)));
    const fd = yield* c.open(path, r.O_RDWR);
    yield* r.print(yield* errnoOf(c.lseek(fd, 0)), yield* errnoOf(c.pread(fd, 1, 0)));
    yield* r.print(yield* errnoOf(c.ftruncate(fd, 0)), yield* errnoOf(c.fsync(fd)));
    yield* r.write(fd, "left");
    yield* r.close(fd);
    const again = yield* c.open(path, r.O_RDONLY | r.O_NONBLOCK);
    yield* r.print((yield* r.read(again, 9)).length);
    yield* c.unlink(path);
    yield* r.print(yield* errnoOf(c.open(path)));
  });
  assert.deepEqual(lines, ["EEXIST", "ESPIPE ESPIPE", "EINVAL EINVAL", "0", "ENOENT"]);
});

test("two writers are anonymous to the reader, and SIGPIPE ends the writer whose reader has left", () => {
  const lines = linesOf(function* (): Steps {
    yield* c.mkfifo(path);
    const reader = yield* c.open(path, r.O_RDONLY | r.O_NONBLOCK);
    if ((yield* r.fork()) === 0) {
      yield* r.close(reader);
      const fd = yield* c.open(path, r.O_WRONLY);
      yield* r.write(fd, "a");
      for (;;) yield* r.write(fd, new Uint8Array(4096));
    }
    const writer = yield* c.open(path, r.O_WRONLY);
    yield* r.write(writer, "b");
    yield* r.close(writer);
    yield* r.fcntl(reader, r.F_SETFL, 0);
    yield* r.read(reader, 2);
    yield* r.close(reader);
    yield* r.print((yield* r.wait()).termSignal);
  });
  assert.deepEqual(lines, ["SIGPIPE"]);
});
