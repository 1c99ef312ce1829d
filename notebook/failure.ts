/** Browser-safe. What a failed cell reports, with the place in its own source. */
import { RuntimeError } from "@observablehq/runtime";
import type { CellError } from "../schema/protocol.ts";
import { inspect } from "./inspect.ts";
import type { LoadedCell } from "./module.ts";

const maxMessage = 4_000;

/** Describes whatever a cell threw. `url` is the name of its module in stacks; `isDefined`: does some cell define this name? */
export function describeFailure(
  error: unknown,
  cell: LoadedCell,
  url: string,
  isDefined: (name: string) => boolean,
): CellError {
  if (error instanceof RuntimeError) return describeMissing(error, isDefined);
  if (!(error instanceof Error))
    return { name: "Error", message: `The cell threw ${inspect(error)}`.slice(0, maxMessage), position: null };
  const { name, message, stack } = error;
  return {
    name: String(name).slice(0, 200),
    message: String(message).slice(0, maxMessage),
    position: findPosition(typeof stack === "string" ? stack : "", cell, url),
  };
}

/** The runtime's own error: a name that a cell reads has no value. */
function describeMissing({ message, input }: RuntimeError, isDefined: (name: string) => boolean): CellError {
  if (input === undefined || message === `${input} is not defined`)
    return { name: "ReferenceError", message, position: null };
  const why = isDefined(input) ? "the cell that defines it failed" : "it cannot be resolved";
  return {
    name: "ReferenceError",
    message: `${input} has no value, since ${why}: ${message}`.slice(0, maxMessage),
    position: null,
  };
}

/** The innermost frame that lies in the cell. V8 writes `at f (url:line:column)`, others `f@url:line:column`. */
function findPosition(stack: string, { line, lines }: LoadedCell, url: string): CellError["position"] {
  for (const frame of stack.split("\n")) {
    const at = frame.lastIndexOf(`${url}:`);
    const match = at < 0 ? null : /^(\d+):(\d+)/.exec(frame.slice(at + url.length + 1));
    if (!match) continue;
    const inCell = Number(match[1]) - line + 1;
    if (inCell >= 1 && inCell <= lines) return { line: inCell, column: Number(match[2]) };
  }
  return null;
}
