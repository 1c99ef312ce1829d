/** A program that runs, with the signal handlers on top of it: each is a generator that waits for the result of a call. */
import type { Call } from "../schema/call.ts";
import { createSystemError } from "../schema/errno.ts";
import { checkCall } from "./check-call.ts";
import type { FinalResult, Result } from "./kernel/kernel.ts";

export type Steps = Generator<Call, unknown, unknown>;

export interface Layer {
  readonly steps: Steps;
  /** The call that it waits for, as it has yielded it. */
  asked: Call;
}

/** Tells what waits on top a result, and runs it to its next call. `guard` wraps a handler or a program that begins. */
export function feed(layers: Layer[], result: Result, guard: (begun: Begun) => Steps): void {
  const top = getTop(layers);
  if (result.kind === "return" || result.kind === "fail") return conclude(top, result);
  if (result.kind === "exec") {
    layers.length = 0;
    return push(layers, guard(result));
  }
  if (top.asked.name === "sigreturn") layers.pop();
  if (result.kind === "handle") return push(layers, guard(result));
  if (result.result) conclude(getTop(layers), result.result);
}

/** What begins on top of a program, or in place of it. */
export type Begun = Extract<Result, { kind: "handle" | "exec" }>;

export function getTop(layers: readonly Layer[]): Layer {
  const top = layers.at(-1);
  if (!top) throw new RangeError("no program runs any more");
  return top;
}

/** Runs a program or a handler to its first call, on top of what runs. */
export function push(layers: Layer[], steps: Steps): void {
  layers.push({ steps, asked: ask(steps, steps.next()) });
}

function conclude(layer: Layer, result: FinalResult): void {
  const { steps } = layer;
  const yielded =
    result.kind === "return"
      ? steps.next(handOut(result.value))
      : steps.throw(withoutFrames(createSystemError(result.errno, result.syscall)));
  layer.asked = ask(steps, yielded);
}

/** The call that a program has come to. One that yields something else is told so where it did. */
function ask(steps: Steps, come: IteratorResult<unknown>): Call {
  for (let yielded = come.value; ;) {
    try {
      return checkCall(yielded);
    } catch (error) {
      yielded = steps.throw(withoutFrames(error as Error)).value;
    }
  }
}

/** Where the simulator made an error is no place in the program; a call that is performed by `yield*` gives it that place. */
function withoutFrames(error: Error): Error {
  error.stack = String(error);
  return error;
}

/** A result of its own for each process: bytes are copied, since they cannot be frozen; all else is frozen. */
function handOut(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return value.slice();
  if (Object.isFrozen(value)) return value;
  Object.values(value).forEach(handOut);
  return Object.freeze(value);
}
