/** Browser-safe. What a cell's JavaScript (types removed) defines, reads and imports. Nothing here throws but a syntax error. */
import type { AnyNode, Expression, ImportDeclaration, Program } from "acorn";
import { full, fullAncestor } from "acorn-walk";
import { isGlobal } from "./names.ts";
import { isFunction, namesOf, resolveNames, type Use } from "./scopes.ts";
import { parseCell, type Code } from "./syntax.ts";

/** One static import: `names` are pairs of what is imported and what it is called here; `*` is the whole namespace. */
export interface Import {
  readonly module: string;
  readonly names: readonly (readonly [imported: string, local: string])[];
  readonly start: number;
  readonly end: number;
}

/** Something that no cell may contain. */
export interface Offence {
  readonly offset: number;
  readonly message: string;
  readonly mend: string;
}

export interface Analysis {
  readonly code: Code;
  /** Does it await at its top level? */
  readonly async: boolean;
  /** Names that it takes from the notebook, in the order of their first use; globals are not among them. */
  readonly inputs: readonly string[];
  /** Names that its top level defines for other cells, in order. Imports stay private. */
  readonly outputs: readonly Output[];
  readonly imports: readonly Import[];
  /** Every use of a name that the cell does not declare, globals included. */
  readonly free: readonly Use[];
  /** Assignments from inside its functions to names of its top level. */
  readonly outerAssignments: readonly Use[];
  readonly offences: readonly Offence[];
}

export interface Output {
  readonly name: string;
  readonly offset: number;
  /** `function*` apart from `function`: a portable cell needs one called `main`. */
  readonly kind: "variable" | "function" | "generator" | "class";
}

/** Analyses a cell. Throws `CellSyntaxError`. */
export function analyseCell(javascript: string): Analysis {
  const code = parseCell(javascript);
  const { free, outerAssignments } = resolveNames(code.root);
  const reads = free.filter((use) => use.kind === "read" && !isGlobal(use.name));
  return {
    code,
    async: awaits(code.root),
    inputs: [...new Set(reads.map((use) => use.name))],
    outputs: code.kind === "program" ? code.root.body.flatMap(readOutputs) : [],
    imports: code.kind === "program" ? code.root.body.flatMap(readImport) : [],
    free,
    outerAssignments,
    offences: findOffences(code.root),
  };
}

function readOutputs(statement: Program["body"][number]): Output[] {
  switch (statement.type) {
    case "VariableDeclaration":
      return statement.declarations.flatMap(({ id }) =>
        namesOf(id).map((name) => ({ name, offset: id.start, kind: "variable" as const })),
      );
    case "FunctionDeclaration": {
      const kind = statement.generator && !statement.async ? "generator" : "function";
      return [{ name: statement.id.name, offset: statement.id.start, kind }];
    }
    case "ClassDeclaration":
      return [{ name: statement.id.name, offset: statement.id.start, kind: "class" }];
    default:
      return [];
  }
}

function readImport(statement: Program["body"][number]): Import[] {
  if (statement.type !== "ImportDeclaration") return [];
  const { start, end, source } = statement;
  return [{ module: String(source.value), names: statement.specifiers.map(readSpecifier), start, end }];
}

function readSpecifier(specifier: ImportDeclaration["specifiers"][number]): [imported: string, local: string] {
  const local = specifier.local.name;
  if (specifier.type === "ImportNamespaceSpecifier") return ["*", local];
  if (specifier.type === "ImportDefaultSpecifier") return ["default", local];
  const { imported } = specifier;
  return [imported.type === "Identifier" ? imported.name : String(imported.value), local];
}

function awaits(root: Program | Expression): boolean {
  let found = false;
  fullAncestor(root, (node, _state, path) => {
    const waits =
      node.type === "AwaitExpression" ||
      (node.type === "ForOfStatement" && node.await) ||
      (node.type === "VariableDeclaration" && node.kind === "await using");
    if (waits && !path.some(isFunction)) found = true;
  });
  return found;
}

function findOffences(root: Program | Expression): Offence[] {
  const offences: Offence[] = [];
  full(root, (node: AnyNode) => {
    if (node.type.startsWith("Export"))
      offences.push({
        offset: node.start,
        message: "A cell exports nothing.",
        mend: "Its top-level names are shared as they are: remove export.",
      });
    else if (node.type === "ImportExpression")
      offences.push({
        offset: node.start,
        message: "A cell cannot import on the way.",
        mend: "Write a static import at its top.",
      });
    else if (node.type === "MetaProperty" && node.meta.name === "import")
      offences.push({
        offset: node.start,
        message: "A cell has no import.meta.",
        mend: "A cell is no file: remove it.",
      });
  });
  return offences;
}
