/* oxlint-disable require-yield -- a handler or a program that asks for nothing is one too */
/** Handlers on handlers, and stops in the middle: what the same programs in C print on Linux 6.18 (glibc), line by line. */
import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../../schema/call.ts";
import * as p from "../index.ts";
import { errnoOf, linesOf } from "../testing.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;

/** What a program notes, in one line. */
const noted = (program: (note: (...words: unknown[]) => void) => Steps) =>
  linesOf(function* (): Steps {
    const notes: string[] = [];
    yield* program((...words) => void notes.push(words.join(" ")));
    yield* r.print(notes.join("|"));
  }).at(-1);

const on = (signal: p.Signal, handler: p.SignalHandler, flags = 0, mask: readonly p.Signal[] = []) =>
  p.sigaction(signal, { handler, flags, mask });
const both = ["SIGUSR1", "SIGUSR2"] as const;

test("a handler may be interrupted by another signal, unless its mask holds that back", () => {
  for (const [mask, expected] of [
    [[], "one in|two|one out"],
    [["SIGUSR2"], "one in|one out|two"],
  ] as const) {
    const line = noted(function* (note) {
      yield* on("SIGUSR2", function* () {
        note("two");
      });
      const one = function* (): Steps {
        note("one in");
        yield* p.raise("SIGUSR2");
        note("one out");
      };
      yield* on("SIGUSR1", one, 0, mask);
      yield* p.raise("SIGUSR1");
    });
    assert.equal(line, expected);
  }
});

test("a handler's own signal waits until it is over, with SA_NODEFER it does not", () => {
  for (const [flags, expected] of [
    [0, "in 1|out 1|in 1|out 1|in 1|out 1"],
    [p.SA_NODEFER, "in 1|in 2|in 3|out 3|out 2|out 1"],
  ] as const) {
    const line = noted(function* (note) {
      let depth = 0;
      let count = 0;
      const self = function* (): Steps {
        depth += 1;
        const own = depth;
        note("in", own);
        count += 1;
        if (count < 3) yield* p.raise("SIGUSR1");
        note("out", own);
        depth -= 1;
      };
      yield* on("SIGUSR1", self, flags);
      yield* p.raise("SIGUSR1");
    });
    assert.equal(line, expected);
  }
});

test("of two that come at once, the handler of the second runs on top of the first's, unless a mask holds it back", () => {
  for (const [order, mask, expected] of [
    [["SIGUSR1", "SIGUSR2"], [], "SIGUSR2|SIGUSR1"],
    [["SIGUSR2", "SIGUSR1"], [], "SIGUSR2|SIGUSR1"],
    [["SIGUSR1", "SIGUSR2"], ["SIGUSR2"], "SIGUSR1|SIGUSR2"],
  ] as const) {
    const line = noted(function* (note) {
      const say: p.SignalHandler = function* (signal) {
        // A handler in C begins to run when no other signal is due; here, at its first call.
        yield* r.getpid();
        note(signal);
      };
      yield* on("SIGUSR1", say, 0, mask);
      yield* on("SIGUSR2", say);
      yield* p.sigprocmask(p.SIG_BLOCK, both);
      for (const signal of order) yield* p.raise(signal);
      yield* p.sigprocmask(p.SIG_UNBLOCK, both);
    });
    assert.equal(line, expected);
  }
});

test("what a handler blocks is blocked until it is over", () => {
  const line = noted(function* (note) {
    yield* on("SIGUSR2", function* () {
      note("two");
    });
    yield* on("SIGUSR1", function* () {
      yield* p.sigprocmask(p.SIG_BLOCK, ["SIGUSR2"]);
      yield* p.raise("SIGUSR2");
      note("blocked");
    });
    yield* p.raise("SIGUSR1");
    note("mask", (yield* p.sigprocmask(p.SIG_BLOCK, [])).length);
  });
  assert.equal(line, "blocked|two|mask 0");
});

test("sigsuspend waits with its mask, and gives the other one back", () => {
  const line = noted(function* (note) {
    const say: p.SignalHandler = function* (signal) {
      note(signal);
    };
    yield* on("SIGUSR1", say);
    yield* on("SIGUSR2", say);
    yield* p.sigprocmask(p.SIG_BLOCK, both);
    yield* p.raise("SIGUSR1");
    yield* p.raise("SIGUSR2");
    note("suspend", yield* errnoOf(p.sigsuspend(["SIGUSR2"])));
    note("suspend", yield* errnoOf(p.sigsuspend([])));
    note("mask", (yield* p.sigprocmask(p.SIG_SETMASK, [])).join());
  });
  assert.equal(line, "SIGUSR1|suspend EINTR|SIGUSR2|suspend EINTR|mask SIGUSR1,SIGUSR2");
});

/** A handler of SIGUSR1 that reads, interrupted by one of SIGUSR2, and then told a byte; around it waits `wait`. */
const readInHandler = (flags: readonly [one: number, two: number], wait: (fd: number) => r.Call) =>
  noted(function* (note) {
    const [readEnd, writeEnd] = yield* r.pipe();
    const readIn = function* (): Steps {
      note("reading");
      try {
        note("read", (yield* r.read(readEnd, 1)).length);
      } catch (error) {
        note("read", (error as { code: string }).code);
      }
    };
    yield* on("SIGUSR1", readIn, flags[0]);
    yield* on(
      "SIGUSR2",
      function* () {
        note("two");
      },
      flags[1],
    );
    const main = yield* r.getpid();
    if ((yield* r.fork()) === 0) {
      yield* p.nanosleep(0, 1e8);
      yield* r.kill(main, "SIGUSR1");
      yield* p.nanosleep(0, 1e8);
      yield* r.kill(main, "SIGUSR2");
      yield* p.nanosleep(0, 1e8);
      yield* r.write(writeEnd, "x");
      yield* r.exit(0);
    }
    note("main", yield* errnoOf(wait(readEnd)));
    yield* r.wait();
  });

test("a call in a handler is interrupted as any other: by its interrupter's flags, whatever the handler's own are", () => {
  assert.equal(
    readInHandler([0, p.SA_RESTART], () => p.nanosleep(1, 0)),
    "reading|two|read 1|main EINTR",
  );
  assert.equal(
    readInHandler([p.SA_RESTART, 0], (fd) => r.read(fd, 1)),
    "reading|two|read EINTR|main no error",
  );
});

/** How long a child sleeps that asks for `ms`, and that is stopped after 100 ms for `stopped` ms. */
function sleepWhileStopped(ms: number, stopped: number): number {
  const { trace } = p.simulate(function* (): Steps {
    const child = yield* r.fork();
    if (child === 0) {
      yield* p.nanosleep(0, ms * 1e6);
      yield* r.exit(0);
    }
    yield* p.nanosleep(0, 1e8);
    yield* r.kill(child, "SIGSTOP");
    yield* p.nanosleep(0, stopped * 1e6);
    yield* r.kill(child, "SIGCONT");
    yield* r.wait();
  });
  const times = trace.events.filter((event) => event.pid === 101 && "call" in event && event.call === "nanosleep");
  return Math.round(((times.at(-1)?.at ?? NaN) - (times[0]?.at ?? NaN)) / 50) * 50;
}

test("time goes on for a sleeper that is stopped: it sleeps as long as it asked, or until it goes on", () => {
  assert.equal(sleepWhileStopped(500, 200), 500);
  assert.equal(sleepWhileStopped(300, 500), 600);
});
