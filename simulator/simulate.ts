/** A run: a program on the simulated kernel under a driver, from its first call until nothing can happen any more. */
import type { Call, Program } from "../schema/call.ts";
import type { Trace, TraceEvent } from "../schema/trace.ts";
import { clockDriver } from "./drivers/clock.ts";
import type { Choice, Driver, Schedule, ScheduledStep } from "./drivers/driver.ts";
import { randomDriver } from "./drivers/random.ts";
import { recordStep, replayDriver } from "./drivers/replay.ts";
import { createKernel, enabled, request, step, type Transition } from "./kernel/core.ts";
import { FIRST_PID, getProcess, listProcesses, type Kernel, type Pid, type StepEvent } from "./kernel/kernel.ts";
import { createMachine, ReplayLimitError } from "./machine.ts";
import type { Policy, Tick } from "./scheduling/policy.ts";
import { roundRobin } from "./scheduling/round-robin.ts";

export interface SimulateOptions {
  /** Who runs when; default: round robin with a quantum of 4 calls. */
  readonly policy?: Policy;
  /** Choose by chance, the same for the same seed, instead of by a policy. */
  readonly seed?: number;
  /** Choose as in an earlier run. A schedule may end early: then the run ends there. */
  readonly schedule?: Schedule;
  /** Most steps; default 100 000. */
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
  /** The last state. */
  readonly kernel: Kernel;
  readonly schedule: Schedule;
}

const stepLimit = 100_000;
/** Most output of a run, in UTF-16 units: as much as one view can show. */
const outputLimit = 65_536;
/** Every process runs here, so far. */
const cpu = 0;

/**
 * Runs a program. The same program, policy or seed give the same run.
 * @throws RangeError for an option that makes no sense; ScheduleError where a schedule does not fit the program.
 */
export function simulate(program: Program, options: SimulateOptions = {}): Run {
  const driver = chooseDriver(options);
  const limit = options.limit ?? stepLimit;
  if (!Number.isSafeInteger(limit) || limit < 0)
    throw new RangeError(`simulate: limit must be a whole number, not ${limit}`);
  const machine = createMachine(program);
  const events: TraceEvent[] = [];
  const schedule: ScheduledStep[] = [];
  const deadlines = new Map<Pid, Tick>();
  let kernel = request(createKernel(), FIRST_PID, machine.start(FIRST_PID));
  let now: Tick = 0;
  let running: Pid | null = null;
  let output = "";
  let stopped: string | null = null;

  const situation = () => ({ kernel, now, running: [running], deadlines });
  observe(null, [{ kind: "start", pid: FIRST_PID, role: "main", parent: null }]);
  for (;;) {
    const choice = driver.choose(situation());
    if (!choice) break;
    if (schedule.length >= limit) stopped = `${limit} steps`;
    if (output.length > outputLimit) stopped = `${outputLimit} characters of output`;
    if (stopped !== null) break;
    try {
      take(choice);
    } catch (error) {
      if (!(error instanceof ReplayLimitError)) throw error;
      stopped = error.message;
      break;
    }
  }
  return endRun({ kernel, events, schedule, output, stopped });

  function take(choice: Choice): void {
    const { transition } = choice;
    const { pid, action } = transition;
    schedule.push(recordStep(kernel, choice));
    if (action === "timeout") now = Math.max(now, deadlines.get(pid) ?? now);
    else dispatch(choice);
    const { call } = getProcess(kernel, pid);
    const taken = step(kernel, transition);
    kernel = taken.kernel;
    if (action !== "timeout") enter(taken.events);
    observe(transition, taken.events);
    if (call && taken.result) goOn(call, pid, taken.result);
  }

  /** Lets a process run that did not run before. */
  function dispatch({ transition, why, preempts }: Choice): void {
    if (running === transition.pid) return;
    if (running !== null) events.push({ at: now, cpu, kind: "preempt", pid: running, why: preempts });
    running = transition.pid;
    events.push({ at: now, cpu, kind: "run", pid: running, why });
  }

  /** A call enters the kernel when its tick begins; all else that a step does is there when the tick is over. */
  function enter(taken: readonly StepEvent[]): void {
    const entry = taken[0];
    if (entry?.kind === "call") events.push({ at: now, cpu, ...entry });
    now += 1;
  }

  /** Tells the program its result, and the kernel what the program wants next. */
  function goOn(call: Call, pid: Pid, result: NonNullable<ReturnType<typeof step>["result"]>): void {
    if (call.name === "fork" && result.kind === "return") {
      const child = result.value as Pid;
      kernel = request(kernel, child, machine.fork(pid, child));
    }
    kernel = request(kernel, pid, machine.resume(pid, result));
  }

  function observe(transition: Transition | null, taken: readonly StepEvent[]): void {
    for (const event of taken) {
      if (event.kind !== "call")
        events.push(event.pid === running ? { at: now, cpu, ...event } : { at: now, ...event });
      if (event.kind === "output") output += event.text;
      if (event.pid === running && leavesCpu(event)) running = null;
      if (event.kind === "block") noteDeadline(event.pid);
      if (event.kind === "wake" || event.kind === "exit") deadlines.delete(event.pid);
    }
    driver.observe?.(transition, taken, situation());
  }

  /** One tick is one millisecond for those that wait with a timeout. */
  function noteDeadline(pid: Pid): void {
    const timeoutMs = getProcess(kernel, pid).blocked?.timeoutMs;
    if (timeoutMs !== undefined) deadlines.set(pid, now + timeoutMs);
  }
}

const leavesCpu = (event: StepEvent): boolean =>
  event.kind === "block" || event.kind === "exit" || (event.kind === "signal" && event.action === "stop");

function chooseDriver({ policy, seed, schedule }: SimulateOptions): Driver {
  if ([policy, seed, schedule].filter((option) => option !== undefined).length > 1) {
    throw new RangeError("simulate: policy, seed and schedule exclude each other");
  }
  if (schedule) return replayDriver(schedule);
  if (seed !== undefined) return randomDriver(seed);
  return clockDriver(policy ?? roundRobin());
}

interface Outcome {
  readonly kernel: Kernel;
  readonly events: TraceEvent[];
  readonly schedule: Schedule;
  readonly output: string;
  readonly stopped: string | null;
}

function endRun({ kernel, events, schedule, output, stopped }: Outcome): Run {
  const canGoOn = enabled(kernel).length > 0;
  const limit = stopped ?? (canGoOn ? "the end of the recorded schedule" : null);
  const blocked = limit === null ? listBlocked(kernel) : [];
  return {
    trace: { kernel: "sim", unit: "tick", cpus: 1, events },
    output,
    ending: limit === null ? (blocked.length > 0 ? "deadlock" : "ended") : "limit",
    limit,
    blocked,
    kernel,
    schedule,
  };
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
