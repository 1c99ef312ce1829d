/**
 * Where the nodes of a graph stand: processes and resources that wait in a cycle on a circle, all others in layers from left to right.
 * Always the same for the same graph.
 */
import type { ViewOf } from "./kinds.ts";
import { widthOf } from "./labels.ts";

export type Graph = ViewOf<"graph">;
export type Node = Graph["nodes"][number];
export type Edge = Graph["edges"][number];
export interface Size {
  readonly width: number;
  readonly height: number;
}
export interface Placed extends Size {
  readonly node: Node;
  readonly x: number;
  readonly y: number;
}
export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Layout {
  readonly nodes: readonly Placed[];
  readonly circular: boolean;
  /** The places that an edge passes on its way, where it leads past a layer. */
  readonly routes: ReadonlyMap<Edge, readonly [Point, ...Point[]]>;
}

/** Most nodes of a circle: of more, nobody follows a chord. */
const maxCircle = 24;
const rowGap = 30;
const leastColumnGap = 48;
/** Height that an edge gets in a layer that it passes. */
const routeHeight = 10;
const maxRoutes = 40;
const leastRadius = 90;

/** `sizeOf`: the width and height of a node, in pixels. All nodes lie to the right of and below 0. */
export function layOutGraph({ nodes, edges }: Pick<Graph, "nodes" | "edges">, sizeOf: (node: Node) => Size): Layout {
  const below = Map.groupBy(edges, ({ from }) => from);
  const { order, back } = walkDepthFirst(nodes, below);
  const circular = back.size > 0 && nodes.length <= maxCircle && nodes.some(({ shape }) => shape !== "state");
  return circular
    ? { nodes: placeOnCircle(order, sizeOf), circular, routes: new Map() }
    : { ...placeInLayers(order, edges, back, sizeOf), circular };
}

/** Nodes as a walk along the edges meets them, marked ones first, so that a cycle's nodes follow one another; and the edges that close a cycle. */
function walkDepthFirst(
  nodes: readonly Node[],
  below: ReadonlyMap<string, readonly Edge[]>,
): { order: Node[]; back: Set<Edge> } {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const order: Node[] = [];
  const back = new Set<Edge>();
  const state = new Map<Node, "open" | "closed">();
  const visit = (node: Node): void => {
    state.set(node, "open");
    order.push(node);
    const edges = below.get(node.id) ?? [];
    for (const edge of [...edges.filter(({ mark }) => mark), ...edges.filter(({ mark }) => !mark)]) {
      const next = byId.get(edge.to);
      if (next === undefined || next === node) continue;
      if (state.get(next) === "open") back.add(edge);
      else if (!state.has(next)) visit(next);
    }
    state.set(node, "closed");
  };
  for (const node of [...nodes.filter(({ mark }) => mark), ...nodes]) if (!state.has(node)) visit(node);
  return { order, back };
}

function placeOnCircle(order: readonly Node[], sizeOf: (node: Node) => Size): Placed[] {
  const sizes = order.map(sizeOf);
  const widest = Math.max(...sizes.map(({ width }) => width));
  const tallest = Math.max(...sizes.map(({ height }) => height));
  const around = sizes.reduce((sum, { width, height }) => sum + Math.hypot(width, height) / 1.4 + 56, 0);
  const radius = Math.max(order.length === 1 ? 0 : leastRadius, around / (2 * Math.PI));
  return order.map((node, index) => {
    const angle = (2 * Math.PI * index) / order.length - Math.PI / 2;
    return {
      node,
      ...(sizes[index] ?? { width: 0, height: 0 }),
      x: widest / 2 + radius * 1.25 * (1 + Math.cos(angle)),
      y: tallest / 2 + radius * (1 + Math.sin(angle)),
    };
  });
}

/** A step of an edge from one layer to the next. */
interface Link {
  readonly from: Slot;
  readonly to: Slot;
}
/** What takes room in a layer: a node, or an edge that passes. */
interface Slot extends Size {
  readonly node: Node | null;
}

/** Edges that close a cycle are laid out as if they pointed the other way. */
function placeInLayers(
  order: readonly Node[],
  edges: readonly Edge[],
  back: ReadonlySet<Edge>,
  sizeOf: (node: Node) => Size,
): Omit<Layout, "circular"> {
  const forwards = edges
    .filter(({ from, to }) => from !== to)
    .map((edge) => ({ edge, from: back.has(edge) ? edge.to : edge.from, to: back.has(edge) ? edge.from : edge.to }));
  const ranks = rankNodes(order, forwards);
  const slots = new Map(order.map((node): [string, Slot] => [node.id, { node, ...sizeOf(node) }]));
  const layers: Slot[][] = [];
  const put = (slot: Slot, rank: number): Slot => {
    (layers[rank] ??= []).push(slot);
    return slot;
  };
  for (const node of order) put(slots.get(node.id)!, ranks.get(node.id) ?? 0);
  const links: Link[] = [];
  const passed = new Map<Edge, [Slot, ...Slot[]]>();
  for (const { edge, from, to } of forwards) {
    const [first, last] = [ranks.get(from) ?? 0, ranks.get(to) ?? 0];
    // Of very many long edges the later ones take no room and lead straight.
    const steps = passed.size < maxRoutes ? last - first - 1 : 0;
    const between = Array.from({ length: steps }, (_, index) =>
      put({ node: null, width: 0, height: routeHeight }, first + 1 + index),
    );
    const chain = [slots.get(from)!, ...between, slots.get(to)!];
    links.push(...chain.slice(1).map((slot, index) => ({ from: chain[index]!, to: slot })));
    const [nearest, ...others] = back.has(edge) ? between.toReversed() : between;
    if (nearest !== undefined) passed.set(edge, [nearest, ...others]);
  }
  const gap = Math.max(leastColumnGap, ...edges.map(({ label = "" }) => widthOf(label) + 20));
  const points = placeSlots(orderLayers(layers, links), gap);
  const at = (slot: Slot): Point => points.get(slot) ?? { x: 0, y: 0 };
  return {
    nodes: order.map((node) => ({ node, ...sizeOf(node), ...at(slots.get(node.id)!) })),
    routes: new Map([...passed].map(([edge, [nearest, ...others]]) => [edge, [at(nearest), ...others.map(at)]])),
  };
}

/** One column per layer, each in the middle of the height. */
function placeSlots(layers: readonly Slot[][], columnGap: number): Map<Slot, Point> {
  const heights = layers.map((layer) => layer.reduce((sum, { height }) => sum + height + rowGap, -rowGap));
  const tallest = Math.max(...heights, 0);
  const points = new Map<Slot, Point>();
  let left = 0;
  for (const [index, layer] of layers.entries()) {
    const width = Math.max(...layer.map((slot) => slot.width));
    let top = (tallest - (heights[index] ?? 0)) / 2;
    for (const slot of layer) {
      points.set(slot, { x: left + width / 2, y: top + slot.height / 2 });
      top += slot.height + rowGap;
    }
    left += width + columnGap;
  }
  return points;
}

/** The layer of a node is one more than that of the last node before it. `edges` have no cycle. */
function rankNodes(order: readonly Node[], edges: readonly Pick<Edge, "from" | "to">[]): Map<string, number> {
  const ranks = new Map(order.map(({ id }) => [id, 0]));
  for (let changed = true; changed;) {
    changed = false;
    for (const { from, to } of edges) {
      const least = (ranks.get(from) ?? 0) + 1;
      if ((ranks.get(to) ?? least) >= least) continue;
      ranks.set(to, least);
      changed = true;
    }
  }
  return ranks;
}

/** Each slot near the middle of its neighbours in the layer beside it: a few sweeps there and back. */
function orderLayers(layers: Slot[][], links: readonly Link[]): Slot[][] {
  const before = Map.groupBy(links, ({ to }) => to);
  const after = Map.groupBy(links, ({ from }) => from);
  const place = new Map<Slot, number>();
  const settle = (layer: readonly Slot[]): void =>
    layer.forEach((slot, index) => place.set(slot, index - layer.length / 2));
  for (const layer of layers) settle(layer);
  for (let sweep = 0; sweep < 4; sweep++) {
    const forwards = sweep % 2 === 0;
    for (const layer of forwards ? layers : layers.toReversed()) {
      const middles = new Map(
        layer.map((slot) => {
          const near = (forwards
            ? before.get(slot)?.map(({ from }) => from)
            : after.get(slot)?.map(({ to }) => to)) ?? [slot];
          return [slot, near.reduce((sum, one) => sum + (place.get(one) ?? 0), 0) / near.length];
        }),
      );
      layer.sort((a, b) => (middles.get(a) ?? 0) - (middles.get(b) ?? 0));
      settle(layer);
    }
  }
  return layers;
}
