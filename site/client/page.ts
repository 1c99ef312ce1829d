/** A chapter that has come alive: loaded at the first interaction. It turns clicks into runs, reports into states, and states into DOM. */
import type { Cell, Kernel } from "../../schema/cell.ts";
import type { FromRunner } from "../../schema/protocol.ts";
import type { ChapterData } from "../cell/data.ts";
import { describeMissing, missingResults } from "../cell/missing.ts";
import { createRequest } from "../../notebook/request.ts";
import { advance, type CellEvent, type CellState, freshState } from "../cell/state.ts";
import type { CellElement } from "./cell-element.ts";
import { fetchDiagrams } from "./diagrams.ts";
import { createSide, type Side } from "./draw.ts";
import { fetchText, warmFence } from "./fence.ts";
import { createNotebook, type Notebook } from "./notebook.ts";
import type { Runner } from "./runner.ts";
import { readInputs, storeInputs } from "./storage.ts";

export interface Page {
  readonly run: (id: string, kernel: Kernel) => Promise<void>;
  readonly stop: (id: string, kernel: Kernel) => void;
  readonly setInput: (id: string, key: string, value: unknown) => void;
  /** Takes the reader's text of a cell; null: the author's again. */
  readonly edit: (id: string, text: string | null) => void;
  /** Runs the hidden checks of an exercise on its starting cell as it stands. */
  readonly check: (exercise: string) => Promise<void>;
  readonly listen: (message: FromRunner) => void;
  readonly loseRunner: () => void;
  readonly cell: (id: string) => Cell;
}

const howToGetARunner = "npm start";
const tickMs = 100;

/** `runner`: the connection, if there is one at this moment. */
export async function openPage(notebookElement: HTMLElement, runner: () => Runner | null): Promise<Page> {
  const { chapter, fence = "", worker = "", modules = "", allModules = "" } = notebookElement.dataset;
  const assets = { fence, worker, modules, allModules };
  warmFence(assets);
  fetchDiagrams();
  const data = JSON.parse(await fetchText(chapter ?? "")) as ChapterData;
  const cells = new Map(data.cells.map((cell) => [cell.id, cell]));
  const states = new Map<string, CellState>();
  const sides = new Map<string, Side>();
  const inputs = readInputs();
  const texts = new Map<string, string>();
  const runs = new Map<string, string>();
  const changed = new Set<string>();
  let count = 0;

  const cellOf = (id: string): Cell => {
    const cell = cells.get(id);
    if (cell === undefined) throw new Error(`This page has no cell ${id}. Reload it.`);
    const text = texts.get(id);
    return text === undefined ? cell : { ...cell, source: text };
  };
  const stateOf = (id: string, kernel: Kernel): CellState => states.get(`${kernel} ${id}`) ?? freshState;

  const report = (id: string, kernel: Kernel, event: CellEvent): void => {
    const key = `${kernel} ${id}`;
    states.set(key, advance(stateOf(id, kernel), event));
    if (changed.size === 0) requestAnimationFrame(drawChanged);
    changed.add(key);
  };
  const drawChanged = (): void => {
    const context = { inputs, cpus: cpusOf(runner()) };
    for (const key of changed) sideOf(key)?.draw(states.get(key) ?? freshState, context);
    changed.clear();
  };
  const sideOf = (key: string): Side | undefined => {
    const known = sides.get(key);
    if (known) return known;
    const [kernel, id] = key.split(" ") as [Kernel, string];
    const element = document.getElementById(`cell-${id}`) as CellElement | null;
    if (!element?.querySelector(`.r3-panel[data-kernel="${kernel}"]`)) return undefined;
    const side = createSide(element, kernel);
    sides.set(key, side);
    return side;
  };
  setInterval(() => {
    for (const [key, state] of states) if (state.status === "running") sideOf(key)?.tick(state);
  }, tickMs);

  const startOf = (id: string): string => {
    const exercise = cells.get(id)?.exercise;
    if (exercise?.part !== "check") return id;
    return (
      data.cells.find((cell) => cell.exercise?.exercise === exercise.exercise && cell.exercise.part === "start")?.id ??
      id
    );
  };
  const notebook: Notebook = createNotebook({
    assets,
    cells: data.compiled,
    reserved: new Set(data.cells.filter((cell) => cell.exercise?.part === "check").map((cell) => cell.id)),
    inputs,
    given: new Map(
      Object.entries(data.recorded).flatMap(([name, { result }]) => (result === undefined ? [] : [[name, result]])),
    ),
    // What the hidden checks of an exercise report shows at its start.
    report: (id, event) => {
      if (startOf(id) === id || event.type === "check" || event.type === "failed") report(startOf(id), "sim", event);
    },
    onValue: (name) => {
      for (const cell of data.cells) if (cell.with.includes(name)) report(cell.id, "live", { type: "outdate" });
    },
  });

  /**
   * Compiles the reader's text of a cell that is to run, and of those that never ran: a click on one cell runs the others that it needs.
   * Throws nothing: what does not compile is shown at its cell.
   */
  const prepare = async (id: string): Promise<boolean> => {
    const edited = [...texts.keys()].filter((other) => cellOf(other).kernels.includes("sim"));
    const wanted = edited.filter((other) => other === id || !notebook.has(other));
    if (wanted.length === 0) return true;
    const { compileText, explainError } = await import("./compile.ts");
    const compiled = wanted.map((other) => {
      try {
        notebook.replace(other, compileText(cellOf(other)));
        return true;
      } catch (error) {
        report(other, "sim", { type: "run", at: performance.now() });
        report(other, "sim", { type: "failed", error: explainError(error) });
        return other !== id;
      }
    });
    return compiled.every(Boolean);
  };

  const runSimulated = async (id: string): Promise<void> => {
    const missing = missingResults(
      data.compiled.find((cell) => cell.id === id),
      data.cells,
      notebook.hasValue,
    );
    if (missing.length > 0)
      return report(id, "sim", { type: "refused", message: describeMissing(missing), remedy: null });
    if (await prepare(id)) await notebook.run(id);
  };

  const runLive = async (id: string): Promise<void> => {
    const cell = cellOf(id);
    const connection = runner();
    const refuse = (message: string, remedy: string | null): void =>
      report(id, "live", { type: "refused", message, remedy });
    if (connection?.state().status !== "connected")
      return refuse("there is no runner, so this cannot run on your Linux", howToGetARunner);
    report(id, "live", { type: "run", at: performance.now() });
    try {
      const request = createRequest(
        cell,
        data.cells.map((other) => cellOf(other.id)),
        await notebook.ask(cell.with),
      );
      const run = `r${++count}`;
      runs.set(run, id);
      if (!connection.send({ type: "run", run, request }))
        refuse("the connection to the runner is gone", howToGetARunner);
    } catch (error) {
      refuse(error instanceof Error ? error.message : String(error), null);
    }
  };

  const listen = (message: FromRunner): void => {
    if (!("run" in message)) return;
    const id = runs.get(message.run);
    if (id === undefined) return;
    switch (message.type) {
      case "queued":
        return report(id, "live", { type: "queued", place: message.place });
      case "started":
        return report(id, "live", { type: "run", at: performance.now() });
      case "output":
        return report(id, "live", { type: "output", text: message.text });
      case "check":
        return report(id, "live", { type: "check", check: message.check });
      case "trace":
        return report(id, "live", { type: "trace", events: message.events });
      case "result": {
        const name = cells.get(id)?.name;
        return name ? notebook.give(name, message.value) : undefined;
      }
      case "ended":
        runs.delete(message.run);
        return report(id, "live", {
          type: "ended",
          end: message.end,
          expected: texts.has(id) ? cleanExit : (data.recorded[id]?.end ?? cleanExit),
        });
      case "refused":
        runs.delete(message.run);
        return report(id, "live", { type: "refused", message: message.message, remedy: message.remedy ?? null });
    }
  };

  return {
    cell: (id) => cells.get(id)!,
    run: async (id, kernel) => {
      if (stateOf(id, kernel).status === "running") return;
      return kernel === "live" ? runLive(id) : runSimulated(id);
    },
    stop: (id, kernel) => {
      if (kernel === "sim") return notebook.stop(id, "stopped by you");
      for (const [run, runId] of runs) if (runId === id) runner()?.send({ type: "stop", run });
    },
    setInput: (id, key, value) => {
      notebook.setInput(id, key, value);
      storeInputs(inputs);
      if (!notebook.has(id)) void runSimulated(id);
    },
    edit: (id, text) => {
      if (text === null) {
        texts.delete(id);
        notebook.replace(id, null);
      } else texts.set(id, text);
      for (const kernel of cells.get(id)?.kernels ?? [])
        report(id, kernel, text === null ? { type: "reset" } : { type: "edit", edited: true });
    },
    check: async (exercise) => {
      const parts = data.cells.filter((cell) => cell.exercise?.exercise === exercise);
      const start = parts.find((cell) => cell.exercise?.part === "start");
      const check = parts.find((cell) => cell.exercise?.part === "check");
      if (start && check && (await prepare(start.id))) await notebook.run(check.id);
    },
    listen,
    loseRunner: () => {
      for (const id of runs.values())
        report(id, "live", { type: "stopped", reason: "the connection to the runner was lost" });
      runs.clear();
    },
  };
}

const cleanExit = { exitStatus: 0, termSignal: null } as const;

function cpusOf(runner: Runner | null): number {
  const state = runner?.state();
  return state?.status === "connected" ? state.hello.cpus : 1;
}
