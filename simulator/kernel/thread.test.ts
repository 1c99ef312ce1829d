import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../../schema/call.ts";
import * as p from "../index.ts";
import { simulate } from "../simulate.ts";
import { errnoOf, linesOf, run, seeds } from "../testing.ts";
import { clockDriver } from "../drivers/clock.ts";
import { randomDriver } from "../drivers/random.ts";
import { replayDriver } from "../drivers/replay.ts";
import { roundRobin } from "../scheduling/round-robin.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;

test("threads share pid and descriptors; each has its own number and role; join gives what a thread returned", () => {
  const { output, trace } = run(function* (): Steps {
    const [readEnd, writeEnd] = yield* r.pipe();
    const me = yield* r.getpid();
    const thread = yield* p.pthread_create(function* () {
      yield* r.write(writeEnd, "from the thread");
      yield* r.close(writeEnd);
      return [(yield* r.getpid()) === me, (yield* p.pthread_self()) === (yield* p.gettid())];
    });
    yield* r.print(r.text(yield* r.read(readEnd, 64)), (yield* r.read(readEnd, 64)).length);
    yield* r.print(String(yield* p.pthread_join(thread)), yield* errnoOf(r.close(writeEnd)));
    yield* r.print(yield* errnoOf(p.pthread_join(thread)));
  });
  assert.equal(output, "from the thread 0\ntrue,true EBADF\nESRCH\n");
  assert.deepEqual(
    trace.events.filter(({ kind }) => kind === "start").map((event) => (event.kind === "start" ? event.role : "")),
    ["main", "main/1"],
  );
});

test("joining oneself, each other or a detached thread is an error", () => {
  const lines = linesOf(function* (): Steps {
    const main = yield* p.pthread_self();
    yield* r.print(yield* errnoOf(p.pthread_join(main)), yield* errnoOf(p.pthread_join(9_999)));
    const mutual = yield* p.pthread_create(() => errnoOf(p.pthread_join(main)));
    yield* r.print(String(yield* p.pthread_join(mutual)));
    const detached = yield* p.pthread_create(function* () {
      yield* p.nanosleep(1, 0);
    });
    yield* p.pthread_detach(detached);
    yield* r.print(yield* errnoOf(p.pthread_join(detached)), yield* errnoOf(p.pthread_detach(detached)));
    yield* r.print(yield* errnoOf(p.pthread_detach(9_999)), yield* errnoOf(p.pthread_kill(9_999, "SIGTERM")));
  });
  assert.deepEqual(lines, ["EDEADLK ESRCH", "EDEADLK", "EINVAL EINVAL", "ESRCH ESRCH"]);
});

test("exit by any thread ends all, blocked or not, with its status", () => {
  for (const seed of seeds) {
    const lines = linesOf(
      function* (): Steps {
        if ((yield* r.fork()) === 0) {
          yield* p.pthread_create(function* () {
            yield* p.pause();
          });
          yield* p.pthread_create(() => r.exit(7)[Symbol.iterator]());
          for (;;) yield* r.getpid();
        }
        yield* r.print((yield* r.wait()).exitStatus);
      },
      { seed },
    );
    assert.deepEqual(lines, ["7"], `seed ${seed}`);
  }
});

test("the first thread may end before the others: a zombie until the last one has, then exit status 0", () => {
  const lines = linesOf(function* (): Steps {
    const child = yield* r.fork();
    if (child === 0) {
      yield* p.pthread_create(function* () {
        yield* p.nanosleep(1, 0);
        yield* r.print("last thread");
      });
      yield* p.pthread_exit();
    }
    yield* p.nanosleep(0, 500e6);
    yield* r.print((yield* r.waitpid(child, r.WNOHANG)) === null);
    yield* r.print((yield* r.wait()).exitStatus);
  });
  assert.deepEqual(lines, ["true", "last thread", "0"]);
});

test("a deadly signal to one thread ends the process; a stop stops all of it", () => {
  const { output, trace } = run(function* (): Steps {
    const child = yield* r.fork();
    if (child === 0) {
      const thread = yield* p.pthread_create(function* () {
        for (;;) yield* p.pause();
      });
      yield* p.nanosleep(1, 0);
      yield* p.pthread_kill(thread, "SIGTERM");
      for (;;) yield* p.pause();
    }
    yield* p.nanosleep(0, 500e6);
    yield* r.kill(child, "SIGSTOP");
    yield* r.print((yield* r.waitpid(child, r.WUNTRACED))?.stopSignal);
    yield* r.kill(child, "SIGCONT");
    yield* r.print((yield* r.wait()).termSignal);
  });
  assert.equal(output, "SIGSTOP\nSIGTERM\n");
  assert.equal(trace.events.filter((event) => event.kind === "signal" && event.action === "stop").length, 2);
});

const who = function* (): Steps {
  const tell: p.SignalAction = {
    *handler() {
      yield* r.print((yield* p.gettid()) === (yield* r.getpid()) ? "first" : "second");
    },
  };
  yield* p.sigaction("SIGUSR1", tell);
  const thread = yield* p.pthread_create(function* () {
    yield* errnoOf(p.pause());
  });
  yield* r.kill(yield* r.getpid(), "SIGUSR1");
  yield* errnoOf(p.pthread_kill(thread, "SIGUSR1"));
  yield* p.pthread_join(thread);
};

test("a signal to the process goes to its first thread on Linux; POSIX permits any thread that does not block it", () => {
  const outputs = (permitted: boolean) =>
    new Set(seeds.map((seed) => simulate(who, { driver: randomDriver(seed, { permitted }) }).output.split("\n")[0]));
  assert.deepEqual(outputs(false), new Set(["first"]));
  assert.deepEqual(outputs(true), new Set(["first", "second"]));
});

test("a signal that the first thread blocks goes to another one", () => {
  const lines = linesOf(function* (): Steps {
    const thread = yield* p.pthread_create(function* () {
      return yield* p.sigwait(["SIGUSR1"]);
    });
    yield* p.sigprocmask(p.SIG_BLOCK, ["SIGUSR1"]);
    yield* p.nanosleep(0, 1e6);
    yield* r.kill(yield* r.getpid(), "SIGUSR1");
    yield* r.print(String(yield* p.pthread_join(thread)));
  });
  assert.deepEqual(lines, ["SIGUSR1"]);
});

test("fork in a thread clones only that thread", () => {
  const lines = linesOf(function* (): Steps {
    const [readEnd, writeEnd] = yield* r.pipe();
    const thread = yield* p.pthread_create(function* () {
      yield* r.write(writeEnd, "x");
      const child = yield* r.fork();
      yield* r.print(child === 0 ? "child" : "parent", (yield* r.getpid()) === (yield* p.gettid()));
      if (child !== 0) yield* r.wait();
    });
    yield* r.read(readEnd, 1);
    yield* p.pthread_join(thread);
    yield* r.print("main");
  });
  assert.deepEqual(lines, ["child true", "parent false", "main"]);
});

test("exec ends the other threads first; the process keeps its pid, whichever thread calls", () => {
  for (const seed of seeds) {
    for (const byThread of [false, true]) {
      const lines = linesOf(
        function* (): Steps {
          const pid = yield* r.getpid();
          const other = function* (): Steps {
            yield* r.print("new", (yield* r.getpid()) === pid, (yield* p.gettid()) === pid);
          };
          const thread = yield* p.pthread_create(function* () {
            if (byThread) yield* p.exec(other);
            yield* p.pause();
          });
          yield* p.pthread_create(function* () {
            for (;;) yield* r.getpid();
          });
          if (byThread) yield* p.pthread_join(thread);
          yield* p.exec(other);
        },
        { seed },
      );
      assert.deepEqual(lines, ["new true true"], `seed ${seed}`);
    }
  }
});

test("too many threads are EAGAIN", () => {
  const { output } = run(function* (): Steps {
    const thread = function* (): Steps {
      yield* p.pause();
    };
    while ((yield* errnoOf(p.pthread_create(thread))) === "no error");
    yield* r.print("EAGAIN");
    yield* r.exit(0);
  });
  assert.equal(output, "EAGAIN\n");
});

test("several CPUs run threads side by side: each makes at most one step in a tick", () => {
  const program = function* (): Steps {
    const threads: number[] = [];
    for (let thread = 0; thread < 3; thread += 1) {
      threads.push(
        yield* p.pthread_create(function* () {
          yield* p.compute(20);
        }),
      );
    }
    for (const thread of threads) yield* p.pthread_join(thread);
  };
  const last = (cpus: number) =>
    run(program, { driver: clockDriver(roundRobin({ quantum: 4 }), { cpus }) }).trace.events.at(-1)?.at ?? 0;
  assert.ok(last(1) > 60);
  assert.ok(last(4) < 40, String(last(4)));
  for (const seed of seeds) {
    const made = run(program, { driver: randomDriver(seed, { cpus: 3 }) });
    assert.deepEqual(simulate(program, { driver: replayDriver(made.schedule, { cpus: 3 }) }), made);
  }
});
