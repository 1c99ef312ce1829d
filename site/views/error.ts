import type { CellError } from "../../schema/protocol.ts";
import type { Tree } from "../tree.ts";

/** What went wrong, in one line, and where in the reader's own source. */
export function renderError({ name, message, position }: CellError): Tree {
  const place: Tree[] =
    position === null ? [] : [["span", { class: "r3-place" }, ` Line ${position.line}, column ${position.column}.`]];
  return ["p", { class: "r3-error" }, ["strong", {}, `${name}: `], message, ...place];
}
