/**
 * Node only. Checks the types of all cells of all chapters as one program. Each cell becomes a module of its own whose first line is
 * ours: it imports what the cell reads, typed by what the runtime hands over. The author's text follows unchanged, so that every
 * message has its line and column in the Markdown.
 */
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { isPortable, type Cell, type Chapter, type Problem } from "../schema/cell.ts";
import type { Output } from "./analyse.ts";
import { analyseSource } from "./compile.ts";
import { locateModules } from "./locate.ts";
import { isGlobal, liveAmbient, liveModules, simAmbient } from "./names.ts";
import { collectProblems, placeInChapter, placeOf, type Place, type Report } from "./problems.ts";
import { stripTypes } from "./strip.ts";
import { CellSyntaxError } from "./syntax.ts";

export interface TypeCheck {
  readonly problems: readonly Problem[];
  readonly ms: number;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const cellTypes = `${root}notebook/cell-types.ts`;
const modules = new Map(Object.entries(locateModules(liveModules)).map(([name, url]) => [name, fileURLToPath(url)]));

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.esnext.d.ts", "lib.webworker.d.ts"],
  types: [],
  typeRoots: [`${root}node_modules/@types`],
  strict: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
};

/** Types of the cells of all chapters. Cells that are not well-formed are left out: `readChapter` reports them. */
export function checkTypes(chapters: readonly Chapter[]): TypeCheck {
  const start = performance.now();
  const modulesOfCells = chapters.flatMap(printChapter);
  const files = new Map(modulesOfCells.map((module) => [module.path, module]));
  // Node's types are larger than all others together: they are read only where a cell needs them.
  const types = modulesOfCells.some(({ usesNode }) => usesNode) ? ["node"] : [];
  const program = ts.createProgram({
    rootNames: [...files.keys()],
    options: { ...options, types },
    host: createHost(files),
  });
  const collectors = new Map(chapters.map((chapter) => [chapter.file, collectProblems(chapter.file)]));
  for (const module of modulesOfCells) {
    const file = program.getSourceFile(module.path)!;
    const diagnostics = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    for (const diagnostic of diagnostics) reportDiagnostic(diagnostic, module, collectors.get(module.chapter)!.report);
  }
  return { problems: [...collectors.values()].flatMap(({ list }) => list()), ms: performance.now() - start };
}

/** A cell as a module: our first line, the author's text, our last line. */
interface CellModule {
  readonly path: string;
  readonly chapter: string;
  readonly cell: Cell;
  readonly text: string;
  /** Where a portable cell's `main` stands in its source. */
  readonly main: Place | null;
  readonly usesNode: boolean;
}

interface Draft {
  readonly cell: Cell;
  readonly file: string;
  readonly analysis: ReturnType<typeof analyseSource>;
  readonly types: readonly string[];
}

function printChapter(chapter: Chapter, index: number): CellModule[] {
  const drafts = chapter.cells.flatMap((cell, i) => draftCell(cell, `cell-${i + 1}.ts`));
  const folder = `${root}.cells/${index}/`;
  return drafts.map((draft) => ({
    path: folder + draft.file,
    chapter: chapter.file,
    cell: draft.cell,
    text: printCell(draft, drafts),
    main: findMain(draft),
    usesNode: usesNode(draft),
  }));
}

function draftCell(cell: Cell, file: string): Draft[] {
  if (cell.language !== "ts" || cell.kernels.length === 0) return [];
  try {
    return [{ cell, file, analysis: analyseSource(cell.source, stripTypes), types: findTypes(cell.source) }];
  } catch (error) {
    if (error instanceof CellSyntaxError) return [];
    throw error;
  }
}

/** Names of the types that a cell declares at its top level: other cells know them, too. */
function findTypes(source: string): string[] {
  return ts
    .createSourceFile("cell.ts", source, ts.ScriptTarget.ESNext)
    .statements.filter((statement) => ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
    .map((statement) => statement.name.text);
}

function printCell(draft: Draft, drafts: readonly Draft[]): string {
  const { cell, analysis, types } = draft;
  const isReactive = cell.kernels.includes("sim") && !isPortable(cell);
  const inputs = new Set(isReactive ? analysis.inputs : cell.with);
  const used = new Set(analysis.free.map((use) => use.name));
  const ambient = (isReactive ? simAmbient : isPortable(cell) ? [] : liveAmbient).filter((name) => used.has(name));
  const others = drafts.filter(
    (other) => other !== draft && other.cell.exercise?.part !== "solution" && isVisible(other.cell),
  );
  const names = [...inputs].filter((name) => !(ambient as readonly string[]).includes(name));
  const head = [
    `import type { Cell as $Cell, PortableMain as $Main } from "${cellTypes}";`,
    ambient.length ? `import { ${ambient.join(", ")} } from "${cellTypes}";` : "",
    ...names.map((name) => importName(name, others, drafts)),
    ...others.map((other) => importTypes(other, draft)),
  ].join(" ");
  const outputs = isReactive ? analysis.outputs.map(({ name }) => name) : [];
  const foot = [
    outputs.length ? `export { ${outputs.join(", ")} };` : "export {};",
    types.length ? `export type { ${types.join(", ")} };` : "",
    isPortable(cell) ? "export const $main: $Main = main;" : "",
  ].join(" ");
  const { code } = analysis;
  const source = code.kind === "expression" ? `${cell.source.slice(0, code.end)}\n);` : `${cell.source}\n`;
  return `${head}${code.kind === "expression" ? " void (" : ""}\n${source} ${foot}`;
}

/** Only `sim` cells share what their top level declares. */
const isVisible = (cell: Cell): boolean => cell.kernels.includes("sim") && !isPortable(cell);

/** Declares a name as this cell sees it. Functions and classes are what they are; a result of a live cell can be anything. */
function importName(name: string, others: readonly Draft[], drafts: readonly Draft[]): string {
  const owner = others.find(({ analysis }) => analysis.outputs.some((output) => output.name === name));
  if (owner) {
    const { kind } = owner.analysis.outputs.find((output): output is Output => output.name === name)!;
    if (kind !== "variable") return `import { ${name} } from "./${owner.file}";`;
    return `import type { ${name} as $${name} } from "./${owner.file}"; declare const ${name}: $Cell<typeof $${name}>;`;
  }
  const live = drafts.find(({ cell }) => cell.name === name && cell.kernels.includes("live"));
  if (live && isPortable(live.cell)) return `import { $main as ${name} } from "./${live.file}";`;
  return isGlobal(name) || !live ? "" : `declare const ${name}: any;`;
}

function importTypes(other: Draft, { types, analysis }: Draft): string {
  const taken = new Set([...types, ...analysis.imports.flatMap(({ names }) => names.map(([, local]) => local))]);
  const shared = other.types.filter((name) => !taken.has(name));
  return shared.length ? `import type { ${shared.join(", ")} } from "./${other.file}";` : "";
}

/** Files that do not change while the process lives: the libraries, and the rooms that cells import. */
const sources = new Map<string, ts.SourceFile | undefined>();

function createHost(files: ReadonlyMap<string, CellModule>): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const readSource = (path: string): ts.SourceFile | undefined => {
    const text = files.get(path)?.text ?? ts.sys.readFile(path);
    return text === undefined ? undefined : ts.createSourceFile(path, text, ts.ScriptTarget.ESNext);
  };
  return {
    ...host,
    fileExists: (path) => files.has(path) || ts.sys.fileExists(path),
    readFile: (path) => files.get(path)?.text ?? ts.sys.readFile(path),
    getSourceFile: (path) => {
      if (files.has(path)) return readSource(path);
      if (!sources.has(path)) sources.set(path, readSource(path));
      return sources.get(path);
    },
    resolveModuleNameLiterals: (literals, containingFile) =>
      literals.map(({ text }) => {
        const file = modules.get(text) ?? resolve(dirname(containingFile), text);
        if (modules.has(text) || files.has(file))
          return { resolvedModule: { resolvedFileName: file, extension: ts.Extension.Ts } };
        return ts.resolveModuleName(text, containingFile, options, host);
      }),
  };
}

const nodeGlobals: ReadonlySet<string> = new Set([
  "process",
  "Buffer",
  "require",
  "global",
  "setImmediate",
  "clearImmediate",
]);

const usesNode = ({ analysis }: Draft): boolean =>
  analysis.imports.some(({ module }) => module.startsWith("node:")) ||
  analysis.free.some(({ name }) => nodeGlobals.has(name));

function findMain({ cell, analysis }: Draft): Place | null {
  const main = isPortable(cell) ? analysis.outputs.find(({ name }) => name === "main") : undefined;
  return main ? placeOf(cell.source, main.offset) : null;
}

function reportDiagnostic(diagnostic: ts.Diagnostic, { cell, main }: CellModule, report: Report): void {
  const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
  const { line, character } = diagnostic.file!.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
  const inSource = line >= 1 && line <= cell.source.split("\n").length;
  if (inSource) report(placeInChapter(cell, { line, column: character + 1 }), `${message} (TS${diagnostic.code})`);
  else if (main)
    report(
      placeInChapter(cell, main),
      `main is no portable program. ${message.split("\n").at(-1)!.trim()}`,
      "Everything that it yields is a call: yield* read(…).",
    );
  else report(cell, `${message} (TS${diagnostic.code})`); // what concerns our own lines concerns the cell as a whole
}
