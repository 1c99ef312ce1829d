/** Browser-safe. Parses the JavaScript of a cell. */
import { parse, parseExpressionAt, tokenizer, tokTypes, type Expression, type Options, type Program } from "acorn";
import { placeOf, type Place } from "./problems.ts";

/** A cell that is not well-formed. `place` counts from the first character of its source. */
export class CellSyntaxError extends SyntaxError {
  readonly place: Place;
  readonly mend: string | null;
  constructor(message: string, place: Place, mend: string | null = null) {
    super(message);
    this.name = "SyntaxError";
    this.place = place;
    this.mend = mend;
  }
}

const options = {
  ecmaVersion: "latest",
  sourceType: "module",
  allowAwaitOutsideFunction: true,
} as const satisfies Options;

/** A cell's code: one expression, which shows its value, or statements. `end` is where the expression's text ends. */
export type Code =
  | { readonly kind: "expression"; readonly root: Expression; readonly end: number }
  | { readonly kind: "program"; readonly root: Program };

/** Parses a cell. Where both readings are possible it is an expression, as in Observable: `{ a: 1 }` is an object. */
export function parseCell(javascript: string): Code {
  return parseWholeExpression(javascript) ?? { kind: "program", root: parseProgram(javascript) };
}

/** Parses a module, with errors as `CellSyntaxError`. */
export function parseProgram(javascript: string): Program {
  try {
    return parse(javascript, options);
  } catch (error) {
    throw toCellSyntaxError(error, javascript);
  }
}

function parseWholeExpression(javascript: string): Code | null {
  try {
    const root = parseExpressionAt(javascript, 0, { ...options, preserveParens: true });
    if ((root.type === "FunctionExpression" || root.type === "ClassExpression") && root.id) return null;
    const [semicolon, ...rest] = tokenizer(javascript.slice(root.end), options);
    if (rest.length > 0 || (semicolon && semicolon.type !== tokTypes.semi)) return null;
    return { kind: "expression", root, end: semicolon ? root.end + semicolon.start : javascript.length };
  } catch {
    return null;
  }
}

/** An error of acorn or sucrase, with its place. */
export function toCellSyntaxError(error: unknown, source: string): CellSyntaxError {
  if (error instanceof CellSyntaxError) return error;
  const { message, pos, loc } = error as { message: string; pos?: number; loc?: { line: number; column: number } };
  const place =
    pos !== undefined ? placeOf(source, pos) : loc ? { line: loc.line, column: loc.column } : { line: 1, column: 1 };
  return new CellSyntaxError(`${message.replace(/^Error transforming .*?: |\s*\(\d+:\d+\)$/g, "")}.`, place);
}
