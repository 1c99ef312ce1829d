import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../../schema/call.ts";
import * as p from "../index.ts";
import { errnoOf, linesOf, run } from "../testing.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;

test("exec goes on as another program with its arguments, the same pid and parent", () => {
  const lines = linesOf(function* (): Steps {
    const child = yield* r.fork();
    if (child === 0) {
      yield* p.exec(
        function* (...words: string[]) {
          yield* r.print(words.join(" "), yield* r.getpid());
          yield* r.exit(words.length);
        },
        ["echo", "hello"],
      );
      yield* r.print("not reached");
    }
    yield* r.print((yield* r.wait()).exitStatus, child);
  });
  assert.deepEqual(lines, ["echo hello 101", "2 101"]);
});

test("descriptors with FD_CLOEXEC close, others stay open", () => {
  const lines = linesOf(function* (): Steps {
    const [readEnd, writeEnd] = yield* r.pipe2(r.O_CLOEXEC);
    const kept = yield* r.fcntl(writeEnd, r.F_DUPFD, 0);
    if ((yield* r.fork()) === 0) {
      yield* p.exec(function* () {
        yield* r.print(yield* errnoOf(r.close(readEnd)), yield* errnoOf(r.close(writeEnd)));
        yield* r.write(kept, "kept");
      });
    }
    yield* r.wait();
    yield* r.print(r.text(yield* r.read(readEnd, 9)));
  });
  assert.deepEqual(lines, ["EBADF EBADF", "kept"]);
});

test("a program that was started by exec can fork, and exec again", () => {
  const again = (depth: string): p.ProgramWithArguments =>
    function* () {
      if ((yield* r.fork()) === 0) yield* r.exit(0);
      yield* r.wait();
      yield* r.print(depth);
      if (depth.length < 3) yield* p.exec(again(`${depth}x`));
    };
  assert.deepEqual(
    linesOf(function* (): Steps {
      yield* p.exec(again("x"));
    }),
    ["x", "xx", "xxx"],
  );
});

test("arguments that are too long are E2BIG; what is no program is refused", () => {
  const { output } = run(function* (): Steps {
    yield* r.print(yield* errnoOf(p.exec(function* () {}, ["x".repeat(200_000)])));
    yield* r.print(yield* errnoOf(p.exec("/bin/sh" as never)));
  });
  assert.equal(output, 'E2BIG\nTypeError: exec: program must be a program (a function*), not "/bin/sh"\n');
});
