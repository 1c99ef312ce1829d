import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../../schema/call.ts";
import { createRandom } from "../random.ts";
import type { ScheduledStep } from "../drivers/driver.ts";
import { dependent } from "../kernel/accesses.ts";
import { enabled, type Transition } from "../kernel/core.ts";
import { findProcess, type Kernel } from "../kernel/kernel.ts";
import { simulate } from "../simulate.ts";
import { run } from "../testing.ts";
import * as c from "./index.ts";
import { randomDriver } from "../drivers/random.ts";
import { replayDriver } from "../drivers/replay.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;

/** Three processes that make calls at random with descriptors that mostly exist. */
const randomProgram = (seed: number) =>
  function* (): Steps {
    let random = createRandom(seed);
    yield* r.sigaction("SIGPIPE", "SIG_IGN");
    yield* c.socketpair(c.AF_UNIX, c.SOCK_STREAM);
    yield* c.mkfifo("/f");
    yield* c.epoll_create1();
    yield* c.mq_open("/q", r.O_RDWR | r.O_CREAT, 0o600, { maxmsg: 2, msgsize: 8 });
    yield* c.open("/data", r.O_RDWR | r.O_CREAT);
    const listener = yield* c.socket(c.AF_UNIX, c.SOCK_STREAM);
    yield* c.bind(listener, "/s");
    yield* c.listen(listener, 1);
    const queue = yield* c.msgget(1, c.IPC_CREAT);
    for (let child = 1; child < 3; child += 1) {
      if ((yield* r.fork()) !== 0) continue;
      random = createRandom(seed * 10 + child);
      break;
    }
    const fd = () => 3 + (random(2) === 0 ? random(2) : random(9));
    const text = () => "x".repeat(random(9));
    const flags = () => (random(2) === 0 ? r.O_NONBLOCK : 0);
    const lock = () => ({ type: random(3), start: random(4), length: random(4) });
    const calls: readonly (() => r.Call)[] = [
      () => r.read(fd(), random(9)),
      () => r.write(fd(), text()),
      () => r.close(fd()),
      () => c.open(["/f", "/data", "/new"][random(3)] ?? "", random(3) | r.O_CREAT | flags()),
      () => c.socket(c.AF_UNIX, (random(2) === 0 ? c.SOCK_STREAM : c.SOCK_DGRAM) | flags()),
      () => c.connect(fd(), "/s"),
      () => c.accept(fd()),
      () => c.send(fd(), text(), random(2) * c.MSG_DONTWAIT),
      () => c.sendmsg(fd(), { data: text(), descriptors: [fd()] }, c.MSG_DONTWAIT),
      () => c.recvmsg(fd(), 9, random(2), random(2) * c.MSG_DONTWAIT),
      () => c.shutdown(fd(), random(3)),
      () => c.mq_send(fd(), text(), random(3)),
      () => c.mq_receive(fd(), 8),
      () => c.mq_notify(fd(), random(2) === 0 ? "SIGCHLD" : null),
      () => c.msgsnd(queue, 1 + random(3), text()),
      () => c.msgrcv(queue, 9, random(5) - 2, random(2) * c.IPC_NOWAIT),
      () => c.epoll_ctl(5, 1 + random(3), fd(), c.EPOLLIN + (random(2) === 0 ? c.EPOLLET : 0)),
      () => c.epoll_wait(5, 2, random(5)),
      () => c.flock(fd(), [c.LOCK_SH, c.LOCK_EX, c.LOCK_UN][random(3)] ?? 0),
      () => c.fcntl_lock(fd(), [c.F_SETLK, c.F_SETLKW, c.F_OFD_SETLK][random(3)] ?? 0, lock()),
      () => c.ftruncate(fd(), random(9)),
    ];
    for (let count = 0; count < 40; count += 1) {
      try {
        yield* calls[random(calls.length)]?.() ?? r.getpid();
      } catch {
        // Every errno is fine.
      }
    }
  };

const programs = Array.from({ length: 40 }, (_, seed) => seed);

test("every run of random calls is sound, and its recorded schedule gives it again", () => {
  for (const seed of programs) {
    const made = run(randomProgram(seed), { driver: randomDriver(seed, { permitted: true }) });
    const replayed = simulate(randomProgram(seed), { driver: replayDriver(made.schedule) });
    assert.deepEqual([replayed.trace, replayed.kernel], [made.trace, made.kernel], `seed ${seed}`);
    assert.notEqual(made.ending, "limit");
  }
});

test("transitions that touch nothing in common may change places", () => {
  let compared = 0;
  for (const seed of programs.slice(0, 25)) {
    const { schedule } = simulate(randomProgram(seed), { seed, limit: 90 });
    for (let length = 20; length < schedule.length; length += 7) {
      const prefix = schedule.slice(0, length);
      const { kernel } = simulate(randomProgram(seed), { driver: replayDriver(prefix) });
      for (const [one, other] of independentPairs(enabled(kernel))) {
        const [a, b] = [planStep(kernel, one), planStep(kernel, other)];
        const first = simulate(randomProgram(seed), { driver: replayDriver([...prefix, a, b]) }).kernel;
        const second = simulate(randomProgram(seed), { driver: replayDriver([...prefix, b, a]) }).kernel;
        assert.deepEqual(
          sortSleepers(first),
          sortSleepers(second),
          `seed ${seed}, after ${length} steps: ${a.call} and ${b.call}`,
        );
        compared += 1;
      }
    }
  }
  assert.ok(compared > 100, `compared only ${compared} pairs`);
});

const independentPairs = (transitions: readonly Transition[]): [Transition, Transition][] =>
  transitions.flatMap((one, index) =>
    transitions
      .slice(index + 1)
      .flatMap((other): [Transition, Transition][] => (dependent(one, other) ? [] : [[one, other]])),
  );

const planStep = (kernel: Kernel, { pid, action, choice }: Transition): ScheduledStep => ({
  pid,
  action,
  choice,
  call: findProcess(kernel, pid)?.call?.name ?? "",
  why: "",
  preempts: "",
});

/** The order in which sleepers came counts for those of one channel only. */
const sortSleepers = (kernel: Kernel): Kernel => ({
  ...kernel,
  sleepers: kernel.sleepers.toSorted((a, b) => a.channel.localeCompare(b.channel)),
});
