/** A run: a program on the simulated kernel under a driver, from its first call until nothing can happen any more. */
import type { Program } from "../schema/call.ts";
import type { Trace, TraceEvent } from "../schema/trace.ts";
import type { Driver, Schedule, ScheduledStep } from "./drivers/driver.ts";
import { randomDriver } from "./drivers/random.ts";
import { recordStep } from "./drivers/replay.ts";
import { turnsDriver } from "./drivers/turns.ts";
import { createKernel, enabled } from "./kernel/core.ts";
import { FIRST_PID, listProcesses, type Kernel, type MemoryModel, type Pid } from "./kernel/kernel.ts";
import { createMachine, ReplayLimitError } from "./machine.ts";
import type { ProgramError } from "./program-error.ts";
import { continueFrom, createMoment, sortEvents, type Hear } from "./simulation.ts";

export interface SimulateOptions {
  /**
   * Who chooses what happens next: a clock with a policy, a seed, a recorded schedule. Default: round robin on one CPU with a quantum of 4
   * calls, as `clockDriver(roundRobin({ quantum: 4 }))`.
   */
  readonly driver?: Driver;
  /** Short for `driver: randomDriver(seed)`: by chance, the same for the same seed. */
  readonly seed?: number;
  /** In which order the stores of one process reach the others; default `sc`, at once. */
  readonly memoryModel?: MemoryModel;
  /** Most steps; default 100 000. A program that makes no call takes no step: only the page can stop that one. */
  readonly limit?: number;
}

/** A process that waits for what nobody will do. */
export interface BlockedProcess {
  readonly pid: Pid;
  readonly role: string;
  readonly call: string;
  readonly on: string;
  readonly why: string;
}

export interface Run {
  readonly trace: Trace;
  /** Everything that was written to descriptors 1 and 2 that nobody led elsewhere. */
  readonly output: string;
  /** `ended`: every process has. `deadlock`: some wait and nobody can go on. `limit`: stopped from outside. */
  readonly ending: "ended" | "deadlock" | "limit";
  /** The limit that was met, in words; null otherwise. */
  readonly limit: string | null;
  readonly blocked: readonly BlockedProcess[];
  /** What programs did not catch: each has printed it and ended with exit status 1. */
  readonly errors: readonly ProgramError[];
  /** The last state. */
  readonly kernel: Kernel;
  readonly schedule: Schedule;
}

/** What happened until `simulate` threw this error; null for an error of another kind. */
export const findRun = (error: unknown): Run | null =>
  error instanceof Error && "run" in error ? (error.run as Run) : null;

const stepLimit = 100_000;
/** Most output of a run, in UTF-16 units: as much as one view can show. */
const outputLimit = 65_536;

/**
 * Runs a program. The same program and the same seed, or a driver made in the same way, give the same run.
 * @throws RangeError for an option that makes no sense. ScheduleError where a schedule does not fit the program, and Error for a program
 * that does not do the same when it runs again: these carry `run`, what happened until then.
 */
export function simulate(program: Program, options: SimulateOptions = {}): Run {
  const driver = chooseDriver(options);
  const { cpus = 1 } = driver;
  const limit = options.limit ?? stepLimit;
  if (!Number.isSafeInteger(limit) || limit < 0)
    throw new RangeError(`simulate: limit must be a whole number, not ${limit}`);
  const machine = createMachine(program);
  const events: TraceEvent[] = [];
  const schedule: ScheduledStep[] = [];
  let output = "";
  let stopped: string | null = null;

  const hear: Hear = (transition, happened, situation) => {
    driver.observe?.(transition, happened, situation);
    for (const event of happened) if (event.kind === "output") output += event.text;
  };
  const start = createMoment(createKernel(options), machine.start(), cpus);
  const simulation = continueFrom(start, machine);
  const first = { kind: "start", pid: FIRST_PID, role: "main", parent: null } as const;
  events.push({ at: 0, ...first });
  driver.observe?.(null, [first], simulation.situation);
  try {
    while (goOn());
  } catch (error) {
    stopped = error instanceof Error ? error.message : String(error);
    if (!(error instanceof ReplayLimitError)) throw Object.defineProperty(error as Error, "run", { value: endRun() });
  }
  return endRun();

  function goOn(): boolean {
    const { situation } = simulation;
    const choice = driver.choose(situation);
    if (!choice) return false;
    if (schedule.length >= limit) stopped = `${limit} steps`;
    if (output.length > outputLimit) stopped = `${outputLimit} characters of output`;
    if (stopped !== null) return false;
    schedule.push(recordStep(situation.kernel, choice, simulation.isInTick()));
    simulation.take(choice, events, hear);
    if (simulation.isInTick() && (driver.isTickOver?.() ?? true)) simulation.endTick();
    return true;
  }

  function endRun(): Run {
    if (simulation.isInTick()) simulation.endTick();
    const { kernel } = simulation.situation;
    const met = stopped ?? (enabled(kernel).length > 0 ? "the end of the recorded schedule" : null);
    const blocked = met === null ? listBlocked(kernel) : [];
    return {
      trace: { kernel: "sim", unit: "tick", cpus, events: sortEvents(events, cpus) },
      output,
      ending: met === null ? (blocked.length > 0 ? "deadlock" : "ended") : "limit",
      limit: met,
      blocked,
      errors: machine.errors,
      kernel,
      schedule,
    };
  }
}

function chooseDriver({ driver, seed }: SimulateOptions): Driver {
  if (driver && seed !== undefined) throw new RangeError("simulate: driver and seed exclude each other");
  return driver ?? (seed === undefined ? turnsDriver() : randomDriver(seed));
}

const listBlocked = (kernel: Kernel): BlockedProcess[] =>
  listProcesses(kernel)
    .filter(({ state }) => state !== "zombie")
    .map(({ pid, role, call, blocked }) => ({
      pid,
      role,
      call: call?.name ?? "",
      on: blocked?.on ?? "SIGCONT",
      why: blocked?.why ?? "it is stopped",
    }));
