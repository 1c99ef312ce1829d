/** Random programs under every driver. The programs are bounded; a failure names the seed that shows it again. */
import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../schema/call.ts";
import type { ScheduledStep } from "./drivers/driver.ts";
import { createRandom } from "./random.ts";
import { dependent } from "./kernel/accesses.ts";
import { enabled, type Transition } from "./kernel/core.ts";
import { findProcess, type Kernel } from "./kernel/kernel.ts";
import { roundRobin } from "./scheduling/round-robin.ts";
import { simulate, type SimulateOptions } from "./simulate.ts";
import { errnoOf, linesOf, run } from "./testing.ts";
import { clockDriver } from "./drivers/clock.ts";
import { replayDriver } from "./drivers/replay.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;

const signals = ["SIGTERM", "SIGKILL", "SIGSTOP", "SIGCONT", "SIGPIPE", "SIGCHLD", "SIGUSR1"] as const;
const flags = [0, r.O_NONBLOCK, r.O_DIRECT, r.O_NONBLOCK | r.O_DIRECT] as const;

/** A few processes that do whatever comes to their minds, with pipes above all. */
const randomProgram = (seed: number): r.Program =>
  function* (): Steps {
    let random = createRandom(seed);
    const some = <Item>(items: readonly Item[]) => items[random(items.length)] as Item;
    const fd = () => random(9) - 1;
    const pid = () => 99 + random(6);
    const actions: readonly (() => r.Call)[] = [
      () => r.pipe2(some(flags)),
      () => r.write(3 + random(6), new Uint8Array(random(3) === 0 ? random(100_000) : random(3_000))),
      () => r.write(fd(), "x".repeat(random(10))),
      () => r.read(fd(), random(10_000)),
      () => r.read(fd(), random(100_000)),
      () => r.close(fd()),
      () => r.dup2(fd(), fd()),
      () => r.fcntl(fd(), r.F_SETFL, some(flags)),
      () => r.fcntl(2 + random(4), r.F_SETPIPE_SZ, random(some([10_000, 200_000]))),
      () =>
        r.poll(
          [
            { fd: fd(), events: r.POLLIN },
            { fd: fd(), events: r.POLLOUT },
          ],
          random(20) - 1,
        ),
      () => r.waitpid(some([-1, pid()]), r.WNOHANG),
      () => r.wait(),
      () => r.kill(pid(), some(signals)),
      () => r.sigaction(some(signals), some(["SIG_DFL", "SIG_IGN"])),
      () => r.getppid(),
      () => r.print("at", random(100)),
    ];
    yield* r.pipe2(some(flags));
    yield* r.sigaction("SIGPIPE", some(["SIG_DFL", "SIG_IGN"]));
    for (let action = 0; action < 25; action += 1) {
      if (random(6) > 0) {
        yield* errnoOf(some(actions)());
        continue;
      }
      const child = yield* r.fork();
      if (child === 0) random = createRandom(seed * 31 + action);
    }
  };

const drivers: readonly (readonly [name: string, options: (seed: number) => SimulateOptions])[] = [
  ["a clock", (seed) => ({ driver: clockDriver(roundRobin({ quantum: 1 + (seed % 5) })) })],
  [
    "a clock with three CPUs",
    (seed) => ({ driver: clockDriver(roundRobin({ quantum: 1 + (seed % 3) }), { cpus: 3 }) }),
  ],
  ["a seed", (seed) => ({ seed })],
];
const programs = Array.from({ length: 40 }, (_, seed) => seed);
/** Random programs fork at random: a few hundred steps show enough of each. */
const limit = 300;

for (const [name, options] of drivers) {
  test(`under ${name}, every run is sound, comes out the same again, and so does its recorded schedule`, () => {
    for (const seed of programs) {
      const program = randomProgram(seed);
      const made = run(program, { ...options(seed), limit });
      assert.deepEqual(simulate(program, { ...options(seed), limit }), made, `seed ${seed}`);
      const replayed = simulate(program, { driver: replayDriver(made.schedule, made.trace) });
      assert.deepEqual([replayed.trace, replayed.kernel], [made.trace, made.kernel], `seed ${seed}`);
    }
  });
}

test("random programs reach every ending and every errno that pipes know", () => {
  const runs = programs.map((seed) => simulate(randomProgram(seed), { seed, limit }));
  assert.deepEqual(new Set(runs.map(({ ending }) => ending)), new Set(["ended", "deadlock", "limit"]));
  const errnos = new Set(
    runs.flatMap(({ trace }) => trace.events.map((event) => (event.kind === "fail" ? event.errno : ""))),
  );
  for (const errno of ["EBADF", "EAGAIN", "EPIPE", "EBUSY", "ECHILD", "ESRCH", "EINVAL"])
    assert.ok(errnos.has(errno), errno);
});

test("transitions that touch nothing in common may change places", () => {
  let compared = 0;
  for (const seed of programs) {
    const program = randomProgram(seed);
    const { schedule } = simulate(program, { seed, limit: 50 });
    for (let length = 4; length < schedule.length; length += 11) {
      const prefix = schedule.slice(0, length);
      const { kernel } = simulate(program, { driver: replayDriver(prefix) });
      for (const [one, other] of independentPairs(enabled(kernel)).slice(0, 3)) {
        const [a, b] = [planStep(kernel, one), planStep(kernel, other)];
        const first = simulate(program, { driver: replayDriver([...prefix, a, b]) }).kernel;
        const second = simulate(program, { driver: replayDriver([...prefix, b, a]) }).kernel;
        assert.deepEqual(sortSleepers(first), sortSleepers(second), `seed ${seed}, after ${length} steps`);
        compared += 1;
      }
    }
  }
  assert.ok(compared > 200, `compared only ${compared} pairs`);
});

function independentPairs(transitions: readonly Transition[]): [Transition, Transition][] {
  return transitions.flatMap((one, index) =>
    transitions
      .slice(index + 1)
      .flatMap((other): [Transition, Transition][] => (dependent(one, other) ? [] : [[one, other]])),
  );
}

function planStep(kernel: Kernel, { pid, action, choice }: Transition): ScheduledStep {
  return { pid, action, choice, call: findProcess(kernel, pid)?.call?.name ?? "", why: "", preempts: "" };
}

/** The order in which sleepers came counts for those of one channel only. */
const sortSleepers = (kernel: Kernel): Kernel => ({
  ...kernel,
  sleepers: kernel.sleepers.toSorted((a, b) => a.channel.localeCompare(b.channel)),
});

test("what is read is what was written, whatever the sizes and whoever runs when", () => {
  const program = (seed: number): r.Program =>
    function* (): Steps {
      const random = createRandom(seed);
      const [readEnd, writeEnd] = yield* r.pipe();
      const child = yield* r.fork();
      if (child === 0) {
        yield* r.close(readEnd);
        for (let sent = 0, round = 0; round < 8; round += 1) {
          const length = 1 + random(random(2) === 0 ? 5_000 : 70_000);
          sent += yield* r.write(
            writeEnd,
            Uint8Array.from({ length }, (_, index) => (sent + index) % 251),
          );
        }
        yield* r.exit(0);
      }
      yield* r.close(writeEnd);
      for (let received = 0; ;) {
        if (random(5) === 0) yield* errnoOf(r.fcntl(readEnd, r.F_SETPIPE_SZ, random(200_000)));
        const data = yield* r.read(readEnd, 1 + random(50_000));
        if (data.length === 0) return yield* r.print("all of it", (yield* r.wait()).exitStatus);
        if (data.some((byte, index) => byte !== (received + index) % 251))
          return yield* r.print("wrong after", received);
        received += data.length;
      }
    };
  for (const seed of programs) {
    for (const [, options] of drivers)
      assert.deepEqual(linesOf(program(seed), options(seed)), ["all of it 0"], `seed ${seed}`);
  }
});
