/** Browser-safe. Lines against line patterns: in order with gaps, or as a multiset. Both are exact within their budget. */
import { matchLine, printBindings, type Bindings, type Budget, type LinePattern } from "./pattern.ts";

/** A pattern for one line, or a gap (`...`): any number of lines. */
export type Item = LinePattern | "gap";

/** A place to go back to: items from `i`, lines from `j`. `gap`: the gap before `i` may take one line more. */
interface Choice {
  readonly i: number;
  readonly j: number;
  readonly bindings: Bindings;
  readonly gap: boolean;
}

/**
 * Do the lines fit the items one after the other? Backtracks into gaps and into lines that can be read in several ways. Of two gaps
 * with the same bindings only the later can help: what the earlier one could still reach, it reaches too.
 */
export function matchOrdered(items: readonly Item[], lines: readonly string[], budget: Budget): boolean {
  const seen = new Set<string>();
  const choices: Choice[] = [{ i: 0, j: 0, bindings: new Map(), gap: false }];
  for (let choice = choices.pop(); choice; choice = choices.pop()) {
    let { i, j, bindings } = choice;
    if (choice.gap && j < lines.length) choices.push({ ...choice, j: j + 1 });
    for (;;) {
      if (--budget.left < 0) return false;
      const item = items[i];
      if (item === undefined && j === lines.length) return true;
      if (item === "gap") {
        if (i === items.length - 1) return true;
        const key = bindings.size > 0 ? `${i} ${j} ${printBindings(bindings)}` : null;
        if (key !== null && seen.has(key)) break;
        if (key !== null) seen.add(key);
        while (choices.at(-1)?.gap && choices.at(-1)!.bindings === bindings) choices.pop();
        i++;
        if (j < lines.length) choices.push({ i, j: j + 1, bindings, gap: true });
        continue;
      }
      const [first, ...others] = item && j < lines.length ? matchLine(item, lines[j]!, bindings, budget) : [];
      if (!first) break;
      i++;
      j++;
      for (const other of others) choices.push({ i, j, bindings: other, gap: false });
      bindings = first;
    }
  }
  return false;
}

/** Can the lines be dealt out to the items, one each (a gap takes any number)? A matching, not greedy. */
export function matchUnordered(items: readonly Item[], lines: readonly string[], budget: Budget): boolean {
  const patterns = items.filter((item) => item !== "gap");
  const hasGap = patterns.length < items.length;
  if (patterns.length > lines.length || (!hasGap && patterns.length < lines.length)) return false;
  const left = new Map<string, number>();
  for (const line of lines) left.set(line, (left.get(line) ?? 0) + 1);
  // A line without placeholders fits only its like, and likes are interchangeable: it is taken first.
  for (const { text } of patterns.filter((pattern) => pattern.tokens.length === 1)) {
    const count = left.get(text) ?? 0;
    if (count === 0) return false;
    left.set(text, count - 1);
  }
  const rest = [...left].flatMap(([line, count]) => Array<string>(count).fill(line));
  const open = patterns.filter((pattern) => pattern.tokens.length > 1);
  return dealNamed(open, rest, new Map(), budget);
}

/** Chooses what the names stand for, pattern by pattern, then deals out. */
function dealNamed(
  patterns: readonly LinePattern[],
  lines: readonly string[],
  bindings: Bindings,
  budget: Budget,
): boolean {
  if (budget.left < 0) return false;
  const pattern = patterns.find(({ names }) => names.some((name) => !bindings.has(name)));
  if (!pattern) return deal(patterns, lines, bindings, budget);
  const tried = new Set<string>();
  for (const line of new Set(lines))
    for (const bound of matchLine(pattern, line, bindings, budget)) {
      const key = printBindings(bound);
      if (tried.has(key)) continue;
      tried.add(key);
      if (dealNamed(patterns, lines, bound, budget)) return true;
    }
  return false;
}

/** A line for every pattern: augmenting paths (Kuhn), without recursion. */
function deal(patterns: readonly LinePattern[], lines: readonly string[], bindings: Bindings, budget: Budget): boolean {
  const fits = memoise((pattern: LinePattern, line: string) => matchLine(pattern, line, bindings, budget).length > 0);
  const owner = new Map<number, number>(); // line → pattern
  return patterns.every((_, start) => {
    const from = new Map<number, number>(); // line → the pattern that reached it
    const queue = [start];
    for (const p of queue)
      for (let line = 0; line < lines.length; line++) {
        if (--budget.left < 0) return false;
        if (from.has(line) || !fits(patterns[p]!, lines[line]!)) continue;
        from.set(line, p);
        const taken = owner.get(line);
        if (taken === undefined) {
          flip(owner, from, line, start);
          return true;
        }
        queue.push(taken);
      }
    return false;
  });
}

/** Gives the line at the end of a path to the pattern that reached it, that one's former line to the one before, and so on. */
function flip(owner: Map<number, number>, from: ReadonlyMap<number, number>, end: number, start: number): void {
  for (let line = end; ;) {
    const pattern = from.get(line)!;
    const former = [...owner].find(([, owning]) => owning === pattern)?.[0];
    owner.set(line, pattern);
    if (pattern === start || former === undefined) return;
    line = former;
  }
}

function memoise(fits: (pattern: LinePattern, line: string) => boolean): typeof fits {
  const known = new Map<string, Map<string, boolean>>();
  return (pattern, line) => {
    const row = known.get(pattern.text) ?? new Map<string, boolean>();
    known.set(pattern.text, row);
    const result = row.get(line) ?? fits(pattern, line);
    row.set(line, result);
    return result;
  };
}
