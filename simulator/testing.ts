/** For tests: runs that are checked while they are made. */
import assert from "node:assert/strict";
import * as v from "valibot";
import type { Call, Program } from "../schema/call.ts";
import { traceEventSchema } from "../schema/trace.ts";
import { findViolations } from "./invariants.ts";
import { simulate, type Run, type SimulateOptions } from "./simulate.ts";

/** A run whose trace is sound and has the shape that the schema asks for. */
export function run(program: Program, options?: SimulateOptions): Run {
  const made = simulate(program, options);
  assert.deepEqual(findViolations(made.trace), []);
  for (const event of made.trace.events) v.assert(traceEventSchema, event);
  return made;
}

/** What a program that must end prints, line by line. */
export function linesOf(program: Program, options?: SimulateOptions): string[] {
  const { output, ending, blocked } = run(program, options);
  assert.equal(ending, "ended", JSON.stringify(blocked));
  return output.split("\n").slice(0, -1);
}

/** Performs a call that fails, for the name of its errno. */
export function* errnoOf(call: Call): Generator<Call, string, unknown> {
  try {
    yield* call;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return "no error";
}

export const seeds = Array.from({ length: 30 }, (_, seed) => seed);
