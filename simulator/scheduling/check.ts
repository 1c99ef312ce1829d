/** What comes from outside must be, said in one way everywhere: by workloads, options and policies. */

/** What is wrong, where, and what it must be instead. */
export class WorkloadError extends RangeError {
  override readonly name = "WorkloadError";
  /** Where it stands in the workload, as a program would write it: `jobs[2].bursts[0]`. */
  readonly at: string | undefined;
  constructor(message: string, at?: string) {
    super(message);
    this.at = at;
  }
}

export const isWhole = (value: unknown, least: number, most: number = Number.MAX_SAFE_INTEGER): value is number =>
  Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;

/** What such a number is, in words. */
export function sayWhole(least: number, most: number = Number.MAX_SAFE_INTEGER): string {
  if (most !== Number.MAX_SAFE_INTEGER) return `a whole number from ${least} to ${most}`;
  return least === Number.MIN_SAFE_INTEGER ? "a whole number" : `a whole number, at least ${least}`;
}

/** @throws WorkloadError: `what`, an option or a figure of a task, is not a whole number from `least` to `most`. */
export function checkWhole(who: string, what: string, value: unknown, least: number, most?: number): void {
  if (!isWhole(value, least, most))
    throw new WorkloadError(`${who}: ${what} must be ${sayWhole(least, most)}, not ${show(value)}`);
}

/** A value as a message shows it: not more than a line of it. */
export function show(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "object" && typeof value !== "string") return typeof value;
  const shown = JSON.stringify(value);
  return shown.length > 80 ? `${shown.slice(0, 80)}…` : shown;
}

/** `Did you mean rr?`, of the known names the one that takes the fewest insertions, deletions and replacements; empty where all are far. */
export function hintAt(wrong: unknown, names: readonly string[]): string {
  if (typeof wrong !== "string" || wrong.length > 50) return "";
  const distances = names.map((name) => [measureDistance(wrong.toLowerCase(), name.toLowerCase()), name] as const);
  const [distance, name] = distances.reduce((best, one) => (one[0] < best[0] ? one : best));
  return distance <= Math.max(2, wrong.length / 3) ? ` Did you mean ${name}?` : "";
}

/** Levenshtein's distance, row by row. */
function measureDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let index = 0; index < from.length; index += 1) {
    const next = [index + 1];
    for (let column = 0; column < to.length; column += 1) {
      const replaced = (row[column] as number) + (from[index] === to[column] ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] as number) + 1, (next[column] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
