/**
 * A simulation on its way: kernel, programs, time and trace, one step after the other. Who runs next is a driver's to say, or a
 * reader's (stepper.ts).
 */
import type { Call } from "../schema/call.ts";
import type { TraceEvent } from "../schema/trace.ts";
import type { Choice, Situation } from "./drivers/driver.ts";
import { request, step, type Transition } from "./kernel/core.ts";
import { commonOf, findProcess, FIRST_PID, type Kernel, type Pid, type StepEvent } from "./kernel/kernel.ts";
import type { Machine } from "./machine.ts";
import type { Tick } from "./scheduling/policy.ts";

/** Everything but the programs, between two steps. */
export interface Moment extends Situation {
  /** Whether a step has been made in this tick. */
  readonly isInTick: boolean;
  /** When the last wait with a timeout of each thread is over, which holds for as long as it is in that call, however often it is woken. */
  readonly waits: ReadonlyMap<Pid, Wait>;
}

interface Wait {
  readonly call: Call | null;
  readonly until: Tick;
}

/** Who answers for the programs: the machine, or a record of what it answered. */
export type Programs = Pick<Machine, "answer" | "forget">;

export interface Simulation {
  /** As it is now; it changes with the next step. */
  readonly situation: Situation;
  /** Takes a step, and adds to `events` what happens in it; see `sortEvents`. */
  readonly take: (choice: Choice, events: TraceEvent[], hear?: Hear) => void;
  /** The clock goes on to the next tick. */
  readonly endTick: () => void;
  readonly isInTick: () => boolean;
  readonly save: () => Moment;
}
/** What has happened in a step, before the program is told its result. */
export type Hear = (transition: Transition, events: readonly StepEvent[], situation: Situation) => void;

/** In the order of their times, where several CPUs have made steps in the same tick. */
export const sortEvents = (events: TraceEvent[], cpus: number): TraceEvent[] =>
  cpus === 1 ? events : events.toSorted((a, b) => a.at - b.at);

/** The beginning: the first process is ready, and its program has come to its first call. */
export const createMoment = (kernel: Kernel, call: Call, cpus: number): Moment => ({
  kernel: request(kernel, FIRST_PID, call),
  now: 0,
  running: Array.from({ length: cpus }, () => null),
  deadlines: new Map(),
  isInTick: false,
  waits: new Map(),
});

/** Goes on from a moment. */
export function continueFrom(moment: Moment, programs: Programs): Simulation {
  const running = [...moment.running];
  const deadlines = new Map(moment.deadlines);
  const waits = new Map(moment.waits);
  const situation = { kernel: moment.kernel, now: moment.now, running, deadlines };
  let { isInTick } = moment;

  function take(choice: Choice, events: TraceEvent[], hear?: Hear): void {
    const { transition, cpu } = choice;
    const { pid, action } = transition;
    const takesTime = action === "call" || action === "signal";
    if (takesTime) dispatch(choice, events);
    else if (isInTick) endTick();
    if (action === "timeout" || action === "alarm") passTime(action === "alarm" ? -pid : pid);
    const first = events.length;
    const { kernel, result } = step(situation.kernel, transition, events);
    situation.kernel = kernel;
    const began = situation.now;
    if (takesTime) situation.now = began + 1;
    for (let index = first; index < events.length; index += 1) {
      const event = events[index] as TraceEvent;
      // A call enters the kernel when its tick begins; all else that a step does is there when the tick is over.
      const isEntry = index === first && event.kind === "call" && event.pid === pid;
      note(event, isEntry ? began : situation.now, isEntry ? cpu : running.indexOf(event.pid));
    }
    hear?.(transition, events.slice(first), situation);
    situation.now = began;
    isInTick ||= takesTime;
    if (result) programs.answer(pid, result, ask);
  }

  /** The clock goes on to a time that has been set. */
  function passTime(key: Pid): void {
    situation.now = Math.max(situation.now, deadlines.get(key) ?? 0);
    deadlines.delete(key);
  }

  /** The event itself gets its time, since nobody else has it: a copy of each would take a tenth of all the time. */
  function note(event: TraceEvent, at: Tick, cpu: number): void {
    const { kind, pid } = event;
    event.at = at;
    if (cpu !== -1) event.cpu = cpu;
    if (cpu !== -1 && leavesCpu(event)) running[cpu] = null;
    if (kind === "block") noteDeadline(pid);
    else if (kind === "wake") deadlines.delete(pid);
    else if (kind === "exit") forget(pid);
    else if (kind === "call" && event.call === "alarm") noteAlarm(pid);
  }

  function forget(pid: Pid): void {
    deadlines.delete(pid);
    deadlines.delete(-pid);
    waits.delete(pid);
    programs.forget(pid);
  }

  /** One tick is one millisecond for those that wait with a timeout. */
  function noteDeadline(pid: Pid): void {
    const { call = null, blocked } = findProcess(situation.kernel, pid) ?? {};
    if (blocked?.timeoutMs === undefined) return;
    const before = waits.get(pid);
    const until = before && before.call === call ? before.until : situation.now + blocked.timeoutMs;
    waits.set(pid, { call, until });
    deadlines.set(pid, until);
  }

  function noteAlarm(pid: Pid): void {
    const thread = findProcess(situation.kernel, pid);
    if (!thread) return;
    const { alarm } = commonOf(situation.kernel, thread);
    if (alarm) deadlines.set(-thread.group, situation.now + alarm.seconds * 1_000);
    else deadlines.delete(-thread.group);
  }

  /** Lets a process run that did not run before. */
  function dispatch({ transition: { pid }, cpu, why, preempts, stops }: Choice, events: TraceEvent[]): void {
    if (stops) for (const other of stops) stop(other.pid, other.why, events);
    const before = running[cpu] ?? null;
    if (before === pid) return;
    if (before !== null) stop(before, preempts, events);
    if (running.includes(pid)) stop(pid, preempts, events);
    running[cpu] = pid;
    events.push({ at: situation.now, cpu, kind: "run", pid, why });
  }

  function stop(pid: Pid, why: string, events: TraceEvent[]): void {
    const cpu = running.indexOf(pid);
    if (cpu === -1) return;
    running[cpu] = null;
    events.push({ at: situation.now, cpu, kind: "preempt", pid, why });
  }

  function endTick(): void {
    situation.now += 1;
    isInTick = false;
  }

  /** A program wants something next. */
  function ask(pid: Pid, call: Call): void {
    situation.kernel = request(situation.kernel, pid, call);
  }

  return {
    situation,
    take,
    endTick,
    isInTick: () => isInTick,
    save: () => ({
      ...situation,
      running: [...running],
      deadlines: new Map(deadlines),
      isInTick,
      waits: new Map(waits),
    }),
  };
}

const leavesCpu = (event: StepEvent): boolean =>
  event.kind === "block" || event.kind === "exit" || (event.kind === "signal" && event.action === "stop");
