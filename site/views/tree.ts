/** Who made whom: the root at the left, each child to the right of its parent, as pstree(1) prints it. */
import { round, type Tree } from "../tree.ts";
import { renderAlternative, renderDrawing, renderFigure, renderScroll } from "./figure.ts";
import type { ViewOf } from "./kinds.ts";
import { colourOf, cut, widthOf } from "./labels.ts";
import { renderRows } from "./table.ts";

type ProcessTree = ViewOf<"tree">;
type Node = ProcessTree["nodes"][number];
interface Placed {
  readonly node: Node;
  readonly parent: Placed | null;
  readonly depth: number;
  /** In rows: a leaf has one for itself, a parent stands between its first and its last child. */
  row: number;
}

const boxHeight = 26;
const noteHeight = 14;
const columnGap = 36;
const maxText = 36;

export function renderTree(view: ProcessTree): Tree {
  const nodes = placeNodes(view.nodes);
  const name = view.title ?? "Processes and their children";
  const labels = new Map(view.nodes.map(({ id, label }) => [id, label]));
  const rows = nodes.map(({ node, parent }) => [node.label, parent?.node.label ?? "", node.note ?? ""]);
  const sentences = nodes.slice(0, 40).map(({ node, parent }) => {
    const origin = parent === null ? "is a root" : `is a child of ${labels.get(parent.node.id) ?? ""}`;
    return `${node.label} ${origin}${node.note === undefined ? "" : `, ${node.note}`}.`;
  });
  const description = [`${name}. ${nodes.length} processes.`, ...sentences].join(" ");
  return renderFigure(
    "tree",
    view.title,
    renderScroll(`${name}: drawing`, drawTree(nodes, description)),
    renderAlternative(
      "Processes as a table",
      renderScroll("Processes", renderRows(["process", "parent", "note"], rows)),
    ),
  );
}

/** Every node once, parents before their children. A parent that is not there makes a root, and so does a ring. */
function placeNodes(nodes: readonly Node[]): Placed[] {
  const ids = new Set(nodes.map(({ id }) => id));
  const children = Map.groupBy(nodes, ({ parent }) => (parent !== null && ids.has(parent) ? parent : null));
  const placed: Placed[] = [];
  const seen = new Set<Node>();
  let leaves = 0;
  const place = (node: Node, parent: Placed | null): Placed | null => {
    if (seen.has(node)) return null;
    seen.add(node);
    const one: Placed = { node, parent, depth: parent === null ? 0 : parent.depth + 1, row: 0 };
    placed.push(one);
    const below = (children.get(node.id) ?? []).map((child) => place(child, one)).filter((child) => child !== null);
    one.row = below.length === 0 ? leaves++ : ((below[0]?.row ?? 0) + (below.at(-1)?.row ?? 0)) / 2;
    return one;
  };
  for (const node of [...(children.get(null) ?? []), ...nodes]) place(node, null);
  return placed;
}

function drawTree(nodes: readonly Placed[], description: string): Tree {
  const rowHeight = boxHeight + 10 + (nodes.some(({ node }) => node.note) ? noteHeight : 0);
  const widths: number[] = [];
  for (const { node, depth } of nodes)
    widths[depth] = Math.max(
      widths[depth] ?? 0,
      widthOf(cut(node.label, maxText)) + 14,
      widthOf(cut(node.note ?? "", maxText)),
    );
  const lefts = widths.map((_, depth) => 8 + widths.slice(0, depth).reduce((sum, width) => sum + width + columnGap, 0));
  const y = (one: Placed): number => 4 + one.row * rowHeight;
  const boxWidth = ({ node }: Placed): number => widthOf(cut(node.label, maxText)) + 14;
  const width = (lefts.at(-1) ?? 0) + (widths.at(-1) ?? 0) + 8;
  const height = Math.max(0, ...nodes.map(y)) + rowHeight;
  const branches = nodes.map((one) => {
    if (one.parent === null) return "";
    const middle = (lefts[one.depth] ?? 0) - columnGap / 2;
    const [from, to] = [y(one.parent) + boxHeight / 2, y(one) + boxHeight / 2];
    return `M${round((lefts[one.parent.depth] ?? 0) + boxWidth(one.parent))} ${round(from)}H${round(middle)}V${round(to)}H${round(lefts[one.depth] ?? 0)}`;
  });
  return renderDrawing(
    width,
    height,
    description,
    ["path", { class: "r3-branch", d: branches.join("") || "M0 0" }],
    ...nodes.map((one, index): Tree => {
      const x = lefts[one.depth] ?? 0;
      const { label, note } = one.node;
      return [
        "g",
        { class: colourOf(index) },
        ["title", {}, note === undefined ? label : `${label}: ${note}`],
        ["rect", { class: "r3-block", x, y: y(one), width: boxWidth(one), height: boxHeight, rx: 5 }],
        ["text", { class: "r3-letter", x: x + 8, y: y(one) + boxHeight / 2 + 4 }, cut(label, maxText)],
        ...(note === undefined
          ? []
          : [["text", { class: "r3-axis", x: x + 2, y: y(one) + boxHeight + 12 }, cut(note, maxText)] satisfies Tree]),
      ];
    }),
  );
}
