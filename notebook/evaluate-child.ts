/** Node only: the child process of `evaluate.ts`. What a browser's Worker lacks is taken away before the first cell runs. */
import type { CellError, ToFence } from "../schema/protocol.ts";
import { describeFailure } from "./failure.ts";
import type { LoadedCell } from "./module.ts";
import { startNotebook } from "./runtime.ts";

/** An error of `cell` that nobody awaited: thrown by a timer, or a promise that was let go. */
export interface Stray {
  readonly type: "stray";
  readonly cell: string;
  readonly error: CellError;
}

const parent = process;
const namespaces: Record<string, unknown> = {};
for (const [name, url] of Object.entries(JSON.parse(parent.argv[2]!) as Record<string, string>))
  namespaces[name] = await import(url);
for (const name of ["process", "Buffer", "global", "setImmediate", "clearImmediate"])
  delete (globalThis as Record<string, unknown>)[name];

const loaded: { readonly url: string; readonly cells: readonly LoadedCell[] }[] = [];
const receive = startNotebook({
  modules: namespaces,
  load: async (text, url) => {
    const module = (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as { cells: LoadedCell[] };
    loaded.push({ url, cells: module.cells });
    return module;
  },
  send: (message) => parent.send!(message),
});

/** A Worker goes on after such an error; its cell is the one in whose lines it was made. */
function tellStray(reason: unknown): void {
  for (const { url, cells } of loaded)
    for (const cell of cells) {
      const error = describeFailure(reason, cell, url, () => false);
      if (error.position) parent.send!({ type: "stray", cell: cell.id, error } satisfies Stray);
    }
}
parent.on("uncaughtException", tellStray);
parent.on("unhandledRejection", tellStray);
parent.on("message", (message: ToFence) => receive(message));
