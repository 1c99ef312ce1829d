/** The runs of one page (or of one chapter under verification): fresh machines for most, shared ones by their names. */
import type { RunRequest } from "../schema/protocol.ts";
import type { Machine, Report } from "./machine.ts";
import { NoMachines, type Machines, type TakeOptions } from "./machines.ts";

/** Runs of one page at once, those in line included. */
const maxRuns = 16;
/** Shared machines of one page. */
const maxBoxes = 4;

export interface Runs {
  /** Starts a run. `report` is called until it gets `ended` or `refused`. */
  start(id: string, request: RunRequest, report: Report): void;
  /** Ends a run, or takes it out of the line. */
  stop(id: string): void;
  /** Ends a shared machine and all runs in it. */
  reset(box: string): Promise<void>;
  /** Stops and resumes reading what programs print. */
  pause(): void;
  resume(): void;
  /** Ends everything. */
  close(): Promise<void>;
}

interface Run {
  readonly report: Report;
  readonly waiting: AbortController;
  machine: Machine | null;
}

/** `onReset`: a shared machine is gone, whoever ended it. */
export function createRuns(machines: Machines, onReset: (box: string) => void = () => {}): Runs {
  const runs = new Map<string, Run>();
  const boxes = new Map<string, Promise<Machine>>();
  /** Those of the boxes, and of the runs that have none. */
  const alive = new Set<Machine>();
  const closing = new AbortController();
  let paused = false;

  async function start(id: string, request: RunRequest, report: Report): Promise<void> {
    if (runs.has(id)) return refuse(id, report, "duplicate", "a run of that id is going on");
    if (runs.size >= maxRuns)
      return refuse(id, report, "busy", `at most ${maxRuns} programs of a page run at once: stop one`);
    if (request.box !== null && !boxes.has(request.box) && boxes.size >= maxBoxes)
      return refuse(id, report, "busy", `a page has at most ${maxBoxes} machines: restart one`);
    const run: Run = { report, waiting: new AbortController(), machine: null };
    runs.set(id, run);
    try {
      const onQueued = (place: number) => {
        if (runs.get(id) === run) report({ type: "queued", run: id, place });
      };
      run.machine =
        request.box === null
          ? await take({ shared: false, signal: run.waiting.signal, onQueued })
          : await unlessAborted(openBox(request.box, onQueued), run.waiting.signal);
    } catch (error) {
      runs.delete(id);
      if (run.waiting.signal.aborted) return reportStopped(id, report);
      const remedy = error instanceof NoMachines ? error.remedy : "npx ring3 doctor";
      return refuse(id, report, "box", error instanceof Error ? error.message : String(error), remedy);
    }
    const { machine } = run;
    machine.run(id, request, (message) => {
      if (message.type === "ended") {
        runs.delete(id);
        if (request.box === null) void machine.kill();
      }
      report(message);
    });
  }

  function openBox(name: string, onQueued: (place: number) => void): Promise<Machine> {
    const known = boxes.get(name);
    if (known !== undefined) return known;
    const opening = take({ shared: true, signal: closing.signal, onQueued });
    boxes.set(name, opening);
    void followBox(name, opening);
    return opening;
  }

  async function followBox(name: string, opening: Promise<Machine>): Promise<void> {
    const machine = await opening.catch(() => null);
    await machine?.gone;
    if (boxes.get(name) === opening) boxes.delete(name);
    if (machine !== null) onReset(name);
  }

  async function take(options: TakeOptions): Promise<Machine> {
    const machine = await machines.take(options);
    alive.add(machine);
    void machine.gone.then(() => alive.delete(machine));
    if (paused) machine.pause();
    return machine;
  }

  return {
    start: (id, request, report) => void start(id, request, report),
    stop: (id) => {
      const run = runs.get(id);
      if (run?.machine) run.machine.stop(id);
      else run?.waiting.abort();
    },
    reset: async (box) => {
      // One that does not start is told of by its runs.
      const machine = await boxes.get(box)?.catch(() => null);
      await machine?.kill("stopped");
    },
    pause: () => {
      paused = true;
      for (const machine of alive) machine.pause();
    },
    resume: () => {
      paused = false;
      for (const machine of alive) machine.resume();
    },
    close: async () => {
      closing.abort();
      for (const run of runs.values()) run.waiting.abort();
      await Promise.all([...alive].map((machine) => machine.kill("stopped")));
    },
  };
}

/** What `promise` gives; rejects as soon as `signal` aborts. */
function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const aborted = new Promise<never>((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason as Error)),
  );
  return Promise.race([promise, aborted]);
}

function refuse(id: string, report: Report, code: string, message: string, remedy?: string): void {
  report({ type: "refused", run: id, code, message, ...(remedy !== undefined && { remedy }) });
}

function reportStopped(id: string, report: Report): void {
  report({ type: "ended", run: id, end: { exitStatus: null, termSignal: null, cause: "stopped", ms: 0 } });
}
