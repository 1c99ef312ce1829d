/**
 * Programs: the generators outside the kernel. A generator cannot be copied, so `fork` builds the child by running the program again
 * with the results that its parent had, and then 0. That is why a program may depend on nothing but the results of its calls.
 */
import { exit, write, type Call, type CallName, type Program } from "../schema/call.ts";
import { createSystemError } from "../schema/errno.ts";
import { checkCall } from "./arguments.ts";
import type { Result } from "./kernel/core.ts";
import type { Pid } from "./kernel/kernel.ts";

/** Most calls that one run replays for all its forks together. */
export const replayLimit = 100_000;

/** The run has replayed as much as it may. */
export class ReplayLimitError extends RangeError {}

/** What a program was told, by the name of its call. */
interface Recorded {
  readonly call: CallName;
  readonly result: Result;
}

interface Running {
  readonly generator: Generator<Call, never, unknown>;
  readonly history: Recorded[];
  call: CallName;
}

export interface Machine {
  /** Starts the first process; gives its first call. */
  start(pid: Pid): Call;
  /** Tells the program of `pid` a result; gives its next call. */
  resume(pid: Pid, result: Result): Call;
  /** Builds the child of a fork that `parent` is about to return from; gives the child's first call. */
  fork(parent: Pid, child: Pid): Call;
}

export function createMachine(program: Program): Machine {
  const running = new Map<Pid, Running>();
  let replayed = 0;

  function start(pid: Pid): Call {
    const process: Running = { generator: runMain(program), history: [], call: "exit" };
    running.set(pid, process);
    return ask(process, () => process.generator.next());
  }

  function resume(pid: Pid, result: Result): Call {
    const process = getRunning(pid);
    process.history.push({ call: process.call, result });
    return tell(process, result);
  }

  function fork(parent: Pid, child: Pid): Call {
    const { history } = getRunning(parent);
    replayed += history.length;
    if (replayed > replayLimit) {
      throw new ReplayLimitError(
        `fork: building children by replay has taken more than ${replayLimit} calls; fork earlier, or fewer times`,
      );
    }
    start(child);
    for (const recorded of history) {
      const { call } = getRunning(child);
      if (call !== recorded.call) {
        throw new Error(
          `fork: run again with the same results, the program asked for ${call} where it had asked for ${recorded.call}; ` +
            "a program may depend on nothing but the results of its calls",
        );
      }
      resume(child, recorded.result);
    }
    return resume(child, { kind: "return", value: 0 });
  }

  function getRunning(pid: Pid): Running {
    const process = running.get(pid);
    if (!process) throw new RangeError(`no program runs as process ${pid}`);
    return process;
  }

  return { start, resume, fork };
}

/** A program as a C compiler wraps `main`: its end is `exit(0)`; an error that nobody catches is printed, and is `exit(1)`. */
function* runMain(program: Program): Generator<Call, never, unknown> {
  try {
    yield* program();
  } catch (error) {
    yield* report(error);
    yield* exit(1);
  }
  yield* exit(0);
  throw new Error("exit has returned");
}

function* report(error: unknown): Generator<Call, void, unknown> {
  try {
    yield* write(2, `${error instanceof Error ? String(error) : `Uncaught ${String(error)}`}\n`);
  } catch {
    // Nowhere left to say it.
  }
}

function tell(process: Running, result: Result): Call {
  return ask(process, () =>
    result.kind === "return"
      ? process.generator.next(handOut(result.value))
      : process.generator.throw(createSystemError(result.errno, result.syscall)),
  );
}

/** Runs the program to its next call. One that yields something else is told so where it did. */
function ask(process: Running, run: () => IteratorResult<unknown, never>): Call {
  let yielded = run();
  for (;;) {
    let call: Call;
    try {
      call = checkCall(yielded.value);
    } catch (error) {
      yielded = process.generator.throw(error);
      continue;
    }
    process.call = call.name;
    return call;
  }
}

/** A result of its own for each process: bytes are copied, since they cannot be frozen; all else is frozen. */
function handOut(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.slice();
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(handOut);
    Object.freeze(value);
  }
  return value;
}
