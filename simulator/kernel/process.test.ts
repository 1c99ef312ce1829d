import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../../schema/call.ts";
import { foldTree } from "../folds/tree.ts";
import { errnoOf, linesOf, run, seeds } from "../testing.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;

test("fork returns twice, and each process has its own variables", () => {
  for (const seed of seeds) {
    const lines = linesOf(
      function* (): Steps {
        let count = 1;
        const pid = yield* r.fork();
        count += pid === 0 ? 10 : 100;
        if (pid > 0) yield* r.wait();
        yield* r.print(pid, count, yield* r.getpid(), yield* r.getppid());
      },
      { seed },
    );
    assert.deepEqual(lines, ["0 11 101 100", "101 101 100 1"]);
  }
});

test("forks nest: what happened before each is there in every child, failed calls too", () => {
  const program = function* (): Steps {
    let [depth, trail] = [0, yield* errnoOf(r.close(99))];
    while (depth < 3 && (yield* r.fork()) === 0) trail += ` d${(depth += 1)}`;
    let sum = 0;
    while ((yield* errnoOf(r.waitpid(-1, r.WNOHANG))) !== "ECHILD") sum += (yield* r.wait()).exitStatus ?? 0;
    yield* r.print(depth, trail, sum);
    yield* r.exit(depth + sum);
  };
  const made = run(program);
  assert.ok(made.output.startsWith("3 EBADF d1 d2 d3 0\n"));
  assert.equal(made.output.split("\n").length, 5);
  assert.equal(foldTree(made.trace)?.children[0]?.children[0]?.children[0]?.role, "main.1.1.1");
});

test("a process that has ended is a zombie until its parent waits", () => {
  const { trace, output } = run(function* (): Steps {
    const child = yield* r.fork();
    if (child === 0) yield* r.exit(300);
    yield* r.poll([], 50);
    yield* r.kill(child, "SIGTERM");
    const { pid, status, exitStatus } = yield* r.wait();
    yield* r.print(pid === child, status, exitStatus);
    yield* r.print(yield* errnoOf(r.kill(child, "SIGTERM")), yield* errnoOf(r.wait()));
  });
  assert.equal(output, "true 11264 44\nESRCH ECHILD\n");
  const kinds = trace.events
    .filter(({ kind }) => kind === "exit" || kind === "reap")
    .map(({ kind, pid }) => `${kind} ${pid}`);
  assert.deepEqual(kinds, ["exit 101", "reap 100", "exit 100"]);
});

test("of several ended children, wait takes the one that was born first", () => {
  const lines = linesOf(function* (): Steps {
    for (const delay of [20, 0]) {
      if ((yield* r.fork()) !== 0) continue;
      yield* r.poll([], delay);
      yield* r.exit(delay);
    }
    yield* r.poll([], 100);
    yield* r.print((yield* r.wait()).exitStatus, (yield* r.wait()).exitStatus);
  });
  assert.deepEqual(lines, ["20 0"]);
});

test("waitpid waits for the child that it names, and with WNOHANG for none", () => {
  const lines = linesOf(function* (): Steps {
    const slow = yield* r.fork();
    if (slow === 0) {
      yield* r.poll([], 50);
      yield* r.exit(1);
    }
    if ((yield* r.fork()) === 0) yield* r.exit(2);
    yield* r.print((yield* r.waitpid(slow, r.WNOHANG)) === null);
    yield* r.print((yield* r.waitpid(slow))?.exitStatus, (yield* r.waitpid(-1))?.exitStatus);
    yield* r.print(yield* errnoOf(r.waitpid(slow)), yield* errnoOf(r.waitpid(1)), yield* errnoOf(r.waitpid(-1, 64)));
  });
  assert.deepEqual(lines, ["true", "1 2", "ECHILD ECHILD EINVAL"]);
});

test("an orphan is given to init, which reaps it", () => {
  const { output, trace } = run(function* (): Steps {
    if ((yield* r.fork()) === 0) {
      if ((yield* r.fork()) === 0) {
        yield* r.poll([], 50);
        yield* r.print("my parent is", yield* r.getppid());
        yield* r.exit(0);
      }
      yield* r.exit(0);
    }
    yield* r.poll([], 100);
    yield* r.wait();
    yield* r.print(yield* errnoOf(r.wait()));
  });
  assert.equal(output, "my parent is 1\nECHILD\n");
  assert.ok(trace.events.some((event) => event.kind === "reap" && event.pid === 1 && event.child === 102));
});

test("who ignores SIGCHLD has no zombies and waits until no child is left", () => {
  const lines = linesOf(function* (): Steps {
    yield* r.sigaction("SIGCHLD", "SIG_IGN");
    for (const delay of [10, 20]) {
      if ((yield* r.fork()) !== 0) continue;
      yield* r.poll([], delay);
      yield* r.print("child ends");
      yield* r.exit(0);
    }
    yield* r.print(yield* errnoOf(r.wait()));
  });
  assert.deepEqual(lines, ["child ends", "child ends", "ECHILD"]);
});

test("one process more than 1024 is EAGAIN", () => {
  const { output, ending } = run(function* (): Steps {
    while ((yield* errnoOf(r.fork())) === "no error");
    yield* r.print("EAGAIN");
    yield* r.kill(0, "SIGKILL");
  });
  assert.deepEqual([output, ending], ["EAGAIN\n", "ended"]);
});
