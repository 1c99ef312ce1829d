/** Browser-safe. One line of an expectation: literal text with placeholders. */

type Kind = "pid" | "time" | "n" | "any";

interface Token {
  readonly literal: string;
  /** The placeholder that follows the literal; null at the end of the line. */
  readonly kind: Kind | null;
  /** `child` of `[pid:child]`: the same number wherever it stands. */
  readonly name: string | null;
}

export interface LinePattern {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly names: readonly string[];
}

/** Numbers that named placeholders stand for. */
export type Bindings = ReadonlyMap<string, string>;

/** How much work a match may still be, in comparisons. What runs out of it has not matched. */
export interface Budget {
  left: number;
}

/** Most ways of reading one line that are told apart. */
const maxReadings = 16;

export function parsePattern(text: string): LinePattern {
  const tokens: Token[] = [];
  let from = 0;
  for (const match of text.matchAll(/\[(?:(pid)(?::([A-Za-z]\w*))?|(time)|(n)|(\.\.))\]/g)) {
    const kind: Kind = match[1] ? "pid" : match[3] ? "time" : match[4] ? "n" : "any";
    tokens.push({ literal: text.slice(from, match.index), kind, name: match[2] ?? null });
    from = match.index + match[0].length;
  }
  tokens.push({ literal: text.slice(from), kind: null, name: null });
  return { text, tokens, names: [...new Set(tokens.flatMap((token) => token.name ?? []))] };
}

/** Places in the line up to which the pattern fits so far, under one set of bindings; `floats`: or any later place. */
interface State {
  readonly bindings: Bindings;
  readonly places: number[];
  readonly floats: boolean;
}

/**
 * The ways in which `line` fits `pattern` under `bindings`: for each the bindings with what it adds; none where it does not fit. After
 * each part of the pattern a place in the line is kept once for each set of bindings, so work grows with parts × length, not faster.
 */
export function matchLine(pattern: LinePattern, line: string, bindings: Bindings, budget: Budget): readonly Bindings[] {
  budget.left--;
  if (pattern.tokens.length === 1 || line === pattern.text) return line === pattern.text ? [bindings] : [];
  let states: State[] = [{ bindings, places: [0], floats: false }];
  for (const token of pattern.tokens) {
    states = states.flatMap((state) => advance(state, token, line, budget));
    if (states.length === 0 || budget.left < 0) return [];
    states = mergeStates(states).slice(0, maxReadings);
  }
  return states.map((state) => state.bindings);
}

function advance(state: State, { literal, kind, name }: Token, line: string, budget: Budget): State[] {
  if (kind === null) {
    const at = line.length - literal.length;
    const fits = line.endsWith(literal) && (state.places.includes(at) || (state.floats && at >= state.places[0]!));
    return fits ? [{ ...state, places: [line.length], floats: false }] : [];
  }
  const places = findLiteral(state, literal, line, kind === "any", budget);
  if (places.length === 0) return [];
  if (kind === "any") return [{ ...state, places: [places[0]!], floats: true }];
  const isInside = (at: number): boolean =>
    state.floats && literal === "" && /\d\.$/.test(line.slice(Math.max(0, at - 2), at));
  const read = places
    .filter((at) => !isInside(at))
    .flatMap((at) => endsOf(kind, name, line, at).map((end) => [at, end] as const));
  if (name === null)
    return read.length ? [{ ...state, places: [...new Set(read.map(([, end]) => end))], floats: false }] : [];
  return read.flatMap(([at, end]) => {
    const text = line.slice(at, end);
    const bound = state.bindings.get(name);
    if (bound !== undefined && bound !== text) return [];
    return [
      {
        bindings: bound === undefined ? new Map(state.bindings).set(name, text) : state.bindings,
        places: [end],
        floats: false,
      },
    ];
  });
}

/** Where the text after `literal` begins; only the first such place where the later ones add nothing. */
function findLiteral(
  { places, floats }: State,
  literal: string,
  line: string,
  onlyFirst: boolean,
  budget: Budget,
): number[] {
  if (!floats) {
    budget.left -= places.length;
    return places.filter((at) => line.startsWith(literal, at)).map((at) => at + literal.length);
  }
  const found: number[] = [];
  for (
    let at = line.indexOf(literal, places[0]);
    at >= 0 && budget.left >= 0;
    at = at < line.length ? line.indexOf(literal, at + 1) : -1
  ) {
    budget.left--;
    found.push(at + literal.length);
    if (onlyFirst) break;
  }
  return found;
}

function mergeStates(states: readonly State[]): State[] {
  if (states.length === 1) return [...states];
  const merged = Map.groupBy(states, ({ bindings }) => printBindings(bindings));
  return [...merged.values()].map((group) => {
    const { bindings, floats } = group[0]!;
    return { bindings, floats, places: [...new Set(group.flatMap((state) => state.places))] };
  });
}

/** Where the text of a placeholder that begins at `at` can end; a number is read whole. A placeholder stands for its own text, too. */
function endsOf(kind: Kind, name: string | null, line: string, at: number): readonly number[] {
  const own = name ? `[pid:${name}]` : `[${kind}]`;
  if (line.startsWith(own, at)) return [at + own.length];
  if (kind === "pid") return endOf(/(?<!\d)\d{1,10}(?!\d)/y, line, at);
  if (kind === "n")
    return [
      ...endOf(/(?<!\d)[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?/iy, line, at),
      ...endOf(/(?<!\d)[-+]?\d+(?!\d)/y, line, at),
    ];
  const number = endOf(/(?<!\d)\d+(?:\.\d+)?/y, line, at);
  return [...number, ...number.flatMap((end) => endOf(/ ?(?:ns|[µμu]s|ms|s|min|h)(?![A-Za-z])/y, line, end))];
}

function endOf(shape: RegExp, line: string, at: number): readonly number[] {
  shape.lastIndex = at;
  return shape.test(line) ? [shape.lastIndex] : [];
}

export const printBindings = (bindings: Bindings): string =>
  [...bindings]
    .map(([name, value]) => `${name}=${value}`)
    .toSorted()
    .join(" ");
