/** Random programs of forks, threads, signals, handlers and pipes, under every driver and on several CPUs. */
import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import * as r from "../schema/call.ts";
import * as p from "./index.ts";
import { createRandom } from "./random.ts";
import { errnoOf, run } from "./testing.ts";
import { clockDriver } from "./drivers/clock.ts";
import { randomDriver } from "./drivers/random.ts";
import { replayDriver } from "./drivers/replay.ts";
import { roundRobin } from "./scheduling/round-robin.ts";
import { simulate } from "./simulate.ts";
import { createStepper } from "./stepper.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;

const signals = ["SIGUSR1", "SIGUSR2", "SIGTERM", "SIGSTOP", "SIGCONT", "SIGCHLD", "SIGRTMIN", "SIGALRM"] as const;
const flags = [0, p.SA_RESTART, p.SA_NODEFER, p.SA_RESETHAND, p.SA_NOCLDWAIT];
const limit = 250;

const handler: p.SignalHandler = function* (signal, { value, pid }) {
  yield* r.print(signal, value);
  if (value % 3 === 1) yield* errnoOf(p.kill(pid, "SIGUSR2"));
};

/** Whatever comes to the mind of a thread: each has chance of its own, since threads share no variables. */
function* live(seed: number, length: number): Steps<number> {
  const random = createRandom(seed);
  const some = <Item>(items: readonly Item[]) => items[random(items.length)] as Item;
  const pid = () => 99 + random(8);
  const set = () => signals.filter(() => random(3) === 0);
  const lives = (factor: number) => {
    const other = seed * factor + random(99);
    return () => live(other, 6);
  };
  const actions: readonly (() => r.Call)[] = [
    () => p.sigaction(some(signals), { handler, mask: set(), flags: some(flags) }),
    () => p.sigaction(some(signals), some(["SIG_DFL", "SIG_IGN"])),
    () => p.sigprocmask(random(3), set()),
    () => p.sigpending(),
    () => p.sigtimedwait(set(), random(20)),
    () => p.sigsuspend(set()),
    () => p.kill(some([pid(), 0, -1, -100]), some(signals)),
    () => p.sigqueue(pid(), some(signals), random(9)),
    () => p.pthread_kill(pid(), some(signals)),
    () => p.raise(some(signals)),
    () => p.alarm(random(2)),
    () => p.nanosleep(0, random(9) * 1e6),
    () => p.compute(random(5)),
    () => p.setpgid(some([0, pid()]), some([0, pid()])),
    () => p.setsid(),
    () => p.nice(random(5)),
    () => p.prctl(p.PR_SET_CHILD_SUBREAPER, 1),
    () => r.waitpid(some([-1, 0, pid()]), some([0, r.WNOHANG, r.WUNTRACED, r.WCONTINUED])),
    () => r.write(4, new Uint8Array(random(90_000))),
    () => r.read(3, random(90_000)),
    () => r.close(3 + random(2)),
    () => r.fork(),
    () => p.pthread_create(lives(7)),
    () => p.pthread_create(lives(11)),
    () => p.pthread_join(pid()),
    () => p.pthread_detach(pid()),
    () => p.sched_yield(),
  ];
  for (let action = 0; action < length; action += 1) yield* errnoOf(some(actions)());
  if (random(4) === 0) yield* some([p.exec(lives(13)), p.pthread_exit(1), p.abort(), r.exit(3)]);
  return length;
}

const randomProgram = (seed: number): r.Program =>
  function* (): Steps {
    yield* r.pipe();
    yield* live(seed, 20);
  };

/** Makes the same driver each time. */
const drivers = fc.oneof(
  fc.record({ seed: fc.nat(1_000), cpus: fc.integer({ min: 1, max: 4 }), permitted: fc.boolean() }).map(
    ({ seed, ...options }) =>
      () =>
        randomDriver(seed, options),
  ),
  fc.integer({ min: 1, max: 4 }).map((cpus) => () => clockDriver(roundRobin({ quantum: 4 }), { cpus })),
);

test("every run is sound, comes out the same again, and so does its recorded schedule", () => {
  const endings = new Set<string>();
  fc.assert(
    fc.property(fc.nat(100_000), drivers, (seed, createDriver) => {
      const program = randomProgram(seed);
      const made = run(program, { driver: createDriver(), limit });
      endings.add(made.ending);
      assert.deepEqual(simulate(program, { driver: createDriver(), limit }).trace, made.trace);
      const replayed = simulate(program, { driver: replayDriver(made.schedule, made.trace) });
      assert.deepEqual(replayed.trace, made.trace);
    }),
    { numRuns: 150 },
  );
  assert.ok(endings.size > 1, [...endings].join());
});

test("who goes back and another way from there, again and again, is where a run by that schedule is", () => {
  const jumps = fc.array(fc.record({ to: fc.nat(200), choices: fc.array(fc.nat(9), { minLength: 1, maxLength: 6 }) }), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(fc.nat(100_000), jumps, (seed, ways) => {
      const program = randomProgram(seed);
      const stepper = createStepper(program, { schedule: simulate(program, { seed, limit: 150 }).schedule });
      for (const { to, choices } of ways) {
        stepper.goto(Math.min(to, stepper.length));
        for (const choice of choices) {
          const { length } = stepper.choices;
          if (length > 0) stepper.step(choice % length);
        }
      }
      const again = simulate(program, { driver: replayDriver(stepper.schedule) });
      assert.deepEqual(stepper.trace.events, again.trace.events);
    }),
    { numRuns: 60 },
  );
});
