import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../../schema/call.ts";
import { errnoOf, linesOf } from "../testing.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;

test("descriptors are the lowest that are free", () => {
  const lines = linesOf(function* (): Steps {
    const first = yield* r.pipe();
    yield* r.close(first[0]);
    const second = yield* r.pipe();
    yield* r.print(...first, ...second, yield* r.fcntl(4, r.F_DUPFD, 10));
  });
  assert.deepEqual(lines, ["3 4 3 5 10"]);
});

test("the wrong end, a closed and a negative descriptor are EBADF", () => {
  const lines = linesOf(function* (): Steps {
    const [readEnd, writeEnd] = yield* r.pipe();
    yield* r.print(yield* errnoOf(r.read(writeEnd, 1)), yield* errnoOf(r.write(readEnd, "x")));
    yield* r.print(yield* errnoOf(r.read(writeEnd, 0)), yield* errnoOf(r.write(readEnd, "")));
    yield* r.close(readEnd);
    const calls = [
      r.read(readEnd, 1),
      r.close(readEnd),
      r.close(-1),
      r.dup2(readEnd, 9),
      r.dup2(1, -1),
      r.dup2(1, 1_024),
    ];
    for (const call of calls) yield* r.print(yield* errnoOf(call));
    yield* r.print(yield* errnoOf(r.fcntl(77, r.F_GETFL)), yield* errnoOf(r.fcntl(0, r.F_GETPIPE_SZ)));
  });
  assert.deepEqual(new Set(lines.flatMap((line) => line.split(" "))), new Set(["EBADF"]));
});

test("standard input is at its end, and what is written to 1 and 2 is shown", () => {
  const lines = linesOf(function* (): Steps {
    yield* r.print((yield* r.read(0, 10)).length);
    yield* r.write(2, "error\n");
    yield* r.print(yield* errnoOf(r.write(0, "x")), yield* errnoOf(r.read(1, 1)));
  });
  assert.deepEqual(lines, ["0", "error", "EBADF EBADF"]);
});

test("dup2 leads print into a pipe, as a shell's | does", () => {
  const lines = linesOf(function* (): Steps {
    const [readEnd, writeEnd] = yield* r.pipe();
    if ((yield* r.fork()) === 0) {
      yield* r.dup2(writeEnd, 1);
      yield* r.print("through the pipe");
      yield* r.exit(0);
    }
    yield* r.print("got", r.text(yield* r.read(readEnd, 100)).trim());
  });
  assert.deepEqual(lines, ["got through the pipe"]);
});

test("dup2 onto itself changes nothing; onto another it closes that first", () => {
  const lines = linesOf(function* (): Steps {
    const [readEnd, writeEnd] = yield* r.pipe2(r.O_CLOEXEC);
    yield* r.dup2(writeEnd, writeEnd);
    yield* r.print(yield* r.fcntl(writeEnd, r.F_GETFD));
    yield* r.dup2(0, writeEnd);
    yield* r.print(yield* r.fcntl(writeEnd, r.F_GETFD), (yield* r.read(readEnd, 1)).length);
  });
  assert.deepEqual(lines, ["1", "0 0"]);
});

test("status flags belong to the open file, which copies share; FD_CLOEXEC to the descriptor", () => {
  const lines = linesOf(function* (): Steps {
    const [readEnd] = yield* r.pipe();
    yield* r.dup2(readEnd, 9);
    yield* r.fcntl(9, r.F_SETFL, r.O_NONBLOCK);
    yield* r.fcntl(9, r.F_SETFD, r.FD_CLOEXEC);
    yield* r.print(
      yield* r.fcntl(readEnd, r.F_GETFL),
      yield* r.fcntl(readEnd, r.F_GETFD),
      yield* r.fcntl(9, r.F_GETFD),
    );
    if ((yield* r.fork()) === 0) {
      yield* r.fcntl(9, r.F_SETFL, 0);
      yield* r.exit(0);
    }
    yield* r.wait();
    yield* r.print(yield* r.fcntl(readEnd, r.F_GETFL));
  });
  assert.deepEqual(lines, ["2048 0 1", "0"]);
});

test("flags of pipe2 are those that fcntl gives back", () => {
  const lines = linesOf(function* (): Steps {
    const [readEnd, writeEnd] = yield* r.pipe2(r.O_DIRECT | r.O_NONBLOCK);
    yield* r.print(yield* r.fcntl(readEnd, r.F_GETFL), yield* r.fcntl(writeEnd, r.F_GETFL));
    yield* r.print(yield* errnoOf(r.pipe2(1)), yield* errnoOf(r.fcntl(readEnd, 999)));
  });
  assert.deepEqual(lines, [`${r.O_NONBLOCK} ${r.O_NONBLOCK | r.O_DIRECT | r.O_WRONLY}`, "EINVAL EINVAL"]);
});

test("the 1025th descriptor is EMFILE, and a pipe that does not fit leaves nothing behind", () => {
  const lines = linesOf(function* (): Steps {
    for (let pipes = 0; pipes < 510; pipes += 1) yield* r.pipe();
    yield* r.print(yield* errnoOf(r.pipe()), yield* errnoOf(r.fcntl(0, r.F_DUPFD, 0)));
  });
  assert.deepEqual(lines, ["EMFILE no error"]);
});
