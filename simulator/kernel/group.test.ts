import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../../schema/call.ts";
import * as p from "../index.ts";
import { errnoOf, linesOf, run } from "../testing.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;

const sleeper = function* (): Steps {
  for (;;) yield* p.pause();
};

test("children are in their parent's group; setpgid gives them one of their own, which kill reaches as a whole", () => {
  const lines = linesOf(function* (): Steps {
    const children: number[] = [];
    for (let child = 0; child < 3; child += 1) {
      const pid = yield* r.fork();
      if (pid === 0) yield* sleeper();
      children.push(pid);
    }
    const [leader = 0, member = 0, other = 0] = children;
    yield* r.print((yield* p.getpgid(leader)) === (yield* p.getpgrp()));
    yield* p.setpgid(leader, 0);
    yield* p.setpgid(member, leader);
    yield* r.print((yield* p.getpgid(member)) === leader, (yield* p.getsid(member)) === (yield* p.getsid()));
    yield* r.kill(-leader, "SIGTERM");
    yield* r.print((yield* r.waitpid(-leader))?.pid === leader, (yield* r.waitpid(-leader))?.pid === member);
    yield* r.print(yield* errnoOf(r.waitpid(-leader)), yield* errnoOf(r.kill(-leader, "SIGTERM")));
    yield* r.kill(other, "SIGKILL");
    yield* r.print((yield* r.waitpid(0))?.termSignal);
  });
  assert.deepEqual(lines, ["true", "true true", "true true", "ECHILD ESRCH", "SIGKILL"]);
});

test("setsid makes a session and a group; the leader of a group may not", () => {
  const lines = linesOf(function* (): Steps {
    yield* r.print(yield* errnoOf(p.setsid()));
    if ((yield* r.fork()) === 0) {
      const me = yield* r.getpid();
      yield* r.print((yield* p.setsid()) === me, (yield* p.getsid()) === me, (yield* p.getpgrp()) === me);
      yield* r.print(yield* errnoOf(p.setsid()), yield* errnoOf(p.setpgid(0, 0)));
      yield* r.exit(0);
    }
    yield* r.wait();
  });
  assert.deepEqual(lines, ["EPERM", "true true true", "EPERM EPERM"]);
});

test("setpgid: EINVAL, ESRCH for strangers, EPERM over sessions and for groups that do not exist, EACCES after exec", () => {
  const lines = linesOf(function* (): Steps {
    yield* r.print(
      yield* errnoOf(p.setpgid(0, -1)),
      yield* errnoOf(p.setpgid(9_999, 0)),
      yield* errnoOf(p.getpgid(9_999)),
      yield* errnoOf(p.getsid(9_999)),
    );
    const child = yield* r.fork();
    if (child === 0) yield* sleeper();
    yield* r.print(yield* errnoOf(p.setpgid(child, 9_999)));
    const session = yield* r.fork();
    if (session === 0) {
      yield* p.setsid();
      yield* sleeper();
    }
    const executed = yield* r.fork();
    if (executed === 0) yield* p.exec(sleeper);
    yield* p.nanosleep(1, 0);
    yield* r.print(yield* errnoOf(p.setpgid(session, session)), yield* errnoOf(p.setpgid(executed, 0)));
    for (const pid of [child, session, executed]) yield* r.kill(pid, "SIGKILL");
  });
  assert.deepEqual(lines, ["EINVAL ESRCH ESRCH ESRCH", "EPERM", "EPERM EACCES"]);
});

test("orphans go to the nearest ancestor that is a subreaper, who can wait for them", () => {
  const lines = linesOf(function* (): Steps {
    const me = yield* r.getpid();
    yield* p.prctl(p.PR_SET_CHILD_SUBREAPER, 1);
    yield* r.print(yield* p.prctl(p.PR_GET_CHILD_SUBREAPER), yield* errnoOf(p.prctl(99)));
    if ((yield* r.fork()) === 0) {
      if ((yield* r.fork()) === 0) {
        yield* p.nanosleep(1, 0);
        yield* r.print("my parent is the subreaper:", (yield* r.getppid()) === me);
        yield* r.exit(5);
      }
      yield* r.exit(4);
    }
    yield* r.print((yield* r.wait()).exitStatus, (yield* r.wait()).exitStatus, yield* errnoOf(r.wait()));
  });
  assert.deepEqual(lines, ["1 EINVAL", "my parent is the subreaper: true", "4 5 ECHILD"]);
});

test("waitpid tells of stops and continuations once each, if it is asked to", () => {
  const lines = linesOf(function* (): Steps {
    const child = yield* r.fork();
    if (child === 0) yield* sleeper();
    yield* r.kill(child, "SIGTSTP");
    const stopped = yield* r.waitpid(child, r.WUNTRACED);
    yield* r.print(stopped?.stopSignal, stopped?.status === ((20 << 8) | 0x7f));
    yield* r.print((yield* r.waitpid(child, r.WUNTRACED | r.WNOHANG)) === null);
    yield* r.kill(child, "SIGCONT");
    const continued = yield* r.waitpid(-1, r.WCONTINUED);
    yield* r.print(continued?.continued, continued?.status === 0xffff);
    yield* r.kill(child, "SIGKILL");
    yield* r.print(
      (yield* r.waitpid(child, r.WUNTRACED | r.WCONTINUED))?.termSignal,
      yield* errnoOf(r.waitpid(-1, 64)),
    );
  });
  assert.deepEqual(lines, ["SIGTSTP true", "true", "true true", "SIGKILL EINVAL"]);
});

test("SA_NOCLDWAIT leaves no zombies, but the signal comes", () => {
  const lines = linesOf(function* (): Steps {
    yield* p.sigaction("SIGCHLD", {
      *handler(signal) {
        yield* r.print(signal);
      },
      flags: p.SA_NOCLDWAIT | p.SA_RESTART,
    });
    if ((yield* r.fork()) === 0) yield* r.exit(0);
    yield* r.print(yield* errnoOf(r.wait()));
  });
  assert.deepEqual(lines.toSorted(), ["ECHILD", "SIGCHLD"]);
});

test("when nobody is left to look after a group with stopped members, it gets SIGHUP and goes on", () => {
  const { output } = run(function* (): Steps {
    const [readEnd, writeEnd] = yield* r.pipe();
    if ((yield* r.fork()) === 0) {
      yield* p.setpgid(0, 0);
      if ((yield* r.fork()) === 0) {
        const say: p.SignalHandler = function* (signal) {
          yield* r.print(signal);
        };
        yield* p.sigaction("SIGHUP", { handler: say });
        yield* p.sigaction("SIGCONT", { handler: say });
        yield* r.write(writeEnd, "r");
        yield* p.raise("SIGSTOP");
        yield* r.exit(0);
      }
      yield* r.read(readEnd, 1);
      yield* p.nanosleep(0, 1e7);
      yield* r.exit(0);
    }
    yield* r.wait();
  });
  // As Linux: the second one's handler runs first, on top of the other.
  assert.equal(output, "SIGCONT\nSIGHUP\n");
});
