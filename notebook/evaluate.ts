/**
 * Node only. Evaluates `sim` cells as the fence would, in one process of their own: for verification and for baking. Not in a worker
 * thread: V8 ends the whole process where a thread fills its heap with large blocks, whatever `resourceLimits` say.
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Check, CompiledCell } from "../schema/cell.ts";
import type { CellError, FromFence, ToFence } from "../schema/protocol.ts";
import type { Input, View } from "../schema/view.ts";
import type { Stray } from "./evaluate-child.ts";
import { locateModules } from "./locate.ts";
import { simModules } from "./names.ts";

export interface EvaluateOptions {
  /** What cells may import: the URL of each module, by name (default: all that a `sim` cell may, as they lie here). */
  readonly modules?: Readonly<Record<string, string>>;
  /** Results of live cells, by the cell's name. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** How long the notebook may go without any cell ending, in milliseconds (default 5 000). */
  readonly timeoutMs?: number;
  /** Heap of the process in MiB (default 256); buffers outside the heap are not counted. */
  readonly memoryMb?: number;
}

/** What one cell did until it first ended. */
export interface Outcome {
  readonly id: string;
  readonly views: readonly View[];
  readonly inputs: readonly { readonly key: string; readonly input: Input }[];
  readonly checks: readonly Check[];
  readonly error: CellError | null;
  readonly ms: number;
  /** Its outputs, as far as they are JSON. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Evaluates cells as one notebook and gives an outcome for each, in their order. A cell's outcome is what it showed up to its first
 * end: later values of a generator do not count, so that the outcome is the same every time. An error that nobody awaited, met before
 * all have ended, fails its cell. A cell that does not end or exhausts memory is blamed and the others are evaluated again without it.
 */
export async function evaluateCells(cells: readonly CompiledCell[], options: EvaluateOptions): Promise<Outcome[]> {
  const blamed = new Map<string, Outcome>();
  for (;;) {
    const { outcomes, stopped } = await runOnce(cells, blamed, options);
    if (!stopped) return cells.map(({ id }) => blamed.get(id) ?? outcomes.get(id)!);
    blamed.set(stopped.id, { ...outcomes.get(stopped.id)!, error: stopped.error });
  }
}

/** How long the process may take to start, on a busy machine. */
const startTimeoutMs = 30_000;

/** Stripped and compiled modules are kept here from one evaluation to the next. */
const compileCache = fileURLToPath(new URL("../.cache/compile", import.meta.url));

type Draft = {
  -readonly [Key in keyof Outcome]: Outcome[Key] extends readonly (infer Item)[] ? Item[] : Outcome[Key];
} & {
  state: "waiting" | "running" | "ended";
  begunAt: number;
  stray: CellError | null;
  values: Record<string, unknown>;
};

interface Pass {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** The cell that stopped the pass before its end, and why. */
  readonly stopped: { readonly id: string; readonly error: CellError } | null;
}

/** Evaluates all cells; those that are blamed fail at once. */
function runOnce(
  cells: readonly CompiledCell[],
  blamed: ReadonlyMap<string, Outcome>,
  options: EvaluateOptions,
): Promise<Pass> {
  const { modules = locateModules(simModules), values = {}, timeoutMs = 5_000, memoryMb = 256 } = options;
  const drafts = new Map(cells.map(({ id }) => [id, createDraft(id)]));
  const owners = new Map(cells.flatMap(({ id, outputs }) => outputs.map((name) => [name, id] as const)));
  const child = fork(fileURLToPath(new URL("evaluate-child.ts", import.meta.url)), [JSON.stringify(modules)], {
    execArgv: [`--max-old-space-size=${memoryMb}`, "--disable-warning=ExperimentalWarning"],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    env: { NODE_COMPILE_CACHE: compileCache },
  });
  const post = (message: ToFence): void => void child.send(message, () => {}); // a child that is gone has said so by its exit
  return new Promise<Pass>((resolve, reject) => {
    let open = drafts.size;
    let isRunning = false; // has any cell begun?
    let timer: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      child.on("error", () => {}); // it is being ended; what it still says is void
      child.kill("SIGKILL");
    };
    const finish = (stopped: Pass["stopped"]): void => {
      end();
      resolve({ outcomes: new Map([...drafts].map(([id, draft]) => [id, readOutcome(draft)])), stopped });
    };
    const blame = (error: CellError): void => {
      const culprit = isRunning ? findCulprit([...drafts.values()].filter(({ id }) => !blamed.has(id))) : undefined;
      if (culprit) return finish({ id: culprit.id, error });
      end();
      reject(new Error(`The notebook's process failed before any cell ran: ${error.message}`));
    };
    const watch = (): void => {
      clearTimeout(timer);
      const limitMs = isRunning ? timeoutMs : startTimeoutMs;
      timer = setTimeout(blame, limitMs, stop("TimeoutError", `The cell did not end within ${limitMs} ms.`));
    };
    child.on("message", (message: FromFence | Stray) => {
      if (message.type === "stray") {
        const draft = drafts.get(message.cell);
        if (draft) draft.stray ??= message.error;
        return;
      }
      if (message.type === "ready") {
        for (const [name, value] of Object.entries(values)) post({ type: "value", name, value });
        post({ type: "define", cells: cells.map((cell) => (blamed.has(cell.id) ? failing(cell) : cell)), inputs: {} });
      }
      const ended = record(message, drafts, owners);
      if (ended || (message.type === "pending" && !isRunning)) {
        isRunning = true;
        watch();
      }
      if (ended && --open === 0) post({ type: "ping", id: 0 }); // values that are still on the way come before the answer
      if (message.type === "pong") finish(null);
    });
    child.on("error", (error) => blame(stop(error.name, error.message)));
    child.on("exit", (_status, signal) => blame(describeEnd(signal, memoryMb)));
    if (open === 0) finish(null);
    else watch();
  });
}

const createDraft = (id: string): Draft => ({
  id,
  views: [],
  inputs: [],
  checks: [],
  error: null,
  ms: 0,
  values: {},
  state: "waiting",
  begunAt: 0,
  stray: null,
});

function readOutcome({ id, views, inputs, checks, error, stray, ms, values }: Draft): Outcome {
  return { id, views, inputs, checks, error: error ?? stray, ms, values };
}

const stop = (name: string, message: string): CellError => ({ name, message, position: null });

const failing = (cell: CompiledCell): CompiledCell => ({
  ...cell,
  inputs: [],
  body: `() => { throw new Error("the cell was stopped"); }`,
});

/** The cell that began last of those that have not ended; where none runs, the first that waits. */
function findCulprit(drafts: readonly Draft[]): Draft | undefined {
  const running = drafts.filter((draft) => draft.state === "running").toSorted((a, b) => b.begunAt - a.begunAt);
  return running[0] ?? drafts.find((draft) => draft.state === "waiting");
}

/** Notes a message in the draft of its cell; true where the cell has ended for the first time. */
function record(message: FromFence, drafts: ReadonlyMap<string, Draft>, owners: ReadonlyMap<string, string>): boolean {
  if (message.type === "value") {
    const draft = drafts.get(owners.get(message.name) ?? "");
    if (draft) draft.values[message.name] ??= message.value;
    return false;
  }
  const draft = "cell" in message ? drafts.get(message.cell) : undefined;
  if (!draft || draft.state === "ended") return false;
  switch (message.type) {
    case "ready":
    case "pong":
      return false;
    case "pending":
      Object.assign(draft, {
        ...createDraft(draft.id),
        values: draft.values,
        stray: draft.stray,
        state: "running",
        begunAt: performance.now(),
      });
      return false;
    case "display":
      draft.views.push(message.view);
      return false;
    case "input":
      draft.inputs.push({ key: message.key, input: message.input });
      return false;
    case "check":
      draft.checks.push(message.check);
      return false;
    case "done":
      draft.ms = message.ms;
      draft.state = "ended";
      return true;
    case "failed":
      draft.error = message.error;
      draft.state = "ended";
      return true;
    default:
      return false;
  }
}

/** V8 aborts a process whose heap is full. */
function describeEnd(signal: NodeJS.Signals | null, memoryMb: number): CellError {
  return signal === "SIGABRT" || signal === "SIGTRAP"
    ? stop("RangeError", `The cell needs more than ${memoryMb} MiB of memory.`)
    : stop("Error", "The cell ended the process that it ran in.");
}
