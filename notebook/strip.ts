/** Node only. Removes types from a cell as Node does when it runs the project itself: what is removed becomes blanks, so places stay. */
import { stripTypeScriptTypes } from "node:module";
import { placeOf, type Place } from "./problems.ts";
import { CellSyntaxError } from "./syntax.ts";

warnNever(() => stripTypeScriptTypes(""));

/** JavaScript of the same length and lines. Throws `CellSyntaxError` where the code is not well-formed, or has a meaning at run time (enum). */
export function stripTypes(typescript: string): string {
  try {
    return stripTypeScriptTypes(typescript);
  } catch (error) {
    const { code, message, stack } = error as { code?: string; message: string; stack: string };
    const mend =
      code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX" ? "Types are removed, not compiled: write it in JavaScript." : null;
    throw new CellSyntaxError(`${message}.`, readPlace(stack, typescript), mend);
  }
}

/**
 * Node tells the place only as a drawing above the stack: `:3`, the line before where there is one, the line, and carets beneath it; or,
 * for what spans lines, `>` before each; or nothing, where the end of the text is what is wrong.
 */
function readPlace(stack: string, source: string): Place {
  const drawing = stack.slice(0, stack.indexOf("\n\nSyntaxError"));
  const line = Number(/^[^\n]*:(\d+)\n/.exec(drawing)?.[1] ?? 1);
  const text = source.split("\n")[line - 1] ?? "";
  const carets = /\n( *)\^+(?:\n|$)/.exec(drawing);
  if (carets) return { line, column: columnAt(text, carets[1]!.length) };
  if (/\n {2}> /.test(drawing)) return { line, column: Math.max(0, text.search(/\S/)) + 1 };
  return placeOf(source, source.trimEnd().length);
}

/** The column of `text` that is drawn `width` cells from the left, where wide characters take two and tabs four. */
function columnAt(text: string, width: number): number {
  let column = 1;
  let drawn = 0;
  for (const char of text) {
    if (drawn >= width) break;
    drawn += char === "\t" ? 4 : char.codePointAt(0)! >= 0x1100 ? 2 : 1;
    column += char.length;
  }
  return column;
}

/** Node says once per process that stripping is experimental; readers of our output need not know. */
function warnNever(call: () => unknown): void {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => {};
  try {
    call();
  } finally {
    process.emitWarning = emitWarning;
  }
}
