/** fork(2) of a process that runs JavaScript: what must hold before, and what the child must be given anew. */
import { isMainThread } from "node:worker_threads";
import { bytes } from "../schema/call.ts";
import { addon } from "./addon.ts";
import { forkFlags } from "./flags.mjs";
import { writeAll } from "./output.ts";
import { _exit } from "./process.ts";
import { describeUncaught } from "./uncaught.ts";

/**
 * fork(2): returns twice, the child's pid in the parent and 0 in the child. Both go on from here, each with its own memory.
 *
 * The child has its own event loop, `process.pid`, and end: it leaves by _exit(2) once its `exit` listeners have run, since
 * the threads that Node would join are the parent's. Listeners that the parent set for `exit` and `beforeExit` are the
 * parent's and are dropped. As in C, what was computed before the fork is the same in both: `Math.random()` goes on with the
 * same sequence in parent and children, and `crypto.randomUUID()` with the same cache (`{ disableEntropyCache: true }` avoids it).
 *
 * @throws Error where a child could not work: without the flags on Node's command line, in a worker thread, with asynchronous
 *   requests in flight; EAGAIN or ENOMEM where the kernel refuses.
 */
export function fork(): number {
  refuseUnlessForkable();
  const pid = addon.fork();
  if (pid === 0) becomeChild();
  return pid;
}

function refuseUnlessForkable(): void {
  if (!process.execArgv.some((flag) => flag.replaceAll("_", "-") === "--single-threaded"))
    throw new Error(`fork needs a Node that was started with: node ${forkFlags.join(" ")}`);
  if (!isMainThread) throw new Error("fork works only in the main thread: a child has no other threads");
  const requests = addon.activeRequests();
  if (requests > 0)
    throw new Error(
      `fork with ${requests} asynchronous request${requests === 1 ? "" : "s"} in flight: the child would lack the threads that answer. Await them first`,
    );
}

function becomeChild(): void {
  Object.defineProperty(process, "pid", { value: addon.getpid(), enumerable: true, configurable: true });
  process.removeAllListeners("exit");
  process.removeAllListeners("beforeExit");
  endWithoutTeardown();
}

let endsWithoutTeardown = false;

/**
 * Every way to the end of Node (exit, nothing left to do, an uncaught error) announces `exit` first: leave right after that. Node
 * would print an uncaught error only later, so that is done here.
 */
function endWithoutTeardown(): void {
  if (endsWithoutTeardown) return;
  endsWithoutTeardown = true;
  let uncaught: { readonly error: unknown } | null = null;
  process.on("uncaughtExceptionMonitor", (error: unknown) => {
    const isHandled = process.listenerCount("uncaughtException") > 0 || process.hasUncaughtExceptionCaptureCallback();
    uncaught = isHandled ? null : { error };
  });
  const emit = process.emit.bind(process) as (event: string, ...args: unknown[]) => boolean;
  process.emit = ((event: string, ...args: unknown[]) => {
    const heard = emit(event, ...args);
    if (event !== "exit") return heard;
    if (uncaught) writeAll(2, bytes(`${describeUncaught(uncaught.error)}\n`));
    return _exit(Number(process.exitCode ?? args[0] ?? 0));
  }) as typeof process.emit;
}
