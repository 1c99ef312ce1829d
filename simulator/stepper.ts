/**
 * A simulation under a reader's hands: forwards, backwards, and another way from there. Kernels are values, so going back needs no more
 * than the nearest one that was kept and the steps from there; programs cannot be copied: one that a new step needs is run again from
 * the results that it had.
 */
import type { Call, Program } from "../schema/call.ts";
import type { Trace, TraceEvent } from "../schema/trace.ts";
import { checkCpus, countCpus, type Schedule, type ScheduledStep } from "./drivers/driver.ts";
import { listManualChoices, type ManualChoice, type Used } from "./drivers/manual.ts";
import { followStep, recordStep } from "./drivers/replay.ts";
import { createKernel } from "./kernel/core.ts";
import { FIRST_PID, type Kernel, type MemoryModel, type Pid } from "./kernel/kernel.ts";
import { createMachine } from "./machine.ts";
import type { Tick } from "./scheduling/policy.ts";
import { continueFrom, createMoment, sortEvents, type Moment, type Programs } from "./simulation.ts";

export interface StepperOptions {
  /** A run to go through: it is at its beginning then. */
  readonly schedule?: Schedule;
  /** 1 to 8; default 1. */
  readonly cpus?: number;
  /** Offer what POSIX permits, not only what Linux does. Default false. */
  readonly permitted?: boolean;
  readonly memoryModel?: MemoryModel;
}

export interface Stepper {
  readonly kernel: Kernel;
  readonly now: Tick;
  /** How many steps have been taken up to here, and how many are known: those after here are what `forward` takes. */
  readonly position: number;
  readonly length: number;
  /** What may happen next. None: everything has ended, or nobody can go on. */
  readonly choices: readonly ManualChoice[];
  readonly trace: Trace;
  /** The way here. */
  readonly schedule: Schedule;
  /** Takes one of `choices`. Another one than the known next step makes what was known after here forgotten. @throws RangeError */
  step(choice?: number): void;
  /** At most to the beginning. */
  back(steps?: number): void;
  /** At most to the last known step. */
  forward(steps?: number): void;
  /** @throws RangeError: no such step is known. */
  goto(position: number): void;
}

/** What a step did, as much as is needed to do it again without the programs. */
interface Taken {
  readonly step: ScheduledStep;
  /** Whose program it told a result, which process or thread that made, and what was asked then. */
  readonly told: Pid | null;
  readonly made: Pid | null;
  readonly asked: readonly (readonly [pid: Pid, call: Call])[];
  /** Who became ready in it. */
  readonly woken: readonly Pid[];
  /** How many events the trace has after it. */
  readonly events: number;
}

/** Steps from one kept kernel to the next. */
const interval = 256;
/** Most steps: as many as a run has. */
const maxSteps = 100_000;

/** @throws RangeError for an option that makes no sense; ScheduleError where the schedule does not fit the program. */
export function createStepper(program: Program, options: StepperOptions = {}): Stepper {
  const { schedule = [], permitted = false } = options;
  const cpus = checkCpus(options.cpus ?? countCpus(schedule));
  const machine = createMachine(program);
  const taken: Taken[] = [];
  const events: TraceEvent[] = [{ at: 0, kind: "start", pid: FIRST_PID, role: "main", parent: null }];
  const kept: Moment[] = [createMoment(createKernel(options), machine.start(), cpus)];
  let position = 0;
  /** What the step that is being taken does. */
  let doing = createDoing();
  /** At a step that is known the programs are those that were recorded. */
  const programs: Programs = {
    answer(pid, result, ask) {
      const known = taken[position];
      if (known) return known.asked.forEach(([asker, call]) => ask(asker, call));
      doing.told = pid;
      machine.answer(pid, result, (asker, call) => {
        doing.asked.push([asker, call]);
        if (asker !== pid) doing.made = asker;
        ask(asker, call);
      });
    },
    // Who goes back may need it again.
    forget: () => undefined,
  };
  let simulation = continueFrom(kept[0] as Moment, programs);

  function takeStep(step: ScheduledStep): void {
    if (simulation.isInTick() && !step.joins) simulation.endTick();
    const choice = followStep(simulation.situation, step, position);
    const isNew = position === taken.length;
    doing = createDoing();
    const { woken } = doing;
    simulation.take(choice, isNew ? events : [], (_, happened) => {
      for (const event of happened) if (event.kind === "wake" || event.kind === "start") woken.push(event.pid);
    });
    if (cpus === 1 && simulation.isInTick()) simulation.endTick();
    if (isNew) taken.push({ ...doing, step, events: events.length });
    position += 1;
    if (isNew && position % interval === 0) kept.push(simulation.save());
  }

  function goTo(target: number): void {
    if (!Number.isSafeInteger(target) || target < 0 || target > taken.length)
      throw new RangeError(`goto: step ${target} is not known; there are ${taken.length}`);
    const nearest = Math.floor(target / interval);
    if (target < position || nearest * interval > position) {
      position = nearest * interval;
      simulation = continueFrom(kept[nearest] as Moment, programs);
    }
    while (position < target) takeStep((taken[position] as Taken).step);
  }

  function step(index = 0): void {
    const choice = listChoices()[index];
    if (!choice) throw new RangeError(`step: there is no choice ${index}`);
    if (position >= maxSteps) throw new RangeError(`step: more than ${maxSteps} steps are not kept`);
    const planned = recordStep(simulation.situation.kernel, choice, choice.joins);
    if (!isSame(planned, taken[position]?.step)) forgetFuture();
    takeStep(planned);
  }

  function forgetFuture(): void {
    for (let index = taken.length - 1; index >= position; index -= 1) {
      const { told, made } = taken[index] as Taken;
      if (told !== null) machine.takeBack(told, made);
    }
    taken.length = position;
    events.length = taken[position - 1]?.events ?? 1;
    kept.length = Math.floor(position / interval) + 1;
  }

  const listChoices = () => listManualChoices(simulation.situation, findUsed(), permitted);

  /** What this tick's steps have used. */
  function findUsed(): Used {
    const used = { cpus: new Set<number>(), pids: new Set<Pid>() };
    if (!simulation.isInTick()) return used;
    for (let index = position - 1; index >= 0; index -= 1) {
      const { step: made, woken } = taken[index] as Taken;
      used.cpus.add(made.cpu ?? 0);
      for (const pid of [made.pid, ...woken]) used.pids.add(pid);
      if (!made.joins) break;
    }
    return used;
  }

  for (const step of schedule) takeStep(step);
  goTo(0);

  return {
    get kernel() {
      return simulation.situation.kernel;
    },
    get now() {
      return simulation.situation.now;
    },
    get position() {
      return position;
    },
    get length() {
      return taken.length;
    },
    get choices() {
      return listChoices();
    },
    get trace() {
      const before = events.slice(0, position === 0 ? 1 : taken[position - 1]?.events);
      return {
        kernel: "sim" as const,
        unit: "tick" as const,
        cpus,
        events: sortEvents(before, cpus),
      };
    },
    get schedule() {
      return taken.slice(0, position).map((one) => one.step);
    },
    step,
    back: (steps = 1) => goTo(Math.max(0, position - steps)),
    forward: (steps = 1) => goTo(Math.min(taken.length, position + steps)),
    goto: goTo,
  };
}

const createDoing = () => ({
  told: null as Pid | null,
  made: null as Pid | null,
  asked: [] as [Pid, Call][],
  woken: [] as Pid[],
});

/** Whether two steps are the same transition on the same CPU, whatever the reasons. */
const isSame = (one: ScheduledStep, other: ScheduledStep | undefined): boolean =>
  other !== undefined &&
  one.pid === other.pid &&
  one.action === other.action &&
  one.choice === other.choice &&
  (one.cpu ?? 0) === (other.cpu ?? 0) &&
  one.joins === other.joins;
