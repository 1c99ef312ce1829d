/** How fast one goes back: part of `ring3 bench simulator`. */
import { close, exit, fork, getpid, pipe, read, wait, write, type Call, type Program } from "../schema/call.ts";
import type { BenchResult } from "../schema/command.ts";
import { simulate } from "./simulate.ts";
import { createStepper } from "./stepper.ts";

const steps = 100_000;
const targetMs = 50;

/** Four writers and a reader on one pipe, and one that asks for its number again and again; none of them ends within the steps. */
const workload: Program = function* (): Generator<Call, void, unknown> {
  const [readEnd, writeEnd] = yield* pipe();
  for (let worker = 0; worker < 5; worker += 1) {
    if ((yield* fork()) !== 0) continue;
    if (worker === 4) for (;;) yield* getpid();
    for (let message = 0; message < steps; message += 1) yield* write(writeEnd, "0123456789abcdef");
    yield* exit(0);
  }
  yield* close(writeEnd);
  while ((yield* read(readEnd, 16)).length > 0);
  yield* wait();
};

/** One process makes all the calls, beside one that could. */
const alone: Program = function* (): Generator<Call, void, unknown> {
  yield* fork();
  for (;;) yield* getpid();
};

/** How long it takes to go back from step 100 000, and then another way. */
export function benchStepBack(): BenchResult[] {
  const { schedule } = simulate(workload, { limit: steps });
  const stepper = createStepper(workload, { schedule });
  // No step is further from a kernel that was kept.
  const far = 255;
  const back = measureWorst(() => {
    stepper.goto(stepper.length);
    return () => [stepper.goto(far), stepper.kernel, stepper.trace, stepper.choices];
  });
  const another = measureWorst(() => {
    const fresh = createStepper(workload, { schedule });
    fresh.goto(fresh.length);
    return () => {
      fresh.goto(far);
      fresh.step(fresh.choices.findIndex(({ transition }) => transition.pid !== schedule[far]?.pid));
    };
  });
  const rerun = measureWorst(() => {
    const long = createStepper(alone);
    while (long.length < steps) long.step(0);
    long.back(2);
    return () => {
      long.step(1);
      long.step(0);
    };
  });
  return [
    describe(`stepBack: ${steps} steps back, to kernel, trace and choices`, back),
    describe(`stepBack: ${steps} steps back, and another step from there`, another),
    describe(`stepBack: a program that has made ${steps} calls is run again`, rerun),
  ];
}

const describe = (name: string, ms: number): BenchResult => ({
  name,
  value: Math.round(ms * 100) / 100,
  unit: "ms",
  target: `≤ ${targetMs} ms`,
  ok: ms <= targetMs,
});

/** The worst of five, after one to warm up. */
function measureWorst(prepare: () => () => unknown): number {
  const times = Array.from({ length: 6 }, () => {
    const work = prepare();
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return Math.max(...times.slice(1));
}
