/** Browser-safe. Prints compiled cells as one ES module. */
import type { CompiledCell } from "../schema/cell.ts";

/** A compiled cell once its module is loaded. */
export interface LoadedCell {
  readonly id: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The line of the module on which the author's source begins (1-based), and how many lines it has. */
  readonly line: number;
  readonly lines: number;
  readonly body: (importModule: (name: string) => unknown, ...inputs: unknown[]) => unknown;
}

/** The text of a module that exports `cells`. `url` is the name under which its lines appear in stacks. */
export function printModule(cells: readonly CompiledCell[], url = "ring3-cells.js"): string {
  const parts = ["export const cells = [\n"];
  let line = 2;
  for (const { id, inputs, outputs, body } of cells) {
    const lines = body.split("\n").length - 2;
    const head = `{ id: ${JSON.stringify(id)}, inputs: ${JSON.stringify(inputs)}, outputs: ${JSON.stringify(outputs)}, line: ${line + 2}, lines: ${lines}, body:\n`;
    parts.push(head, body, "\n},\n");
    line += body.split("\n").length + 2;
  }
  parts.push(`];\n//# sourceURL=${url}\n`);
  return parts.join("");
}
