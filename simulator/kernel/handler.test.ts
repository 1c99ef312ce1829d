import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../../schema/call.ts";
import * as p from "../index.ts";
import { sigreturn } from "../../schema/calls/process.ts";
import { errnoOf, linesOf, run, seeds } from "../testing.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;

const say = (text: string): p.SignalAction => ({
  *handler() {
    yield* r.print(text);
  },
});

test("a handler runs on top of the program before kill returns, and sees the program's variables", () => {
  const lines = linesOf(function* (): Steps {
    let count = 0;
    yield* p.sigaction("SIGUSR1", {
      *handler(signal, { pid, code }) {
        count += 1;
        yield* r.print("got", signal, code, pid === (yield* r.getpid()));
      },
    });
    yield* r.kill(yield* r.getpid(), "SIGUSR1");
    yield* r.print("then", count);
  });
  assert.deepEqual(lines, ["got SIGUSR1 SI_USER true", "then 1"]);
});

test("a handler in a forked child sees the child's variables, in a grandchild the grandchild's", () => {
  const lines = linesOf(function* (): Steps {
    let count = 0;
    yield* p.sigaction("SIGUSR1", {
      // oxlint-disable-next-line require-yield
      *handler() {
        count += 1;
      },
    });
    for (let generation = 0; generation < 3; generation += 1) {
      yield* r.kill(yield* r.getpid(), "SIGUSR1");
      if ((yield* r.fork()) === 0) continue;
      yield* r.wait();
      break;
    }
    yield* r.print(count);
  });
  assert.deepEqual(lines, ["3", "3", "2", "1"]);
});

const interruptedRead = (flags: number) =>
  linesOf(function* (): Steps {
    const [readEnd, writeEnd] = yield* r.pipe();
    const parent = yield* r.getpid();
    yield* p.sigaction("SIGUSR1", { ...say("handler"), flags });
    if ((yield* r.fork()) === 0) {
      yield* p.nanosleep(0, 50e6);
      yield* r.kill(parent, "SIGUSR1");
      yield* p.nanosleep(0, 50e6);
      yield* r.write(writeEnd, "data");
      yield* r.exit(0);
    }
    try {
      yield* r.print("read", r.text(yield* r.read(readEnd, 10)));
    } catch (error) {
      yield* r.print((error as Error).message);
    }
    yield* r.wait();
  });

test("a handler interrupts a slow call (EINTR), which begins again with SA_RESTART", () => {
  assert.deepEqual(interruptedRead(0), ["handler", "read: Interrupted system call"]);
  assert.deepEqual(interruptedRead(p.SA_RESTART), ["handler", "read data"]);
});

test("poll, pause and nanosleep are EINTR even with SA_RESTART", () => {
  for (const call of [r.poll([], -1), p.pause(), p.nanosleep(9, 0)]) {
    const lines = linesOf(function* (): Steps {
      yield* p.sigaction("SIGALRM", { ...say("handler"), flags: p.SA_RESTART });
      yield* p.alarm(1);
      yield* r.print(yield* errnoOf(call));
    });
    assert.deepEqual(lines, ["handler", "EINTR"], call.name);
  }
});

test("a write that a handler interrupts says how much it has put", () => {
  const lines = linesOf(function* (): Steps {
    const [readEnd, writeEnd] = yield* r.pipe();
    yield* p.sigaction("SIGALRM", { ...say("handler"), flags: p.SA_RESTART });
    yield* p.alarm(1);
    yield* r.print(yield* r.write(writeEnd, new Uint8Array(100_000)));
    yield* r.close(readEnd);
  });
  assert.deepEqual(lines, ["handler", "65536"]);
});

// Compared with a C program on Linux 6.18.
test("while a handler runs its own signal waits, and those of its mask; SA_NODEFER lifts the first", () => {
  const lines = (flags: number) =>
    linesOf(function* (): Steps {
      const me = yield* r.getpid();
      let times = 0;
      yield* p.sigaction("SIGUSR2", say("second"));
      yield* p.sigaction("SIGUSR1", {
        *handler() {
          const time = (times += 1);
          yield* r.print("in", time);
          if (time === 1) {
            yield* r.kill(me, "SIGUSR2");
            yield* r.kill(me, "SIGUSR1");
          }
          yield* r.print("out", time);
        },
        mask: ["SIGUSR2"],
        flags,
      });
      yield* r.kill(me, "SIGUSR1");
    });
  assert.deepEqual(lines(0), ["in 1", "out 1", "in 2", "out 2", "second"]);
  assert.deepEqual(lines(p.SA_NODEFER), ["in 1", "in 2", "out 2", "out 1", "second"]);
});

test("SA_RESETHAND: the second signal does what it does by default", () => {
  const { output, kernel, trace } = run(function* (): Steps {
    yield* p.sigaction("SIGUSR1", { ...say("once"), flags: p.SA_RESETHAND });
    yield* p.raise("SIGUSR1");
    yield* p.raise("SIGUSR1");
  });
  assert.equal(output, "once\n");
  assert.ok(kernel.processes.every((process) => process === null));
  assert.ok(trace.events.some((event) => event.kind === "exit" && event.termSignal === "SIGUSR1"));
});

test("blocked signals wait; standard ones merge, real-time ones queue in order with their values", () => {
  const lines = linesOf(function* (): Steps {
    const me = yield* r.getpid();
    const tell: p.SignalAction = {
      *handler(signal, { value, code }) {
        yield* r.print(signal, value, code);
      },
    };
    for (const signal of ["SIGUSR1", "SIGRTMIN", "SIGRTMIN+1"] as const) yield* p.sigaction(signal, tell);
    yield* p.sigprocmask(p.SIG_BLOCK, ["SIGUSR1", "SIGRTMIN", "SIGRTMIN+1"]);
    yield* p.sigqueue(me, "SIGRTMIN+1", 1);
    for (const value of [2, 3]) yield* p.sigqueue(me, "SIGRTMIN", value);
    for (const value of [4, 5]) yield* p.sigqueue(me, "SIGUSR1", value);
    yield* r.print((yield* p.sigpending()).join(" "));
    const before = yield* p.sigprocmask(p.SIG_SETMASK, []);
    yield* r.print(before.join(" "));
  });
  // As a C program on Linux 6.18: all handlers are put on the stack before the topmost begins.
  assert.deepEqual(lines, [
    "SIGUSR1 SIGRTMIN SIGRTMIN+1",
    "SIGRTMIN+1 1 SI_QUEUE",
    "SIGRTMIN 2 SI_QUEUE",
    "SIGRTMIN 3 SI_QUEUE",
    "SIGUSR1 4 SI_QUEUE",
    "SIGUSR1 SIGRTMIN SIGRTMIN+1",
  ]);
});

test("sigwait takes a blocked signal without a handler, by number", () => {
  const lines = linesOf(function* (): Steps {
    yield* p.sigprocmask(p.SIG_BLOCK, ["SIGTERM", "SIGUSR1", "SIGCHLD"]);
    if ((yield* r.fork()) === 0) {
      yield* r.kill(yield* r.getppid(), "SIGTERM");
      yield* r.kill(yield* r.getppid(), "SIGUSR1");
      yield* r.exit(3);
    }
    yield* p.nanosleep(1, 0);
    yield* r.print(yield* p.sigwait(["SIGTERM", "SIGUSR1"]), yield* p.sigwait(["SIGTERM", "SIGUSR1"]));
    const { signal, code, pid } = yield* p.sigwaitinfo(["SIGCHLD"]);
    yield* r.print(signal, code, pid, (yield* r.wait()).exitStatus);
    yield* r.print(yield* errnoOf(p.sigtimedwait(["SIGTERM"], 20)), yield* errnoOf(p.sigtimedwait(["SIGTERM"], 0)));
  });
  assert.deepEqual(lines, ["SIGUSR1 SIGTERM", "SIGCHLD CLD_EXITED 101 3", "EAGAIN EAGAIN"]);
});

test("sigwaitinfo is EINTR when a handler of another signal runs, sigwait goes on", () => {
  const lines = linesOf(function* (): Steps {
    yield* p.sigprocmask(p.SIG_BLOCK, ["SIGUSR1"]);
    yield* p.sigaction("SIGALRM", say("handler"));
    yield* p.alarm(1);
    yield* r.print(yield* errnoOf(p.sigwaitinfo(["SIGUSR1"])));
    const me = yield* r.getpid();
    if ((yield* r.fork()) === 0) {
      yield* r.kill(me, "SIGALRM");
      yield* p.nanosleep(1, 0);
      yield* r.kill(me, "SIGUSR1");
      yield* r.exit(0);
    }
    yield* r.print(yield* p.sigwait(["SIGUSR1"]));
    yield* r.wait();
  });
  assert.deepEqual(lines, ["handler", "EINTR", "handler", "SIGUSR1"]);
});

test("sigsuspend lets a signal in that was blocked, and puts the mask back; no signal is lost in between", () => {
  for (const seed of seeds) {
    const lines = linesOf(
      function* (): Steps {
        let got = false;
        yield* p.sigprocmask(p.SIG_BLOCK, ["SIGUSR1"]);
        yield* p.sigaction("SIGUSR1", {
          // oxlint-disable-next-line require-yield
          *handler() {
            got = true;
          },
        });
        const parent = yield* r.getpid();
        if ((yield* r.fork()) === 0) {
          yield* r.kill(parent, "SIGUSR1");
          yield* r.exit(0);
        }
        // oxlint-disable-next-line no-unmodified-loop-condition -- the handler changes it
        while (!got) yield* r.print(yield* errnoOf(p.sigsuspend([])));
        yield* r.print((yield* p.sigprocmask(p.SIG_BLOCK, [])).join());
        yield* r.wait();
      },
      { seed },
    );
    assert.deepEqual(lines, ["EINTR", "SIGUSR1"], `seed ${seed}`);
  }
});

test("an ignored signal that is blocked waits all the same; ignoring it later forgets it", () => {
  const lines = linesOf(function* (): Steps {
    yield* r.sigaction("SIGUSR1", "SIG_IGN");
    yield* p.sigprocmask(p.SIG_BLOCK, ["SIGUSR1"]);
    yield* p.raise("SIGUSR1");
    yield* r.print((yield* p.sigpending()).join());
    yield* r.sigaction("SIGUSR1", "SIG_IGN");
    yield* r.print((yield* p.sigpending()).length);
    yield* p.raise("SIGUSR1");
    yield* p.sigprocmask(p.SIG_SETMASK, []);
    yield* r.print("ignored");
  });
  assert.deepEqual(lines, ["SIGUSR1", "0", "ignored"]);
});

test("abort ends the process by SIGABRT, blocked, ignored or handled", () => {
  const endOf = (prepare: () => Steps) =>
    linesOf(function* (): Steps {
      if ((yield* r.fork()) === 0) {
        yield* prepare();
        yield* p.abort();
      }
      yield* r.print((yield* r.wait()).termSignal);
    });
  const nothing = function* (): Steps {};
  assert.deepEqual(endOf(nothing), ["SIGABRT"]);
  assert.deepEqual(
    endOf(() => r.sigaction("SIGABRT", "SIG_IGN")[Symbol.iterator]() as Steps),
    ["SIGABRT"],
  );
  assert.deepEqual(
    endOf(function* () {
      yield* p.sigprocmask(p.SIG_BLOCK, ["SIGABRT"]);
      yield* p.sigaction("SIGABRT", say("last words"));
    }),
    ["last words", "SIGABRT"],
  );
});

test("what fork and exec keep of signals: masks and SIG_IGN; pending signals only exec; handlers only fork", () => {
  const lines = linesOf(function* (): Steps {
    yield* p.sigprocmask(p.SIG_BLOCK, ["SIGUSR1"]);
    yield* r.sigaction("SIGTERM", "SIG_IGN");
    yield* p.sigaction("SIGUSR2", say("handler"));
    yield* p.raise("SIGUSR1");
    const other = function* (): Steps {
      yield* r.print("exec", (yield* p.sigpending()).join());
      yield* p.raise("SIGTERM");
      yield* p.raise("SIGUSR2");
    };
    if ((yield* r.fork()) === 0) {
      yield* r.print("fork", (yield* p.sigpending()).length);
      yield* p.raise("SIGUSR2");
      yield* p.raise("SIGUSR1");
      yield* p.exec(other);
    }
    yield* r.print((yield* r.wait()).termSignal);
  });
  assert.deepEqual(lines, ["fork 0", "handler", "exec SIGUSR1", "SIGUSR2"]);
});

test("SIGCHLD tells of children that end and stop, with SA_NOCLDSTOP not of stops", () => {
  const lines = (flags: number) =>
    linesOf(function* (): Steps {
      yield* p.sigaction("SIGCHLD", {
        *handler(_signal, { code }) {
          yield* r.print(code);
        },
        flags: flags | p.SA_RESTART,
      });
      const child = yield* r.fork();
      if (child === 0) for (;;) yield* p.pause();
      yield* p.nanosleep(0, 0);
      yield* r.kill(child, "SIGSTOP");
      yield* errnoOf(p.nanosleep(1, 0));
      yield* r.kill(child, "SIGCONT");
      yield* errnoOf(p.nanosleep(1, 0));
      yield* r.kill(child, "SIGKILL");
      yield* r.wait();
    });
  assert.deepEqual(lines(0), ["CLD_STOPPED", "CLD_CONTINUED", "CLD_KILLED"]);
  assert.deepEqual(lines(p.SA_NOCLDSTOP), ["CLD_KILLED"]);
});

test("alarm is one per process; a new one takes the place of the old, 0 takes it away, exec keeps it, fork does not", () => {
  const lines = linesOf(function* (): Steps {
    yield* p.alarm(5);
    yield* r.print(yield* p.alarm(2));
    if ((yield* r.fork()) === 0) {
      yield* p.nanosleep(3, 0);
      yield* r.print("child lives", yield* p.alarm(0));
      yield* p.alarm(1);
      yield* p.exec(function* () {
        yield* p.pause();
      });
    }
    yield* p.alarm(0);
    yield* r.print((yield* r.wait()).termSignal);
  });
  assert.deepEqual(lines, ["5", "child lives 0", "SIGALRM"]);
});

test("wrong arguments: EINVAL, ESRCH, and EAGAIN when too many signals wait", () => {
  const lines = linesOf(function* (): Steps {
    const me = yield* r.getpid();
    yield* r.print(yield* errnoOf(p.sigprocmask(7, [])), yield* errnoOf(p.sigqueue(99_999, "SIGTERM", 0)));
    yield* r.print(yield* errnoOf(p.sigaction("SIGKILL", say(""))), yield* errnoOf(sigreturn()));
    yield* p.sigprocmask(p.SIG_BLOCK, ["SIGRTMIN", "SIGKILL"]);
    yield* r.print((yield* p.sigprocmask(p.SIG_BLOCK, [])).join());
    let queued = 0;
    while ((yield* errnoOf(p.sigqueue(me, "SIGRTMIN", 0))) === "no error") queued += 1;
    yield* r.print(queued);
  });
  assert.deepEqual(lines, ["EINVAL ESRCH", "EINVAL EINVAL", "SIGRTMIN", "1024"]);
});

test("handlers that interrupt each other for ever end by SIGSEGV, as a full stack does", () => {
  const { trace } = run(function* (): Steps {
    yield* p.sigaction("SIGUSR1", {
      *handler() {
        yield* p.raise("SIGUSR1");
      },
      flags: p.SA_NODEFER,
    });
    yield* p.raise("SIGUSR1");
  });
  assert.ok(trace.events.some((event) => event.kind === "exit" && event.termSignal === "SIGSEGV"));
});

test("an error in a handler ends the program as one in the program does", () => {
  const { output, errors } = run(function* (): Steps {
    yield* p.sigaction("SIGUSR1", {
      // oxlint-disable-next-line require-yield
      *handler() {
        throw new Error("in the handler");
      },
    });
    yield* p.raise("SIGUSR1");
    yield* r.print("not reached");
  });
  assert.equal(output, "Error: in the handler\n");
  assert.equal(errors[0]?.message, "Error: in the handler");
});
