/** The simulated cells of the page as one reactive notebook behind the fence: which are defined, what their inputs are, what they hand out. */
import { findImports, includesImports } from "../../notebook/imports.ts";
import type { CompiledCell } from "../../schema/cell.ts";
import type { FromFence } from "../../schema/protocol.ts";
import { selectConnected, selectDependents } from "../cell/closure.ts";
import type { PageAssets } from "../cell/data.ts";
import type { CellEvent } from "../cell/state.ts";
import { type Fence, openFence } from "./fence.ts";

export interface Notebook {
  readonly has: (id: string) => boolean;
  /** Is there a value that a live cell has handed over under this name? */
  readonly hasValue: (name: string) => boolean;
  /** Runs a cell with all that it reads; its dependents follow. */
  readonly run: (id: string) => Promise<void>;
  /** Ends a cell whatever it does; the others are built again with the inputs that they had. */
  readonly stop: (id: string, reason: string) => void;
  /** Takes another text of a cell; null: the author's. It runs at the next `run`. */
  readonly replace: (id: string, cell: CompiledCell | null) => void;
  readonly setInput: (id: string, key: string, value: unknown) => void;
  /** Hands a live cell's result to the cells that read its name. */
  readonly give: (name: string, value: unknown) => void;
  /** The values of names, running the cells that define them where that was not done yet. */
  readonly ask: (names: readonly string[]) => Promise<Record<string, unknown>>;
}

/** How long a live cell waits for the values that it is given, in milliseconds. */
const valueTimeoutMs = 10_000;

export interface NotebookOptions {
  readonly assets: PageAssets;
  readonly cells: readonly CompiledCell[];
  /** Cells that run only when they are asked for by name, not because something that they read has run: the checks of exercises. */
  readonly reserved: ReadonlySet<string>;
  /** The values that inputs had, by key; kept up to date here. */
  readonly inputs: Record<string, unknown>;
  /** Results of live cells, by name. */
  readonly given: ReadonlyMap<string, unknown>;
  readonly report: (id: string, event: CellEvent) => void;
  readonly onValue: (name: string) => void;
}

export function createNotebook({ assets, cells, reserved, inputs, given, report, onValue }: NotebookOptions): Notebook {
  let texts = [...cells];
  const defined = new Map<string, CompiledCell>();
  const running = new Set<string>();
  const results = new Map(given);
  const values = new Map<string, unknown>();
  const waiting = new Map<string, PromiseWithResolvers<unknown>>();
  let fence: Promise<Fence> | null = null;
  /** What the author's cells import is one file, so whoever needs some of it has it all. */
  const authors = findImports(cells);
  let modulesUrl: string | null = null;

  /** Is it about a cell that is defined here, or about a name that one defines? Anything else is forged, and would only fill the page. */
  const isExpected = (message: FromFence): boolean => {
    if ("cell" in message) return defined.has(message.cell);
    return message.type !== "value" || [...defined.values()].some(({ outputs }) => outputs.includes(message.name));
  };

  const listen = (message: FromFence): void => {
    if (!isExpected(message)) return;
    switch (message.type) {
      case "ready":
      case "pong":
        return; // the fence's own
      case "value":
        values.set(message.name, message.value);
        waiting.get(message.name)?.resolve(message.value);
        return onValue(message.name);
      case "pending":
        running.add(message.cell);
        return report(message.cell, { type: "run", at: performance.now() });
      case "display":
        return report(message.cell, message);
      case "input":
        return report(message.cell, message);
      case "check":
        return report(message.cell, message);
      case "done":
        running.delete(message.cell);
        return report(message.cell, { type: "done", ms: message.ms });
      case "failed":
        running.delete(message.cell);
        return report(message.cell, { type: "failed", error: message.error });
    }
  };

  /** Ends the Worker, forgets `ids` and what depends on them, and builds the rest again. */
  const drop = (ids: readonly string[], reason: string): void => {
    void fence?.then(
      (session) => session.end(),
      () => {},
    );
    fence = null;
    for (const id of running)
      if (!ids.includes(id)) report(id, { type: "stopped", reason: "stopped with another cell" });
    for (const id of ids) report(id, { type: "stopped", reason });
    running.clear();
    for (const id of ids)
      for (const cell of selectDependents([...defined.values()], id)) {
        defined.delete(cell.id);
        if (cell.id !== id) report(cell.id, { type: "outdate" });
      }
    if (defined.size > 0) void define([...defined.values()]);
  };

  /** The fence was ended for what a cell did: one of those that run or, where none does, any that could have left something behind. */
  const lose = (reason: string): void => drop(running.size > 0 ? [...running] : [...defined.keys()], reason);

  /** The fence could not be had: nothing is defined, and the next run tries again. */
  const abandon = (reason: string): void => {
    fence = null;
    defined.clear();
    for (const id of running) report(id, { type: "stopped", reason });
    running.clear();
  };

  /** Where the modules lie that `wanted` import, if those that are loaded do not do. */
  const locateModules = (wanted: readonly CompiledCell[]): string | null => {
    const needed = findImports(wanted);
    if (needed.size === 0 || modulesUrl === assets.allModules) return modulesUrl;
    return includesImports(authors, needed) ? assets.modules : assets.allModules;
  };

  const open = async (url: string | null): Promise<Fence> => {
    modulesUrl = url;
    const session = await openFence(assets, url, listen, lose);
    for (const [name, value] of results) session.post({ type: "value", name, value });
    return session;
  };

  const define = async (wanted: readonly CompiledCell[]): Promise<void> => {
    const url = locateModules(wanted);
    let added = wanted;
    for (const cell of wanted) {
      defined.set(cell.id, cell);
      running.add(cell.id);
      report(cell.id, { type: "run", at: performance.now() });
    }
    if (fence !== null && url !== modulesUrl) {
      const old = fence;
      fence = null;
      (await old).end();
      added = [...defined.values()];
    }
    const current = (fence ??= open(url));
    const session = await current.catch((error: unknown) => {
      if (fence === current) abandon(error instanceof Error ? error.message : String(error));
    });
    if (!session || fence !== current) return;
    session.post({ type: "define", cells: [...added], inputs });
  };

  return {
    has: (id) => defined.has(id),
    hasValue: (name) => results.has(name),
    run: async (id) => {
      const available = texts.filter((cell) => cell.id === id || !reserved.has(cell.id));
      const wanted = selectConnected(available, id).filter((cell) => cell.id === id || defined.get(cell.id) !== cell);
      await define(wanted);
    },
    stop: (id, reason) => drop([id], reason),
    replace: (id, cell) => {
      texts = cells.map((old) => {
        const author = old.id === id;
        return author && cell !== null ? cell : author ? old : (texts.find((text) => text.id === old.id) ?? old);
      });
    },
    setInput: (id, key, value) => {
      inputs[key] = value;
      if (defined.has(id)) void fence?.then((session) => session.post({ type: "input", key, value }));
    },
    give: (name, value) => {
      results.set(name, value);
      void fence?.then((session) => session.post({ type: "value", name, value }));
    },
    ask: async (names) => {
      const answers = names.map(async (name) => {
        if (values.has(name)) return [name, values.get(name)] as const;
        if (results.has(name)) return [name, results.get(name)] as const;
        const source = texts.find((cell) => cell.outputs.includes(name));
        if (source === undefined) throw new Error(`No cell defines ${name}.`);
        const answer = waiting.get(name) ?? Promise.withResolvers<unknown>();
        waiting.set(name, answer);
        if (!defined.has(source.id))
          void define(selectConnected(texts, source.id).filter((cell) => !defined.has(cell.id)));
        const late = setTimeout(
          () => answer.reject(new Error(`The cell that defines ${name} gave no value.`)),
          valueTimeoutMs,
        );
        try {
          return [name, await answer.promise] as const;
        } finally {
          clearTimeout(late);
          waiting.delete(name);
        }
      });
      return Object.fromEntries(await Promise.all(answers));
    },
  };
}
