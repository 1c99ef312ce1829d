/** An uncaught error as the reader needs it: the line of their own program, a mark under it, the message, and their own frames. */
import { inspect } from "node:util";

/** `source` is the program's TypeScript, `url` the address that its frames have. */
export function describeError(error: unknown, source: string, url: string): string {
  if (!(error instanceof Error)) return `Uncaught ${inspect(error)}\n`;
  const name = url.slice(url.lastIndexOf("/") + 1);
  const stack = error.stack ?? String(error);
  const frames = stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line) && line.includes(url))
    .map((line) => line.replace("async ", "").replaceAll(url, name));
  const [, line, column] = new RegExp(`${RegExp.escape(url)}:(\\d+)(?::(\\d+))?`).exec(stack) ?? [];
  const excerpt =
    line === undefined ? [] : [`${name}:${line}`, ...excerptLine(source, Number(line), Number(column ?? 0))];
  const cause =
    error.cause === undefined
      ? []
      : [`[cause]: ${error.cause instanceof Error ? String(error.cause) : inspect(error.cause)}`];
  return `${[...excerpt, summarize(error), ...frames, ...cause].join("\n")}\n`;
}

/** `Error: write: Broken pipe (EPIPE)`: a system error's code says what to look up. */
function summarize(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  const summary = `${error.name}: ${error.message}`;
  return code === undefined || summary.includes(code) ? summary : `${summary} (${code})`;
}

/** The line, and a mark under its `column` (1-based; 0: unknown). */
function excerptLine(source: string, line: number, column: number): string[] {
  const text = source.split("\n")[line - 1];
  if (text === undefined) return [];
  return column === 0 ? [text] : [text, `${" ".repeat(column - 1)}^`];
}
