/**
 * Programs: the generators outside the kernel. A generator cannot be copied, so `fork` builds the child by running the program again
 * with the results that its parent had, and then 0. That is why a program may depend on nothing but the results of its calls.
 */
import { exit, write, type Call, type CallName, type Program } from "../schema/call.ts";
import { pthread_exit, sigreturn, type SignalAction, type SignalHandler } from "../schema/calls/process.ts";
import { copyCall } from "./check-call.ts";
import { FIRST_PID, type Pid, type Result } from "./kernel/kernel.ts";
import { feed, getTop, push, type Begun, type Layer, type Steps } from "./layers.ts";
import { describeProgramError, type ProgramError } from "./program-error.ts";

/** Most calls that one run replays for all its forks together. */
export const replayLimit = 100_000;
/** Most bytes that all programs of a run may read: what they have read is kept for their children. */
const dataLimit = 268_435_456;

/** The run has replayed or kept as much as it may. */
export class ReplayLimitError extends RangeError {}

/** What a thread asked, and what it was told. */
interface Recorded {
  readonly call: CallName;
  readonly result: Result;
  /** The handler that it set. */
  readonly handler?: SignalHandler;
}

/** One thread. */
interface Thread {
  readonly pid: Pid;
  /** Begins its program for the process that it is given, its own or a child; each time the same one. */
  begin: (pid: Pid) => Steps;
  /** Of all but the first thread of a process: the one that has made it. */
  readonly creator: Thread | null;
  /** All that it was told; of a child, first what its parent was told before the fork. */
  readonly history: Recorded[];
  /** Where it is; null: nobody has needed to know yet. */
  layers: Layer[] | null;
  /** Its own handlers in place of those that its parent had before the fork: each sees the variables of its own program. */
  readonly handlers: Map<SignalHandler, SignalHandler>;
  /** Begins a handler on top of it, or another program in its place. */
  readonly wrap: (begun: Begun) => Steps;
}

/** Hears of each next call. */
export type Ask = (pid: Pid, call: Call) => void;

export interface Machine {
  /** Starts the first process; gives its first call. */
  start(): Call;
  /** Tells the program of `pid` a result. Asks for its next call, and for the first one of a child or a thread that it has made. */
  answer(pid: Pid, result: Result, ask: Ask): void;
  /** Takes back the last answer to `pid`, by which it may have `made` a process. */
  takeBack(pid: Pid, made: Pid | null): void;
  /** The thread is gone. */
  forget(pid: Pid): void;
  /** Errors that no program has caught, so far. */
  readonly errors: readonly ProgramError[];
}

export function createMachine(program: Program): Machine {
  const threads = new Map<Pid, Thread>();
  const errors: ProgramError[] = [];
  let replayed = 0;
  let kept = 0;

  function answer(pid: Pid, result: Result, ask: Ask): void {
    const thread = getThread(pid);
    const layers = thread.layers ?? run(thread);
    const { asked } = getTop(layers);
    if (result.kind === "return" && asked.name === "fork") {
      const child = result.value as Pid;
      ask(child, fork(thread, child));
    } else if (result.kind === "return" && asked.name === "pthread_create") {
      const made = result.value as Pid;
      ask(made, start(made, beginThread(asked), thread.handlers, [], thread));
    }
    keep(thread, asked, result);
    feed(layers, result, thread.wrap);
    if (result.kind !== "resume" || result.result) ask(pid, copyCall(getTop(layers).asked));
  }

  const beginThread = ({ args }: Call): Thread["begin"] => {
    const [program] = args as readonly [() => Steps];
    return (pid) => guard(pid, program, pthread_exit);
  };

  function keep({ history }: Thread, call: Call, result: Result): void {
    const handler = handlerOf(call);
    history.push(handler ? { call: call.name, result, handler } : { call: call.name, result });
    if (result.kind !== "return" || !(result.value instanceof Uint8Array)) return;
    kept += result.value.length;
    if (kept > dataLimit) throw new ReplayLimitError(`the programs have read more than ${dataLimit} bytes`);
  }

  function start(
    pid: Pid,
    begin: Thread["begin"],
    handlers: Thread["handlers"],
    history: Recorded[] = [],
    creator: Thread | null = null,
  ): Call {
    const wrap: Thread["wrap"] = (begun) => {
      if (begun.kind === "exec") return guard(pid, () => begun.program(...begun.args), () => exit(0)); // prettier-ignore
      const handler = handlers.get(begun.handler) ?? begun.handler;
      return guard(pid, () => handler(begun.signal, begun.info), sigreturn);
    };
    const thread: Thread = { pid, begin, creator, history, layers: null, handlers, wrap };
    threads.set(pid, thread);
    return copyCall(getTop(run(thread)).asked);
  }

  /** Runs a program from its beginning to where it should be. */
  function run(thread: Thread): Layer[] {
    const { pid, begin, creator, history, handlers, wrap } = thread;
    if (creator && !creator.layers) run(creator);
    const layers: Layer[] = [];
    thread.layers = layers;
    // What was before exec is another program's.
    let last = history.length - 1;
    while (last >= 0 && history[last]?.result.kind !== "exec") last -= 1;
    const began = history[last]?.result;
    push(layers, began?.kind === "exec" ? wrap(began) : begin(pid));
    for (let index = last + 1; index < history.length; index += 1) {
      const { call, result, handler } = history[index] as Recorded;
      const { asked } = getTop(layers);
      if (asked.name !== call) throw createReplayError(asked.name, call);
      if (handler) replaceHandler(handlers, handler, handlerOf(asked));
      const made = call === "pthread_create" && result.kind === "return" ? threads.get(result.value as Pid) : null;
      if (made?.creator === thread) made.begin = beginThread(asked);
      feed(layers, result, wrap);
    }
    return layers;
  }

  function fork({ history, begin, handlers }: Thread, pid: Pid): Call {
    replayed += history.length;
    if (replayed > replayLimit) {
      throw new ReplayLimitError(
        `fork: building children by replay has taken more than ${replayLimit} calls; fork earlier, or fewer times`,
      );
    }
    return start(pid, begin, new Map(handlers), [...history, { call: "fork", result: { kind: "return", value: 0 } }]);
  }

  /**
   * A program as a C compiler wraps `main`: its end is a call (`exit(0)` for the first thread); an error that nobody catches is
   * printed, and is `exit(1)`.
   */
  function* guard(pid: Pid, begin: () => Steps, end: (value: unknown) => Call): Steps {
    let value: unknown;
    try {
      value = yield* begin();
    } catch (error) {
      const at = threads.get(pid)?.layers?.at(-1)?.asked;
      errors.push(describeProgramError(pid, error, at));
      yield* report(error);
      yield* exit(1);
    }
    yield* end(value);
    throw new Error("a program goes on after its end");
  }

  function getThread(pid: Pid): Thread {
    const thread = threads.get(pid);
    if (!thread) throw new RangeError(`no program runs as process ${pid}`);
    return thread;
  }

  function takeBack(pid: Pid, made: Pid | null): void {
    const thread = getThread(pid);
    thread.history.pop();
    // Threads of one process have their handlers in common.
    if (thread.layers)
      for (const other of threads.values()) if (other.handlers === thread.handlers) other.layers = null;
    if (made !== null) threads.delete(made);
  }

  return {
    start: () => start(FIRST_PID, (pid) => guard(pid, program, () => exit(0)), new Map()), // prettier-ignore
    answer,
    takeBack,
    forget: (pid) => void threads.delete(pid),
    errors,
  };
}

const createReplayError = (asked: string, before: string): Error =>
  new Error(
    `run again with the same results, the program asked for ${asked} where it had asked for ${before}; ` +
      "a program may depend on nothing but the results of its calls",
  );

function handlerOf({ name, args }: Call): SignalHandler | undefined {
  if (name !== "sigaction") return undefined;
  const { handler } = args[1] as SignalAction;
  return typeof handler === "function" ? handler : undefined;
}

/** `own` takes the place of `before`, and of all that `before` had taken the place of. */
function replaceHandler(handlers: Thread["handlers"], before: SignalHandler, own: SignalHandler | undefined): void {
  if (!own) return;
  for (const [original, replaced] of handlers) if (replaced === before) handlers.set(original, own);
  handlers.set(before, own);
}

function* report(error: unknown): Generator<Call, void, unknown> {
  try {
    yield* write(2, `${error instanceof Error ? String(error) : `Uncaught ${String(error)}`}\n`);
  } catch {
    // Nowhere left to say it.
  }
}
