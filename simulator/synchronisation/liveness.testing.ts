/**
 * For tests: whether a thread can wait for ever. A search for a circle of states in which it waits all the time; with weak fairness only
 * circles count in which every thread makes a step or cannot make one somewhere (Baier, Katoen: Principles of Model Checking, ch. 3.5).
 */
import assert from "node:assert/strict";
import {
  begin,
  createKeys,
  listOptions,
  pidOf,
  take,
  type ExploreOptions,
  type State,
  type Thread,
} from "./testing.ts";

interface Node {
  readonly state: State;
  /** Threads that can make a step. */
  readonly canRun: ReadonlySet<number>;
  readonly edges: readonly { readonly by: number; readonly to: string }[];
}

/** Whether thread `index` may wait for ever. */
export function mayStarve(
  threads: readonly Thread[],
  isWaiting: (state: State) => boolean,
  { fair, ...options }: ExploreOptions & { readonly fair: boolean },
): boolean {
  const graph = buildGraph(threads, options);
  const waiting = new Map([...graph].filter(([, { state }]) => isWaiting(state)));
  return listComponents(waiting).some((keys) => isCircle(waiting, keys) && (!fair || isFair(waiting, keys, threads)));
}

function buildGraph(threads: readonly Thread[], options: ExploreOptions): Map<string, Node> {
  const keyOf = createKeys();
  const graph = new Map<string, Node>();
  const first = begin(threads, options);
  const open = [first];
  for (let state = open.pop(); state; state = open.pop()) {
    const key = keyOf(state);
    if (graph.has(key)) continue;
    assert.ok(graph.size < 50_000, "more than 50 000 states");
    const next = listOptions(state, options.permitted);
    const reached = next.map((transition) => take(state, transition));
    const edges = next.map(({ pid }, index) => ({ by: pid - pidOf(0), to: keyOf(reached[index] as State) }));
    graph.set(key, { state, canRun: new Set(edges.map(({ by }) => by)), edges });
    open.push(...reached);
  }
  return graph;
}

const within = (graph: ReadonlyMap<string, Node>, keys: ReadonlySet<string>) =>
  [...keys].flatMap((key) => graph.get(key)?.edges.filter(({ to }) => keys.has(to)) ?? []);

const isCircle = (graph: ReadonlyMap<string, Node>, keys: ReadonlySet<string>): boolean =>
  within(graph, keys).length > 0;

function isFair(graph: ReadonlyMap<string, Node>, keys: ReadonlySet<string>, threads: readonly Thread[]): boolean {
  const steps = new Set(within(graph, keys).map(({ by }) => by));
  return [...threads.keys()].every(
    (index) => steps.has(index) || [...keys].some((key) => graph.get(key)?.canRun.has(index) !== true),
  );
}

/** The strongly connected components (Kosaraju). A larger circle is as fair as any in it. */
function listComponents(graph: ReadonlyMap<string, Node>): Set<string>[] {
  const backwards = new Map<string, string[]>();
  for (const [key, { edges }] of graph)
    for (const { to } of edges) backwards.set(to, [...(backwards.get(to) ?? []), key]);
  const seen = new Set<string>();
  const finished: string[] = [];
  for (const start of graph.keys()) {
    const path: { readonly key: string; readonly rest: string[] }[] = [];
    const enter = (key: string) => {
      if (!graph.has(key) || seen.has(key)) return;
      seen.add(key);
      path.push({ key, rest: graph.get(key)?.edges.map(({ to }) => to) ?? [] });
    };
    enter(start);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const next = top.rest.pop();
      if (next !== undefined) enter(next);
      else finished.push(path.pop()?.key ?? "");
    }
  }
  const placed = new Set<string>();
  return finished.toReversed().flatMap((start) => {
    if (placed.has(start)) return [];
    const component = new Set<string>();
    const open = [start];
    for (let key = open.pop(); key !== undefined; key = open.pop()) {
      if (placed.has(key) || !graph.has(key)) continue;
      placed.add(key);
      component.add(key);
      open.push(...(backwards.get(key) ?? []));
    }
    return [component];
  });
}
