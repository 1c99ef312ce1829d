import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../schema/call.ts";
import { findRun, simulate } from "./simulate.ts";
import { errnoOf, linesOf, run } from "./testing.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;

test("a program that ends without exit has exit status 0", () => {
  const { trace } = run(function* (): Steps {
    yield* r.getpid();
  });
  assert.deepEqual(
    trace.events.filter((event) => event.kind === "exit").map(({ exitStatus }) => exitStatus),
    [0],
  );
});

test("an error of a call that nobody catches is printed as perror would, and the exit status is 1", () => {
  const made = run(function* (): Steps {
    yield* r.read(99, 1);
  });
  assert.equal(made.output, "Error: read: Bad file descriptor\n");
  assert.ok(made.trace.events.some((event) => event.kind === "exit" && event.exitStatus === 1));
});

test("an error of the program itself is printed with its kind, in the child where it happens", () => {
  const lines = linesOf(function* (): Steps {
    if ((yield* r.fork()) === 0) throw new TypeError("no such thing");
    yield* r.print((yield* r.wait()).exitStatus);
  });
  assert.deepEqual(lines, ["TypeError: no such thing", "1"]);
});

test("an error with nowhere to be printed is an exit status all the same", () => {
  const lines = linesOf(function* (): Steps {
    if ((yield* r.fork()) === 0) {
      yield* r.close(2);
      throw new Error("unheard");
    }
    yield* r.print((yield* r.wait()).exitStatus);
  });
  assert.deepEqual(lines, ["1"]);
});

test("an error carries code, errno and syscall, and belongs to the process that it happened in", () => {
  const lines = linesOf(function* (): Steps {
    let caught: unknown;
    try {
      yield* r.close(99);
    } catch (error) {
      caught = error;
    }
    if (!r.isSystemError(caught)) throw new Error("not a system error");
    yield* r.print(caught.code, caught.errno, caught.syscall, caught.message);
    if ((yield* r.fork()) === 0) {
      caught.message = "the child's own";
      yield* r.exit(0);
    }
    yield* r.wait();
    yield* r.print(caught.message);
  });
  assert.deepEqual(lines, ["EBADF 9 close close: Bad file descriptor", "close: Bad file descriptor"]);
});

test("what is no call, or has wrong arguments, is an error at the yield", () => {
  const lines = linesOf(function* (): Steps {
    const wrong = [
      42,
      null,
      { name: "launch", args: [] },
      r.read(3, -1),
      r.read("3" as never, 1),
      r.kill(1, "SIGFOO" as never),
    ];
    for (const value of wrong) {
      try {
        yield value as r.Call;
      } catch (error) {
        yield* r.print(String(error));
      }
    }
  });
  assert.deepEqual(
    lines.map((line) => line.replace(/ \(const.*\)/, "")),
    [
      "TypeError: a program yields system calls, but this one yielded 42",
      "TypeError: a program yields system calls, but this one yielded null",
      'TypeError: "launch" is no call of this kernel, or the module that brings it is not imported',
      "RangeError: read: count must be 0 or more, not -1",
      'TypeError: read: fd must be a whole number, not "3"',
      'TypeError: kill: signal must be the name of a signal, not "SIGFOO"',
    ],
  );
});

test("a program that is no generator says so", () => {
  assert.match(run((() => undefined) as never).output, /^TypeError/);
});

test("results are frozen, and bytes belong to the process that they were given to", () => {
  const lines = linesOf(function* (): Steps {
    const ends = yield* r.pipe();
    yield* r.print(Object.isFrozen(ends));
    const sent = r.bytes("abc");
    yield* r.write(ends[1], sent);
    sent[0] = 0;
    const got = yield* r.read(ends[0], 3);
    if ((yield* r.fork()) === 0) {
      got[0] = 0x7a;
      yield* r.exit(0);
    }
    yield* r.wait();
    yield* r.print(r.text(got));
  });
  assert.deepEqual(lines, ["true", "abc"]);
});

test("more than 100 000 replayed calls end the run, with the reason", () => {
  const { ending, limit, output } = run(function* (): Steps {
    for (let round = 0; ; round += 1) {
      for (let call = 0; call < 1_000; call += 1) yield* r.getpid();
      if ((yield* r.fork()) === 0) yield* r.exit(0);
      yield* r.wait();
      yield* r.print("round", round);
    }
  });
  assert.equal(ending, "limit");
  assert.match(limit ?? "", /^fork: building children by replay has taken more than 100000 calls/);
  assert.match(output, /round 12\n$/);
});

test("a program that asks for something else when it is run again is found out", () => {
  let times = 0;
  const impure = function* (): Steps {
    times += 1;
    if (times > 1) yield* r.getppid();
    else yield* r.getpid();
    yield* r.fork();
  };
  assert.throws(() => run(impure), /asked for getppid where it had asked for getpid; a program may depend on nothing/);
});

test("an error in a fork that was caught before it is caught in the child too", () => {
  const lines = linesOf(function* (): Steps {
    const before = yield* errnoOf(r.wait());
    const pid = yield* r.fork();
    if (pid > 0) yield* r.wait();
    yield* r.print(pid === 0 ? "child" : "parent", before);
  });
  assert.deepEqual(lines, ["child ECHILD", "parent ECHILD"]);
});

/** The line on which it is called. */
const lineHere = (): number =>
  Number(/machine\.test\.ts:(\d+)/.exec((new Error().stack ?? "").split("\n")[2] ?? "")?.[1]);

test("an error that nobody catches names the process, the call and the line of the program, through its own helpers too", () => {
  let line = 0;
  const helper = function* (fd: number): Steps {
    line = lineHere() + 1;
    yield* r.read(fd, 1);
  };
  const { errors, ending, trace } = run(function* (): Steps {
    if ((yield* r.fork()) === 0) yield* helper(99);
    yield* r.wait();
    throw new TypeError("of the program itself");
  });
  assert.deepEqual(
    errors.map(({ pid, call, message }) => [pid, call, message]),
    [
      [101, "read", "Error: read: Bad file descriptor"],
      [100, "wait", "TypeError: of the program itself"],
    ],
  );
  assert.equal(errors[0]?.place?.line, line);
  assert.equal(errors[1]?.place?.line, line + 5);
  assert.match(errors[0]?.place?.url ?? "", /machine\.test\.ts$/);
  assert.equal(ending, "ended");
  assert.ok(trace.events.length > 8);
});

test("the two usual slips are explained: yield for yield*, and a promise", () => {
  const { errors } = run(function* (): Steps {
    if ((yield* r.fork()) === 0) yield r.getpid()[Symbol.iterator]() as never;
    yield Promise.resolve(1) as never;
  });
  assert.deepEqual(errors.map(({ message }) => /; .*$/.exec(message)?.[0]).toSorted(), [
    "; a program cannot wait for promises",
    "; what is itself a generator needs yield*",
  ]);
});

test("a run that breaks is not lost: the error carries what happened until then", () => {
  let times = 0;
  const impure = function* (): Steps {
    times += 1;
    yield* r.print("first");
    if (times > 1) yield* r.getppid();
    else yield* r.getpid();
    yield* r.fork();
  };
  try {
    simulate(impure);
    assert.fail("the run should break");
  } catch (error) {
    const broken = findRun(error);
    assert.equal(broken?.output, "first\n");
    assert.equal(broken?.ending, "limit");
    assert.match(broken?.limit ?? "", /asked for getppid/);
  }
  assert.equal(findRun(new Error("another")), null);
});
