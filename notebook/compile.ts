/** Browser-safe. Turns cells into functions that the runtime defines. The author's text stays byte for byte, so that places translate back. */
import { isPortable, type Cell, type Chapter, type CompiledCell } from "../schema/cell.ts";
import { analyseCell, type Analysis, type Import } from "./analyse.ts";
import { toCellSyntaxError } from "./syntax.ts";

/** Removes types without moving a line; throws what cannot be removed. */
export type Strip = (typescript: string) => string;

/**
 * Compiles a `sim` cell. The first and the last line of `body` are ours, between them stands the
 * author's source. Throws `CellSyntaxError`, whose
 * place counts from the first character of the source. Code that is well-formed but breaks a rule (an assignment to another cell's
 * name, an import that is not allowed) compiles, and fails when it runs.
 */
export function compileCell(cell: Pick<Cell, "id" | "name" | "kernels" | "source">, strip: Strip): CompiledCell {
  const analysis = analyseSource(cell.source, strip);
  return isPortable(cell) ? compilePortable(cell, analysis) : compileReactive(cell.id, analysis);
}

/** Compiles every `sim` cell of a chapter but the solutions, in order. */
export function compileChapter(chapter: Chapter, strip: Strip): CompiledCell[] {
  return chapter.cells
    .filter((cell) => cell.kernels.includes("sim") && cell.exercise?.part !== "solution")
    .map((cell) => compileCell(cell, strip));
}

/** Strips and analyses; `javascript` is the cell's code without types and without its static imports, each blanked in place. */
export function analyseSource(source: string, strip: Strip): Analysis & { readonly javascript: string } {
  const javascript = stripCell(source, strip);
  const analysis = analyseCell(javascript);
  return { ...analysis, javascript: analysis.imports.reduce(blankImport, javascript) };
}

/** Strippers read modules, in which `{ a: 1, b: 2 }` is a broken block: what fails as a module is tried as an expression. */
function stripCell(source: string, strip: Strip): string {
  try {
    return strip(source);
  } catch (error) {
    try {
      return strip(`(${source}\n)`).slice(1, -2);
    } catch {
      throw toCellSyntaxError(error, source);
    }
  }
}

type Analysed = ReturnType<typeof analyseSource>;

function compileReactive(id: string, analysis: Analysed): CompiledCell {
  const { code, javascript, inputs } = analysis;
  const outputs = analysis.outputs.map((output) => output.name);
  const head = printHead(analysis);
  if (code.kind === "program")
    return { id, inputs: [...inputs], outputs, body: `${head}\n${javascript}\n${printReturn(outputs)}}` };
  // An expression shows its value, unless it shows something itself.
  const shows = inputs.includes("display") || inputs.includes("view");
  return {
    id,
    inputs: [...inputs],
    outputs,
    body: `${head} ${shows ? "void" : "return"} (\n${javascript.slice(0, code.end)}\n);}`,
  };
}

/** Everything but the program is private; under the cell's name the notebook gets the program, and the cell shows what it does. */
function compilePortable(cell: Pick<Cell, "id" | "name">, analysis: Analysed): CompiledCell {
  const inputs = [...new Set([...analysis.inputs, "display"])];
  const present = `for (const $view of $import("ring3/simulator").presentProgram(main)) display($view);`;
  const give = cell.name ? ` return { ${cell.name}: main };` : "";
  return {
    id: cell.id,
    inputs,
    outputs: cell.name ? [cell.name] : [],
    body: `${printHead({ ...analysis, inputs })}\n${analysis.javascript}\n${present}${give} }`,
  };
}

function printHead({ async, inputs, imports }: Pick<Analysis, "async" | "inputs" | "imports">): string {
  return `${async ? "async " : ""}(${["$import", ...inputs].join(", ")}) => {${imports.map(printImport).join("")}`;
}

const printReturn = (outputs: readonly string[]): string =>
  outputs.length ? `return { ${outputs.join(", ")} }; ` : "";

function printImport({ module, names }: Import): string {
  const call = `$import(${JSON.stringify(module)})`;
  const namespaces = names.filter(([imported]) => imported === "*").map(([, local]) => ` const ${local} = ${call};`);
  const members = names.filter(([imported]) => imported !== "*").map(printMember);
  return `${namespaces.join("")}${members.length || names.length === 0 ? ` const { ${members.join(", ")} } = ${call};` : ""}`;
}

function printMember([imported, local]: Import["names"][number]): string {
  return imported === local ? local : `${JSON.stringify(imported)}: ${local}`;
}

function blankImport(javascript: string, { start, end }: Import): string {
  return javascript.slice(0, start) + javascript.slice(start, end).replace(/[^\n]/g, " ") + javascript.slice(end);
}
