/** Nodes and directed edges: who waits for whom, which state follows which. */
import { round, type Tree } from "../tree.ts";
import { drawTip } from "./arrow.ts";
import { renderAlternative, renderDrawing, renderFigure, renderScroll } from "./figure.ts";
import {
  type Edge,
  type Graph,
  layOutGraph,
  type Layout,
  type Node,
  type Placed,
  type Point,
  type Size,
} from "./graph-layout.ts";
import { colourOf, cut, widthOf } from "./labels.ts";
import { renderRows } from "./table.ts";

const maxText = 24;
/** How far edges between the same two nodes bend apart. */
const bend = 26;
/** Most edges that the text alternative names one by one. */
const maxSentences = 40;

export function renderGraph(view: Graph): Tree {
  const nodes = new Map(view.nodes.map((node) => [node.id, node]));
  for (const id of view.edges.flatMap(({ from, to }) => [from, to]))
    if (!nodes.has(id)) nodes.set(id, { id, label: id, shape: "state" });
  const graph: Graph = { ...view, nodes: [...nodes.values()] };
  const name = view.title ?? "Graph";
  return renderFigure(
    "graph",
    view.title,
    renderScroll(`${name}: drawing`, drawGraph(graph, summarise(name, graph))),
    renderAlternative("Nodes and edges as a table", renderScroll("Nodes and edges", renderEdges(graph))),
  );
}

const labelsOf = (graph: Graph): ReadonlyMap<string, string> =>
  new Map(graph.nodes.map(({ id, label }) => [id, label]));

function summarise(name: string, graph: Graph): string {
  const labels = labelsOf(graph);
  const marked = graph.nodes.filter(({ mark }) => mark).map(({ label }) => label);
  const each = graph.edges
    .slice(0, maxSentences)
    .map(
      ({ from, to, label }) =>
        `${labels.get(from) ?? from} to ${labels.get(to) ?? to}${label === undefined ? "" : `: ${label}`}.`,
    );
  const single = graph.nodes.filter(({ id }) => graph.edges.every(({ from, to }) => from !== id && to !== id));
  return [
    `${name}. ${graph.nodes.length} nodes, ${graph.edges.length} edges.`,
    ...each,
    ...(single.length === 0 ? [] : [`Without edges: ${single.map(({ label }) => label).join(", ")}.`]),
    ...(marked.length === 0 ? [] : [`Set apart: ${marked.join(", ")}.`]),
  ].join(" ");
}

function renderEdges(graph: Graph): Tree {
  const labels = labelsOf(graph);
  const alone = graph.nodes.filter(({ id }) => graph.edges.every(({ from }) => from !== id));
  return renderRows(
    ["from", "to", "label", "set apart"],
    [
      ...graph.edges.map(({ from, to, label, mark }) => [
        labels.get(from) ?? from,
        labels.get(to) ?? to,
        label ?? "",
        mark ? "yes" : "",
      ]),
      ...alone.map(({ label, mark }) => [label, "", "", mark ? "yes" : ""]),
    ],
  );
}

function sizeOf({ label, shape }: Node): Size {
  const width = widthOf(cut(label, maxText)) + 12;
  if (shape === "state") return { width: Math.max(width, 48), height: 30 };
  const side = Math.max(width, 36);
  return shape === "process"
    ? { width: side, height: side }
    : { width: side, height: Math.max(Math.min(side, 44), 32) };
}

function drawGraph(graph: Graph, description: string): Tree {
  const layout = layOutGraph(graph, sizeOf);
  const byId = new Map(layout.nodes.map((one) => [one.node.id, one]));
  const processes = graph.nodes.filter(({ shape }) => shape === "process");
  const bends = countBends(graph);
  const edges = graph.edges.map((edge, index): Tree => {
    const [from, to] = [byId.get(edge.from), byId.get(edge.to)];
    if (from === undefined || to === undefined) return ["g", {}];
    const bow = bends[index] ?? 0;
    const route = layout.routes.get(edge);
    if (route !== undefined) return drawRoute(edge, from, to, route);
    return from === to ? drawLoop(edge, from, bow, layout) : drawEdge(edge, from, to, bow);
  });
  const loops = graph.edges.some(({ from, to }) => from === to) ? 44 : 0;
  const bows = Math.max(0, ...bends.map((bow) => Math.abs(bow))) / 2;
  const aside = Math.max(8, loops);
  const above = Math.max(12, loops, bows);
  const below = layout.circular ? above : Math.max(12, bows);
  const passed = [...layout.routes.values()].flat();
  return renderDrawing(
    Math.max(0, ...layout.nodes.map(({ x, width }) => x + width / 2)) + 2 * aside,
    Math.max(0, ...layout.nodes.map(({ y, height }) => y + height / 2), ...passed.map(({ y }) => y)) + above + below,
    description,
    [
      "g",
      { transform: `translate(${aside} ${round(above)})` },
      ...edges,
      ...layout.nodes.map((one) => drawNode(one, processes.indexOf(one.node))),
    ],
  );
}

/** How far each edge bends to the left of its direction, in pixels: apart from others between the same two nodes. */
function countBends({ edges }: Graph): number[] {
  const key = (from: string, to: string): string => JSON.stringify([from, to]);
  const groups = Map.groupBy(edges, ({ from, to }) => key(from, to));
  return edges.map((edge) => {
    const same = groups.get(key(edge.from, edge.to)) ?? [];
    const nth = same.indexOf(edge);
    if (edge.from === edge.to) return bend * nth;
    return groups.has(key(edge.to, edge.from)) ? bend * (nth + 0.6) : bend * (nth - (same.length - 1) / 2);
  });
}

/** An edge that leads past layers, through the places that were kept for it. */
function drawRoute(edge: Edge, from: Placed, to: Placed, route: readonly [Point, ...Point[]]): Tree {
  const last = route.at(-1) ?? route[0];
  const [start, end] = [findPort(from, route[0]), findPort(to, last)];
  const along = route.slice(1).map((point, index) => {
    const before = route[index] ?? point;
    const middle = round((before.x + point.x) / 2);
    return `C${middle} ${round(before.y)} ${middle} ${round(point.y)} ${print(point)}`;
  });
  const path = `M${print(start.at)}Q${print(start.control)} ${print(route[0])}${along.join("")}Q${print(end.control)} ${print(end.at)}`;
  const angle = Math.atan2(end.at.y - end.control.y, end.at.x - end.control.x);
  return drawArrow(edge, path, end.at, angle, route[Math.floor((route.length - 1) / 2)] ?? last, from, to);
}

const print = ({ x, y }: Point): string => `${round(x)} ${round(y)}`;

/** Where a route meets a node: below or above it, if it comes from there, else at its side. */
function findPort(
  { x, y, width, height, node }: Placed,
  { x: otherX, y: otherY }: Point,
): { at: Point; control: Point } {
  const gap = node.mark ? 5 : 1;
  const side = Math.sign(otherX - x) * (width / 2 + gap);
  if (Math.abs(otherY - y) > height / 2)
    return { at: { x, y: y + Math.sign(otherY - y) * (height / 2 + gap) }, control: { x, y: otherY } };
  return { at: { x: x + side, y }, control: { x: x + 2 * side, y } };
}

function drawEdge(edge: Edge, from: Placed, to: Placed, bow: number): Tree {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const control = {
    x: (from.x + to.x) / 2 - (2 * bow * (to.y - from.y)) / length,
    y: (from.y + to.y) / 2 + (2 * bow * (to.x - from.x)) / length,
  };
  const start = findEdge(from, control);
  const end = findEdge(to, control);
  const angle = Math.atan2(to.y - control.y + (end.y - to.y), to.x - control.x + (end.x - to.x));
  const middle = { x: (start.x + end.x + 2 * control.x) / 4, y: (start.y + end.y + 2 * control.y) / 4 };
  const path = `M${print(start)}Q${print(control)} ${print(end)}`;
  return drawArrow(edge, path, end, angle, middle, from, to);
}

/** Outwards from the middle of a circle; upwards in layers. */
function drawLoop(edge: Edge, one: Placed, bow: number, { nodes, circular }: Layout): Tree {
  const middle =
    circular && nodes.length > 1
      ? nodes.reduce((sum, { x, y }) => ({ x: sum.x + x / nodes.length, y: sum.y + y / nodes.length }), { x: 0, y: 0 })
      : { x: one.x, y: one.y + 1 };
  const out = Math.atan2(one.y - middle.y, one.x - middle.x);
  const at = (angle: number, distance: number) => ({
    x: one.x + distance * Math.cos(angle),
    y: one.y + distance * Math.sin(angle),
  });
  const reach = Math.max(one.width, one.height) / 2 + 34 + bow / 2;
  const [first, second] = [at(out - 0.55, reach), at(out + 0.55, reach)];
  const [start, end] = [findEdge(one, first), findEdge(one, second)];
  const path = `M${print(start)}C${print(first)} ${print(second)} ${print(end)}`;
  return drawArrow(edge, path, end, Math.atan2(end.y - second.y, end.x - second.x), at(out, reach - 8), one, one);
}

/** Where the line from a node's middle towards a point leaves the node. */
function findEdge({ x, y, width, height, node }: Placed, towards: Point): Point {
  const [dx, dy] = [towards.x - x || 1e-6, towards.y - y];
  const reach =
    node.shape === "process"
      ? width / 2 / Math.hypot(dx, dy)
      : Math.min(width / 2 / Math.abs(dx), height / 2 / (Math.abs(dy) || 1e-6));
  const gap = 1 + (node.mark ? 4 : 1) / Math.max(width, height);
  return { x: x + dx * reach * gap, y: y + dy * reach * gap };
}

function drawArrow(
  { label, mark }: Edge,
  path: string,
  end: Point,
  angle: number,
  middle: Point,
  from: Placed,
  to: Placed,
): Tree {
  const words = `${from.node.label} to ${to.node.label}${label === undefined ? "" : `: ${label}`}`;
  const text: Tree[] =
    label === undefined
      ? []
      : [["text", { x: middle.x, y: middle.y + 4, "text-anchor": "middle" }, cut(label, maxText)]];
  return [
    "g",
    { class: mark ? "r3-edge r3-marked" : "r3-edge" },
    ["title", {}, words],
    ["path", { class: "r3-arrow", d: path }],
    ["path", { class: "r3-tip", d: drawTip(end.x, end.y, angle, mark ? 11 : 8) }],
    ...text,
  ];
}

/** A process is a circle, a resource a square, a state a rounded box; what is set apart has a second edge. */
function drawNode({ node, x, y, width, height }: Placed, process: number): Tree {
  const shape = (kind: string, grow: number): Tree =>
    node.shape === "process"
      ? ["circle", { class: kind, cx: x, cy: y, r: width / 2 + grow }]
      : [
          "rect",
          {
            class: kind,
            x: x - width / 2 - grow,
            y: y - height / 2 - grow,
            width: width + 2 * grow,
            height: height + 2 * grow,
            rx: node.shape === "state" ? 10 + grow : 1,
          },
        ];
  return [
    "g",
    {
      class: [...(process < 0 ? [] : [colourOf(process)]), ...(node.mark ? ["r3-marked"] : [])].join(" ") || undefined,
    },
    ["title", {}, node.mark ? `${node.label}, set apart` : node.label],
    ...(node.mark ? [shape("r3-ring", 4)] : []),
    shape("r3-block", 0),
    ["text", { class: "r3-letter", x, y: y + 4, "text-anchor": "middle" }, cut(node.label, maxText)],
  ];
}
