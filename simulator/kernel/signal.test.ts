import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../../schema/call.ts";
import { errnoOf, linesOf, run, seeds } from "../testing.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;

/** A child that blocks for ever, and how it ended after `signals`. */
const endOf = (...signals: readonly r.SignalName[]) =>
  linesOf(function* (): Steps {
    const [readEnd] = yield* r.pipe();
    const child = yield* r.fork();
    if (child === 0) yield* r.read(readEnd, 1);
    yield* r.poll([], 20);
    for (const signal of signals) yield* r.kill(child, signal);
    yield* r.print((yield* r.wait()).termSignal);
  })[0];

test("most signals end a process, even one that is blocked", () => {
  for (const signal of ["SIGHUP", "SIGTERM", "SIGKILL", "SIGUSR1"] as const) assert.equal(endOf(signal), signal);
});

test("signals that are ignored by default change nothing", () => {
  assert.equal(endOf("SIGCHLD", "SIGURG", "SIGWINCH", "SIGCONT", "SIGTERM"), "SIGTERM");
});

// Observed on Linux 6.18.
test("the first signal that ends a process decides, before stops and later ones", () => {
  assert.equal(endOf("SIGTERM", "SIGKILL"), "SIGTERM");
  assert.equal(endOf("SIGTERM", "SIGHUP"), "SIGTERM");
  assert.equal(endOf("SIGTSTP", "SIGTERM"), "SIGTERM");
});

test("a stopped process does nothing until SIGCONT, and what came meanwhile is acted on by number", () => {
  const lines = (...signals: readonly r.SignalName[]) =>
    linesOf(function* (): Steps {
      const child = yield* r.fork();
      if (child === 0) for (;;) yield* r.getpid();
      yield* r.kill(child, "SIGSTOP");
      yield* r.poll([], 50);
      for (const signal of signals) yield* r.kill(child, signal);
      yield* r.print((yield* r.wait()).termSignal);
    });
  assert.deepEqual(lines("SIGTERM", "SIGHUP", "SIGCONT"), ["SIGHUP"]);
  assert.deepEqual(lines("SIGTERM", "SIGKILL"), ["SIGKILL"]);
});

test("a process stopped in a call goes on with it after SIGCONT", () => {
  const lines = linesOf(function* (): Steps {
    const [readEnd, writeEnd] = yield* r.pipe();
    const child = yield* r.fork();
    if (child === 0) {
      yield* r.print(r.text(yield* r.read(readEnd, 10)));
      yield* r.exit(0);
    }
    yield* r.poll([], 20);
    yield* r.kill(child, "SIGSTOP");
    yield* r.poll([], 20);
    yield* r.write(writeEnd, "data");
    yield* r.print("still stopped");
    yield* r.kill(child, "SIGCONT");
    yield* r.wait();
  });
  assert.deepEqual(lines, ["still stopped", "data"]);
});

test("if everything is stopped, the run says who waits for SIGCONT", () => {
  const { ending, blocked } = run(function* (): Steps {
    yield* r.kill(yield* r.getpid(), "SIGSTOP");
    yield* r.print("not reached");
  });
  assert.equal(ending, "deadlock");
  assert.deepEqual(
    blocked.map(({ role, on, why }) => [role, on, why]),
    [["main", "SIGCONT", "it is stopped"]],
  );
});

test("a signal to oneself is acted on before kill returns", () => {
  const made = run(function* (): Steps {
    yield* r.kill(yield* r.getpid(), "SIGTERM");
    yield* r.print("not reached");
  });
  assert.deepEqual([made.ending, made.output], ["ended", ""]);
});

test("an ignored signal stays ignored in children; SIGKILL and SIGSTOP cannot be ignored", () => {
  const lines = linesOf(function* (): Steps {
    yield* r.print(
      yield* errnoOf(r.sigaction("SIGKILL", "SIG_IGN")),
      yield* errnoOf(r.sigaction("SIGSTOP", "SIG_DFL")),
    );
    yield* r.sigaction("SIGTERM", "SIG_IGN");
    if ((yield* r.fork()) === 0) {
      yield* r.kill(yield* r.getpid(), "SIGTERM");
      yield* r.exit(7);
    }
    yield* r.print((yield* r.wait()).exitStatus);
  });
  assert.deepEqual(lines, ["EINVAL EINVAL", "7"]);
});

test("kill(-1) reaches everybody but the sender and init, kill(0) the sender too", () => {
  const program = (target: number) =>
    function* (): Steps {
      for (let child = 0; child < 2; child += 1) {
        if ((yield* r.fork()) === 0) yield* r.poll([], -1);
      }
      yield* r.kill(1, "SIGKILL");
      yield* r.kill(target, "SIGTERM");
      yield* r.print((yield* r.wait()).termSignal, (yield* r.wait()).termSignal);
    };
  assert.equal(run(program(-1)).output, "SIGTERM SIGTERM\n");
  assert.deepEqual([run(program(0)).output, run(program(0)).ending], ["", "ended"]);
});

test("a reader that dies after it was chosen does not take the wake-up with it", () => {
  for (const seed of seeds) {
    const { ending } = run(
      function* (): Steps {
        const [readEnd, writeEnd] = yield* r.pipe();
        const children: number[] = [];
        for (let child = 0; child < 2; child += 1) {
          const pid = yield* r.fork();
          if (pid === 0) {
            yield* r.read(readEnd, 1);
            yield* r.exit(0);
          }
          children.push(pid);
        }
        yield* r.write(writeEnd, "ab");
        yield* r.kill(children[0] ?? 0, "SIGKILL");
        yield* r.wait();
        yield* r.wait();
      },
      { seed },
    );
    assert.equal(ending, "ended", `seed ${seed}`);
  }
});
