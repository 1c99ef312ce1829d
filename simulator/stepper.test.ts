import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import * as r from "../schema/call.ts";
import * as p from "./index.ts";
import { ScheduleError } from "./drivers/replay.ts";
import { printSchedule, readSchedule } from "./drivers/schedule-text.ts";
import { simulate } from "./simulate.ts";
import { createStepper } from "./stepper.ts";
import { run } from "./testing.ts";
import { replayDriver } from "./drivers/replay.ts";
import { randomDriver } from "./drivers/random.ts";
import { clockDriver } from "./drivers/clock.ts";
import { turnsDriver } from "./drivers/turns.ts";
import { roundRobin } from "./scheduling/round-robin.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;

/** A bit of everything: a child, a thread, a handler, an alarm, a pipe. */
const program = function* (): Steps {
  let handled = 0;
  const [readEnd, writeEnd] = yield* r.pipe();
  yield* p.sigaction("SIGALRM", {
    *handler() {
      handled += 1;
      yield* r.print("handled", handled);
    },
    flags: p.SA_RESTART,
  });
  yield* p.alarm(1);
  if ((yield* r.fork()) === 0) {
    yield* p.nanosleep(0, 5e6);
    yield* r.write(writeEnd, "hello");
    yield* r.exit(0);
  }
  const thread = yield* p.pthread_create(function* () {
    yield* p.compute(3);
    return "joined";
  });
  yield* r.print(String(yield* p.pthread_join(thread)), r.text(yield* r.read(readEnd, 9)));
  yield* r.wait();
};

/** Each run of a program has handlers of its own: which function it is does not count. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, part: unknown) => (typeof part === "function" ? "function" : part)));

/** A random walk of steps forwards, backwards and elsewhere. */
const moves = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("step" as const), by: fc.nat(9) }),
    fc.record({ kind: fc.constant("back" as const), by: fc.nat(12) }),
    fc.record({ kind: fc.constant("forward" as const), by: fc.nat(12) }),
  ),
  { maxLength: 60 },
);

test("wherever a reader goes, the state is that of a run by the same schedule, and back and forward are undone by each other", () => {
  fc.assert(
    fc.property(moves, fc.constantFrom(1, 2, 3), fc.boolean(), (walk, cpus, permitted) => {
      const stepper = createStepper(program, { cpus, permitted });
      for (const { kind, by } of walk) {
        if (kind === "step") {
          const { choices } = stepper;
          if (choices.length > 0) stepper.step(by % choices.length);
          continue;
        }
        const before = [stepper.kernel, stepper.trace, stepper.position];
        const possible = kind === "back" ? stepper.position : stepper.length - stepper.position;
        const steps = Math.min(by, possible);
        stepper[kind](steps);
        stepper[kind === "back" ? "forward" : "back"](steps);
        assert.deepEqual([stepper.kernel, stepper.trace, stepper.position], before);
        stepper[kind](steps);
      }
      const again = simulate(program, { driver: replayDriver(stepper.schedule, { cpus }) });
      assert.deepEqual(plain(stepper.kernel), plain(again.kernel));
      assert.deepEqual(stepper.trace, again.trace);
    }),
    { numRuns: 60 },
  );
});

test("a recorded run can be gone through from its beginning, also by its text", () => {
  for (const driver of [
    randomDriver(5),
    randomDriver(5, { cpus: 3 }),
    clockDriver(roundRobin({ quantum: 4 }), { cpus: 2 }),
    turnsDriver(),
  ]) {
    const { cpus = 1 } = driver;
    const made = run(program, { driver });
    const stepper = createStepper(program, { schedule: made.schedule, cpus });
    assert.deepEqual([stepper.position, stepper.length, stepper.now], [0, made.schedule.length, 0]);
    stepper.goto(stepper.length);
    assert.deepEqual(plain(stepper.kernel), plain(made.kernel));
    assert.deepEqual(stepper.trace.events, made.trace.events);
    const byText = simulate(program, { driver: replayDriver(readSchedule(printSchedule(made.schedule)), { cpus }) });
    assert.deepEqual(plain(byText.kernel), plain(made.kernel));
  }
});

test("choices say in words what would happen; another way than the known one forgets what came after", () => {
  const stepper = createStepper(function* () {
    if ((yield* r.fork()) === 0) yield* r.print("child");
    else yield* r.wait();
  });
  assert.deepEqual(
    stepper.choices.map(({ words }) => words),
    ["main calls fork()"],
  );
  stepper.step();
  assert.deepEqual(
    stepper.choices.map(({ words }) => words),
    ["main calls wait() and waits: P101 has not ended", 'main.1 calls print("child\\n")'.replace("\\n", "")],
  );
  stepper.step(1);
  assert.equal(stepper.length, 2);
  stepper.back();
  stepper.step(0);
  assert.deepEqual([stepper.length, stepper.schedule.at(-1)?.pid], [2, 100]);
  assert.throws(() => stepper.goto(9), /goto: step 9 is not known; there are 2/);
  assert.throws(() => stepper.step(9), /step: there is no choice 9/);
});

test("a schedule of another program is an error that names the step", () => {
  const { schedule } = run(program, { seed: 1 });
  const other = function* (): Steps {
    yield* r.pipe();
    yield* r.getpid();
  };
  assert.throws(
    () => createStepper(other, { schedule }),
    (error) => error instanceof ScheduleError && error.step === 1,
  );
});
