import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { transform } from "sucrase";
import * as v from "valibot";
import { compiledCellSchema, type Kernel } from "../schema/cell.ts";
import { readChapter } from "./chapter.ts";
import { compileCell, compileChapter } from "./compile.ts";
import { printModule, type LoadedCell } from "./module.ts";
import { stripTypes } from "./strip.ts";
import { CellSyntaxError, parseProgram } from "./syntax.ts";

const chapter = readChapter(readFileSync(new URL("fixtures/every-feature.md", import.meta.url), "utf8"), "every.md");
const compile = (source: string, kernels: readonly Kernel[] = ["sim"], name: string | null = null) =>
  compileCell({ id: "c", name, kernels, source }, stripTypes);
const load = async (...cells: Parameters<typeof printModule>[0]): Promise<readonly LoadedCell[]> =>
  ((await import(`data:text/javascript,${encodeURIComponent(printModule(cells))}`)) as { cells: LoadedCell[] }).cells;
const sucrase = (typescript: string): string =>
  transform(typescript, { transforms: ["typescript"], disableESTransforms: true, keepUnusedImports: true }).code;

test("a compiled chapter fits its schema and holds every sim cell but the solutions", () => {
  const cells = compileChapter(chapter, stripTypes);
  for (const cell of cells) assert.deepEqual(v.parse(compiledCellSchema, cell), cell);
  const expected = chapter.cells.filter((cell) => cell.kernels.includes("sim") && cell.exercise?.part !== "solution");
  assert.deepEqual(
    cells.map((cell) => cell.id),
    expected.map((cell) => cell.id),
  );
});

test("the author's text stays byte for byte in its body, types and imports blanked in place", () => {
  for (const cell of chapter.cells.filter((cell) => cell.kernels.includes("sim"))) {
    const lines = compileCell(cell, stripTypes).body.split("\n").slice(1, -1);
    for (const [i, line] of cell.source.split("\n").entries()) {
      const compiled = lines[i] ?? "";
      const kept = Array.from(compiled).every((char, j) => /\s/.test(char) || char === line[j]);
      assert.ok(kept, `${line}\n${compiled}`);
    }
  }
});

test("a body gives the cell's outputs, and an expression its value", async () => {
  const [values, expression, shown, nothing] = await load(
    compile("const a: number = x * 2;\nfunction f() { return a }"),
    compile("{ a: x, b: x as number } // note"),
    compile("display(x)"),
    compile("x;\nx;"),
  );
  const { a, f } = values!.body(() => {}, 4) as { a: number; f: () => number };
  assert.deepEqual([a, f()], [8, 8]);
  assert.deepEqual(
    expression!.body(() => {}, 3),
    { a: 3, b: 3 },
  );
  assert.equal(
    shown!.body(
      () => {},
      (x: number) => x,
      3,
    ),
    undefined,
  );
  assert.equal(
    nothing!.body(() => {}, 3),
    undefined,
  );
});

test("imports come from $import, wherever they stand, under the names that the cell gives them", async () => {
  const [cell] = await load(
    compile(
      'const sum = a + c + ns.a + d;\nimport d, {\n  a,\n  b as c,\n} from "ring3";\nimport * as ns from "ring3";',
    ),
  );
  const asked: string[] = [];
  const give = (name: string) => (asked.push(name), { a: 1, b: 10, default: 100 });
  assert.deepEqual(cell!.body(give), { sum: 112 });
  assert.deepEqual(asked, ["ring3", "ring3"]);
});

test("a portable cell gives its program under its name and shows what the simulator presents", async () => {
  const compiled = compile("const secret = 1;\nfunction* main() { yield secret }", ["sim", "live"], "both");
  assert.deepEqual([compiled.inputs, compiled.outputs], [["display"], ["both"]]);
  const [cell] = await load(compiled);
  const shown: unknown[] = [];
  const simulator = { presentProgram: (main: () => Iterable<number>) => [{ text: String([...main()]) }] };
  const { both } = cell!.body(
    () => simulator,
    (view: unknown) => shown.push(view),
  ) as { both: () => Iterable<number> };
  assert.deepEqual([[...both()], shown], [[1], [{ text: "1" }]]);
});

test("a module knows on which of its lines each cell's source stands", async () => {
  const sources = ["const a = 1;", 'import { x } from "m";\n\nconst b = `\n`;', "f(\n1)"];
  const cells = sources.map((source, i) => ({ ...compile(source), id: `c${i}` }));
  const lines = printModule(cells).split("\n");
  for (const [i, cell] of (await load(...cells)).entries()) {
    assert.equal(cell.lines, sources[i]!.split("\n").length);
    const last = sources[i]!.split("\n").at(-1)!;
    assert.equal(lines[cell.line + cell.lines - 2], last);
  }
});

test("names in quotes, line separators and comments cannot break out of a module", async () => {
  const [cell] = await load({ ...compile("1 // */ } ]\n"), id: 'a"\\\u2028`${x}' });
  assert.equal(cell!.id, 'a"\\\u2028`${x}');
  assert.equal(
    cell!.body(() => {}),
    1,
  );
});

test("a syntax error of either stripper has its place in the cell", () => {
  for (const strip of [stripTypes, sucrase])
    assert.throws(
      () => compileCell({ id: "c", name: null, kernels: ["sim"], source: "let a;\nlet b = ;" }, strip),
      (error) =>
        error instanceof CellSyntaxError &&
        error.place.line === 2 &&
        error.place.column === 9 &&
        !/\d:\d/.test(error.message),
    );
});

const snippets = [
  ...chapter.cells.filter((cell) => cell.language === "ts").map((cell) => cell.source),
  "const x: number = 1 as const satisfies number; x!;",
  "type A<T> = { [K in keyof T]: T[K] };\ninterface B extends A<C> { (): void }\ndeclare const d: B;",
  'import type { A } from "ring3"; import { type B, c } from "ring3"; export type { A }; c;',
  "function f<const T extends object>(this: Window, a?: T, ...b: T[]): asserts a is T {}",
  "function o(a: string): void;\nfunction o(a: unknown) { return a }",
  "abstract class K<T> extends L<T> implements M { private readonly a?: T; declare b: string; static #c = 1; abstract d(): void; get e(): T { return this.a! } }",
  "const g = async <T,>(x: T): Promise<T> => x; g<number>(1); new Map<string, Array<number>>();",
  "for (const [k, v] of Object.entries(o) as [string, number][]) k + v;",
  "let u: undefined | (() => void) = undefined; u?.(); const t = a < b || c > d;",
];
test("Node's stripper and the browser's leave the same program", () => {
  for (const snippet of snippets) assert.deepEqual(shape(stripTypes(snippet)), shape(sucrase(snippet)), snippet);
});

/** A program without its places and without empty statements. */
function shape(javascript: string): unknown {
  const program = parseProgram(javascript);
  const body = program.body.filter((statement) => statement.type !== "EmptyStatement");
  return JSON.parse(
    JSON.stringify(body, (key, value: unknown) => (key === "start" || key === "end" ? undefined : value)),
  );
}
