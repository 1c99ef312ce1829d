/**
 * The simulated kernel: `ring3/simulator`.
 *
 * ```ts
 * const run = simulate(function* () { yield* print("hello") }, { seed: 7 });
 * display(timeline(run));
 * ```
 */
export { dependent } from "./kernel/accesses.ts";
export { createKernel, enabled, request, step, type Result, type Step, type Transition } from "./kernel/core.ts";
export type { Access, Kernel, KernelObject, OpenFile, Process, StepEvent } from "./kernel/kernel.ts";
export type { Pipe } from "./kernel/pipe.ts";
export { createMachine, type Machine } from "./machine.ts";
export type { Policy, Task, Tick } from "./scheduling/policy.ts";
export { roundRobin } from "./scheduling/round-robin.ts";
export { clockDriver } from "./drivers/clock.ts";
export type { Driver, Schedule, ScheduledStep } from "./drivers/driver.ts";
export { randomDriver } from "./drivers/random.ts";
export { replayDriver, ScheduleError } from "./drivers/replay.ts";
export { printSchedule, readSchedule, ScheduleTextError } from "./drivers/schedule-text.ts";
export type { ManualChoice } from "./drivers/manual.ts";
export { createStepper, type Stepper, type StepperOptions } from "./stepper.ts";
export type { Place, ProgramError } from "./program-error.ts";
export * from "../schema/calls/process-constants.ts";
export type {
  ProgramWithArguments,
  RealTimeSignal,
  Signal,
  SignalAction,
  SignalHandler,
  SignalInfo,
  ThreadProgram,
} from "../schema/calls/process.ts";
export { kill } from "../schema/calls/process.ts";
export * from "./kernel/cpu-time-calls.ts";
export * from "./kernel/exec-calls.ts";
export * from "./kernel/group-calls.ts";
export * from "./kernel/signal-calls.ts";
export * from "./kernel/thread-calls.ts";
export { findRun, simulate, type BlockedProcess, type Run, type SimulateOptions } from "./simulate.ts";
export { foldOutput } from "./folds/output.ts";
export { foldStates, type ProcessState, type StateInterval } from "./folds/states.ts";
export { foldTree, type ProcessNode } from "./folds/tree.ts";
export { findViolations } from "./invariants.ts";
export { describeEnding, presentProgram, showPipe, timeline } from "./views.ts";
