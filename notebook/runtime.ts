/**
 * Browser-safe. The reactive notebook, wherever cells run: in the fence's Worker and in a process of Node. It speaks
 * `schema/protocol.ts` and knows no page. Whoever starts it removes `requestAnimationFrame` first, so that the runtime computes in tasks.
 */
import { Runtime, type Module, type Variable } from "@observablehq/runtime";
import type { CompiledCell } from "../schema/cell.ts";
import { noteCells } from "../schema/cell-places.ts";
import type { CellError, FromFence, ToFence } from "../schema/protocol.ts";
import { createAmbient, isAmbient, type InputStore } from "./ambient.ts";
import { describeFailure } from "./failure.ts";
import { isJson } from "./json.ts";
import { printModule, type LoadedCell } from "./module.ts";
import { createOutbox } from "./outbox.ts";
import { createReport } from "./report.ts";

export interface NotebookOptions {
  /** What cells may import: namespaces by module name. */
  readonly modules: Readonly<Record<string, unknown>>;
  /** Loads the text of a module that `printModule` printed (a blob's or a data URL, `import`ed); stacks know it as `url`. */
  readonly load: (text: string, url: string) => Promise<{ readonly cells: readonly LoadedCell[] }>;
  readonly send: (message: FromFence) => void;
}

/** Starts a notebook without cells, sends `ready`, and gives the function that takes its messages. */
export function startNotebook({ modules, load, send }: NotebookOptions): (message: ToFence) => void {
  const outbox = createOutbox(send);
  const module: Module = new Runtime({}, readGlobal).module();
  const variables = new Map<string, Variable[]>(); // by cell, and by value from outside
  const defined = new Map<string, string>(); // name → the cell that defines it
  const inputs: InputStore = { saved: new Map(), shown: new Map() };
  let modulesLoaded = 0;
  let loading = Promise.resolve();

  const importModule = (name: string): unknown => {
    if (Object.hasOwn(modules, name)) return modules[name];
    throw new Error(`A cell cannot import "${name}". It can import ${Object.keys(modules).join(", ")}.`);
  };

  const defineAll = async (cells: readonly CompiledCell[]): Promise<void> => {
    const url = `ring3-cells-${++modulesLoaded}.js`;
    try {
      const { cells: loaded } = await load(printModule(cells, url), url);
      noteCells(url, loaded);
      for (const { id } of cells) remove(id);
      for (const cell of loaded) define(cell, url);
    } catch (error) {
      if (cells.length > 1) for (const cell of cells) await defineAll([cell]);
      else for (const { id } of cells) refuse(id, error);
    }
  };

  /** One cell whose text does not even load must not take the others down. */
  const refuse = (id: string, error: unknown): void => {
    remove(id);
    const cell: LoadedCell = { id, inputs: [], outputs: [], line: 1, lines: 0, body: () => {} };
    send({ type: "pending", cell: id });
    send({ type: "failed", cell: id, error: describeFailure(error, cell, "", () => false) });
  };

  const remove = (id: string): void => {
    for (const variable of variables.get(id) ?? []) variable.delete();
    variables.delete(id);
    for (const [name, owner] of defined) if (owner === id) defined.delete(name);
  };

  const define = (cell: LoadedCell, url: string): void => {
    const { id } = cell;
    const owned: Variable[] = [];
    const isCurrent = (): boolean => variables.get(id) === owned;
    const describe = (error: unknown): CellError => describeFailure(error, cell, url, (name) => defined.has(name));
    const { begin, observer } = createReport(cell, outbox, isCurrent, describe);
    const fromNotebook = cell.inputs.filter((name) => !isAmbient(name));
    const run = (...values: unknown[]): unknown => {
      const ambient = createAmbient(id, inputs, begin());
      const given = (name: string): unknown => (isAmbient(name) ? ambient[name] : values[fromNotebook.indexOf(name)]);
      return cell.body(importModule, ...cell.inputs.map(given));
    };
    variables.set(id, owned);
    owned.push(module.variable(observer).define(`cell ${id}`, fromNotebook, run));
    for (const name of cell.outputs) owned.push(defineOutput(id, name, isCurrent));
  };

  const defineOutput = (id: string, name: string, isCurrent: () => boolean): Variable => {
    const sender = `value ${name}`;
    const fulfilled = (value: unknown): void => {
      if (!isCurrent()) return;
      outbox.begin(sender);
      if (isJson(value)) outbox.put(sender, { type: "value", name, value });
    };
    const read = (outputs: Readonly<Record<string, unknown>>): unknown => outputs[name];
    defined.set(name, id);
    return module.variable({ fulfilled }).define(name, [`cell ${id}`], read);
  };

  const setValue = (name: string, value: unknown): void => {
    const key = `value ${name}`;
    const variable = variables.get(key)?.[0] ?? module.variable();
    variables.set(key, [variable.define(name, [], () => value)]);
    defined.set(name, key);
  };

  send({ type: "ready" });
  return (message) => {
    switch (message.type) {
      case "define":
        for (const [key, value] of Object.entries(message.inputs)) inputs.saved.set(key, value);
        loading = loading.then(() => defineAll(message.cells));
        break;
      case "input":
        inputs.saved.set(message.key, message.value);
        inputs.shown.get(message.key)?.(message.value);
        break;
      case "value":
        setValue(message.name, message.value);
        break;
      case "ping":
        send({ type: "pong", id: message.id });
    }
  };
}

/** A name that no cell defines is the global object's, as in Observable. */
function readGlobal(name: string): unknown {
  if (name in globalThis) return (globalThis as unknown as Record<string, unknown>)[name];
  throw new ReferenceError(`${name} is not defined`);
}
