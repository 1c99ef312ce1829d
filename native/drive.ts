/** Driving a portable program with real calls: the same text that the simulated kernel runs. */
import { inspect } from "node:util";
import { bytes, type Call, exit, type Program } from "../schema/call.ts";
import { calls } from "./calls.ts";
import { writeAll } from "./output.ts";
import { startAsC } from "./start.ts";
import { type Perform, performCall, traceCalls } from "./tracer.ts";
import { describeUncaught } from "./uncaught.ts";

export interface DriveOptions {
  /**
   * The write end of a pipe (or a socket) for trace events (schema/trace.ts), one JSON line each, times in µs since this call; the
   * processes that fork from this one write there too. The driver takes the descriptor over and moves it out of the program's way.
   */
  readonly report?: number;
}

/**
 * Runs `program` in this process, which begins as a C program does and ends with it: exit status 0 when its text ends, what it
 * exits with, or 1 with the error and its line on stderr. `fork()` is fork(2): the generator is cloned with the process.
 * Needs a Node started with `forkFlags`, once the program forks.
 */
export function driveProgram(program: Program, { report }: DriveOptions = {}): never {
  startAsC();
  const perform = report === undefined ? performCall : traceCalls(report);
  try {
    runSteps(program(), perform);
  } catch (error) {
    writeAll(2, bytes(`${describeUncaught(error)}\n`));
    perform(exit(1));
  }
  perform(exit(0));
  throw new Error("unreachable: _exit does not return");
}

function runSteps(steps: Generator<Call, unknown, unknown>, perform: Perform): void {
  let step = steps.next();
  while (!step.done) {
    let answer: unknown;
    try {
      answer = perform(checkCall(step.value));
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(answer);
  }
}

function checkCall(value: Call): Call {
  if (Object.hasOwn(calls, (value as Call | null)?.name ?? "")) return value;
  throw new TypeError(`A portable program yields only calls, as in: yield* getpid(). It yielded ${inspect(value)}`);
}
