/**
 * A machine: one box and the runs in it. Here the limits of a run are kept: time, output, memory. The zygote is not trusted: each of its
 * messages is parsed, bounded, and believed only about runs that this box has; the worst that a hostile one can do is lie about itself.
 */
import * as v from "valibot";
import type { End } from "../schema/cell.ts";
import { fromRunnerSchema, type FromRunner, type RunRequest, type ToRunner } from "../schema/protocol.ts";
import { boxLimits, startBox, type Bind } from "./box.ts";
import { exceedsMemory } from "./memory.ts";
import type { Stage } from "./stage.ts";
import type { Placement, RunOrder } from "./zygote/job.ts";
import { createLineReader } from "./zygote/lines.ts";

/** What a run may print, in bytes of UTF-8. */
export const maxOutputBytes = 1 << 20;
const maxReports = { check: 100, result: 100, trace: 20_000 };
/** Longest message from a box: a report's packet, or output in the worst JSON escapes. */
const maxMessageBytes = 1 << 20;
/** Messages about runs that have ended may still be under way; more than these are an attack. */
const maxStrayMessages = 1_000;
const startTimeoutMs = 10_000;
/** How long the zygote may take to end one run's processes before the whole machine is ended. */
const stopTimeoutMs = 150;
const memoryIntervalMs = 50;

export type Report = (message: FromRunner) => void;

export interface Machine {
  /** Resolves when runs can begin; rejects with what the box complained about. */
  readonly ready: Promise<void>;
  /** Resolves when nothing of the machine is left. */
  readonly gone: Promise<void>;
  /** The process at the top of its box; 0 where none could be started. */
  readonly pid: number;
  /** When its last run ended (performance.now()); null while one goes on. */
  readonly idleSince: number | null;
  /** Starts a run; `report` is called until it gets `ended`. `placement`: where the program seems to stand, if not in the box's home. */
  run(id: string, request: RunRequest, report: Report, placement?: Placement): void;
  /** Ends a run's processes and leaves the others, or, where that does not succeed at once, the machine. */
  stop(id: string): void;
  /** Stops reading from the box, which makes its programs wait as soon as they print. */
  pause(): void;
  resume(): void;
  /** Ends everything in it at once; its runs end as `cause` says. */
  kill(cause?: End["cause"]): Promise<void>;
}

/** How a run ends whose machine is gone. */
const lost: End = { exitStatus: null, termSignal: "SIGKILL", cause: "lost", ms: 0 };

interface Run {
  readonly id: string;
  readonly report: Report;
  readonly began: number;
  readonly timer: NodeJS.Timeout;
  readonly reports: { check: number; result: number; trace: number };
  outputBytes: number;
  /** The limit that ends it, once one does. */
  cause: End["cause"] | null;
}

/** `single`: the machine serves one run, so that stopping the run is killing the machine. */
export function startMachine(stage: Stage, single: boolean, binds: readonly Bind[] = []): Machine {
  const box = startBox(stage, binds);
  const runs = new Map<string, Run>();
  const readLines = createLineReader(maxMessageBytes);
  const ready = Promise.withResolvers<void>();
  // Whoever does not ask whether it became ready is told by its runs.
  ready.promise.catch(() => {});
  const startTimer = setTimeout(() => void kill(), startTimeoutMs);
  let strayMessages = 0;
  let idleSince = performance.now();
  let isGone = false;

  box.control.on("data", (chunk: Buffer) => {
    try {
      for (const line of readLines(chunk)) receive(v.parse(fromRunnerSchema, JSON.parse(line)));
    } catch {
      void kill();
    }
  });
  const memoryTimer = setInterval(() => {
    if (runs.size === 0 || !exceedsMemory(box.pid, boxLimits.memoryBytes)) return;
    void kill("memory");
  }, memoryIntervalMs);
  memoryTimer.unref();
  void box.gone.then(reportGone);

  function reportGone(): void {
    isGone = true;
    clearTimeout(startTimer);
    clearInterval(memoryTimer);
    ready.reject(new Error(`the box ended before it was ready: ${box.complaint() || "it said nothing"}`));
    for (const run of runs.values()) endRun(run, lost);
  }

  function receive(message: FromRunner): void {
    if (message.type === "hello") {
      clearTimeout(startTimer);
      return ready.resolve();
    }
    const run = "run" in message ? runs.get(message.run) : undefined;
    if (run === undefined) {
      if (++strayMessages > maxStrayMessages) void kill();
      return;
    }
    switch (message.type) {
      case "started":
        return run.report(message);
      case "output":
        return receiveOutput(run, message.text);
      case "check":
      case "result":
        return receiveReport(run, message, 1);
      case "trace":
        return receiveReport(run, message, message.events.length);
      case "ended":
        return endRun(run, message.end);
      case "queued":
      case "refused":
      case "reset":
        // No box has a say in these.
        return void kill();
    }
  }

  function receiveOutput(run: Run, text: string): void {
    if (run.cause === "output") return;
    const room = maxOutputBytes - run.outputBytes;
    run.outputBytes += Buffer.byteLength(text);
    const shown = run.outputBytes <= maxOutputBytes ? text : Buffer.from(text).subarray(0, room).toString();
    run.report({ type: "output", run: run.id, text: shown });
    if (run.outputBytes > maxOutputBytes) limit(run, "output");
  }

  function receiveReport(run: Run, message: FromRunner & { type: "check" | "result" | "trace" }, count: number): void {
    run.reports[message.type] += count;
    if (run.reports[message.type] <= maxReports[message.type]) run.report(message);
  }

  /** Ends a run for `cause`. */
  function limit(run: Run, cause: End["cause"]): void {
    if (run.cause !== null) return;
    run.cause = cause;
    if (single) return void kill(cause);
    send({ type: "stop", run: run.id });
    setTimeout(() => {
      if (runs.get(run.id) === run) void kill();
    }, stopTimeoutMs);
  }

  function endRun(run: Run, end: End): void {
    clearTimeout(run.timer);
    if (!runs.delete(run.id)) return;
    idleSince = performance.now();
    const ms = idleSince - run.began;
    // How it ended is the box's to say; why, where a limit was kept, is ours.
    run.report({ type: "ended", run: run.id, end: { ...end, cause: run.cause ?? end.cause, ms } });
  }

  function send(message: ToRunner | RunOrder): void {
    box.control.write(`${JSON.stringify(message)}\n`);
  }

  function kill(cause?: End["cause"]): Promise<void> {
    if (cause !== undefined) for (const run of runs.values()) run.cause ??= cause;
    return box.kill();
  }

  return {
    ready: ready.promise,
    gone: box.gone,
    pid: box.pid,
    get idleSince() {
      return runs.size === 0 ? idleSince : null;
    },
    run: (id, request, report, placement) => {
      const timer = setTimeout(() => limit(run, "time"), request.timeoutMs);
      const reports = { check: 0, result: 0, trace: 0 };
      const run: Run = { id, report, began: performance.now(), timer, reports, outputBytes: 0, cause: null };
      runs.set(id, run);
      if (isGone) return endRun(run, lost);
      send({ type: "run", run: id, request, ...(placement && { placement }) });
    },
    stop: (id) => {
      const run = runs.get(id);
      if (run !== undefined) limit(run, "stopped");
    },
    pause: () => box.control.pause(),
    resume: () => box.control.resume(),
    kill,
  };
}
