/** For tests: threads that take their steps in a given order, so that a test can say who comes when. */
import assert from "node:assert/strict";
import type { Call } from "../../schema/call.ts";
import { enabled } from "../kernel/core.ts";
import { getProcess, type Process, type StepEvent } from "../kernel/kernel.ts";
import { step } from "../kernel/core.ts";
import { begin, pidOf, returnedBy, take, threadOf, type ExploreOptions, type State } from "./testing.ts";

type Program = () => Generator<Call, unknown, unknown>;

export interface Play {
  /** Thread `index` takes one step, of an action and with a choice. */
  step(index: number, options?: { readonly action?: "call" | "timeout" | "flush"; readonly choice?: number }): Play;
  /** Thread `index` goes on until it waits or has ended. */
  run(index: number): Play;
  readonly state: State;
  readonly events: readonly StepEvent[];
  process(index: number): Process;
  /** Why thread `index` waits. */
  why(index: number): string | undefined;
  /** What each thread returned; null for nothing, undefined while it has not ended. */
  readonly returned: readonly unknown[];
}

export function play(programs: readonly Program[], options: ExploreOptions = {}): Play {
  let state = begin(programs.map(threadOf), options);
  const events: StepEvent[] = [];
  const find = (index: number, action: string, choice: number) =>
    enabled(state.kernel, { permitted: true }).find(
      (one) => one.pid === pidOf(index) && one.action === action && one.choice === choice,
    );
  const self: Play = {
    step(index, { action = "call", choice = 0 } = {}) {
      const transition = find(index, action, choice);
      assert.ok(transition, `thread ${index} has no ${action} ${choice}`);
      events.push(...step(state.kernel, transition).events);
      state = take(state, transition);
      return self;
    },
    run(index) {
      for (let steps = 0; steps < 1_000 && find(index, "call", 0); steps += 1) self.step(index);
      return self;
    },
    get state() {
      return state;
    },
    events,
    process: (index) => getProcess(state.kernel, pidOf(index)),
    why: (index) => self.process(index).blocked?.why,
    get returned() {
      return returnedBy(state);
    },
  };
  return self;
}

/** The name of the errno that a call fails with, or `no error`. */
export function* errnoOf(call: Call): Generator<Call, string, unknown> {
  try {
    yield* call;
    return "no error";
  } catch (error) {
    return (error as { readonly code?: string }).code ?? String(error);
  }
}
