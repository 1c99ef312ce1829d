/** Page tables beside the frames that they lead to: the first process left of the frames, the second right of them, and so on. */
import { round, type Tree } from "../tree.ts";
import { renderAlternative, renderDrawing, renderFigure, renderScroll } from "./figure.ts";
import type { ViewOf } from "./kinds.ts";
import { colourOf, cut, widthOf } from "./labels.ts";
import { renderRows } from "./table.ts";

type Memory = ViewOf<"memory">;
type Space = Memory["spaces"][number];
type Page = Space["pages"][number];
type Frame = Memory["frames"][number];

const rowHeight = 22;
const titleHeight = 24;
const spaceGap = 14;
const wireRoom = 56;
const maxText = 24;
const padding = 8;

interface Column {
  readonly x: number;
  readonly width: number;
}

export function renderMemory(view: Memory): Tree {
  const name = view.title ?? "Page tables and frames";
  const frames = listFrames(view);
  const users = new Map(frames.map(({ frame, users }) => [frame, users]));
  const rows = view.spaces.flatMap(({ process, pages }) =>
    pages.map(({ page, frame, protection, mapping, mark }) => [
      process,
      page,
      frame ?? "none",
      frame === null ? null : (users.get(frame) ?? null),
      protection,
      mapping,
      mark ?? "",
    ]),
  );
  return renderFigure(
    "memory",
    view.title,
    renderScroll(`${name}: drawing`, drawMemory(view.spaces, frames, summarise(name, view, frames))),
    ["p", { class: "r3-caption" }, `Pages and frames of ${view.pageSize} bytes`],
    renderAlternative(
      "Pages as a table",
      renderScroll(
        "Pages",
        renderRows(["process", "page", "frame", "users of the frame", "protection", "mapping", "mark"], rows),
      ),
    ),
  );
}

/** The frames in order, also those that only a page table knows. */
function listFrames({ frames, spaces }: Memory): Frame[] {
  const known = new Map(frames.map((frame) => [frame.frame, frame]));
  const used = spaces.flatMap(({ pages }) => pages.flatMap(({ frame }) => (frame === null ? [] : [frame])));
  for (const frame of used)
    if (!known.has(frame)) known.set(frame, { frame, text: "", users: used.filter((one) => one === frame).length });
  return [...known.values()].toSorted((a, b) => a.frame - b.frame);
}

function summarise(name: string, { spaces }: Memory, frames: readonly Frame[]): string {
  const each = spaces.map(({ process, pages }) => {
    const present = pages.filter(({ frame }) => frame !== null).length;
    return `${process}: ${present} of ${pages.length} pages in memory.`;
  });
  const shared = frames.filter(({ users }) => users > 1).map(({ frame, users }) => `frame ${frame} by ${users}`);
  return [`${name}.`, ...each, shared.length === 0 ? "No frame is shared." : `Shared: ${shared.join(", ")}.`].join(" ");
}

const describePage = ({ page, protection, mapping }: Page): [string, string, string] => [
  String(page),
  protection,
  cut(mapping, maxText),
];
const describeMark = ({ mark, frame }: Page): string => mark ?? (frame === null ? "not in memory" : "");
const describeFrame = ({ text, users }: Frame): string => `${cut(text, maxText)}${users > 1 ? ` ×${users}` : ""}`;

function drawMemory(spaces: readonly Space[], frames: readonly Frame[], description: string): Tree {
  const pages = spaces.flatMap((space) => space.pages);
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.filter((text) => text !== "").map(widthOf));
  const cells = [0, 1, 2].map((index) => 4 + widest(pages.map((page) => describePage(page)[index] ?? "")));
  const pageWidth = cells.reduce((sum, width) => sum + width, 0) + widest(pages.map(describeMark)) + 2 * padding;
  const numbers = widest(frames.map(({ frame }) => String(frame)));
  const frameWidth = Math.max(numbers + widest(frames.map(describeFrame)) + 2 * padding, widthOf("frames") + padding);
  const leftSpace: Column = {
    x: 2,
    width: Math.max(pageWidth, ...spaces.map(({ process }) => widthOf(process) + padding)),
  };
  const middle: Column = { x: leftSpace.x + leftSpace.width + wireRoom, width: frameWidth };
  const rightSpace: Column = { x: middle.x + middle.width + wireRoom, width: leftSpace.width };

  const frameY = new Map(frames.map(({ frame }, index) => [frame, titleHeight + index * rowHeight]));
  const ends = [0, 0];
  const wires: Tree[] = [];
  const boxes: Tree[] = [];
  for (const [index, space] of spaces.entries()) {
    const side = index % 2;
    const column = side === 0 ? leftSpace : rightSpace;
    const top = ends[side] ?? 0;
    ends[side] = top + titleHeight + space.pages.length * rowHeight + spaceGap;
    const rowY = (nth: number): number => top + titleHeight + nth * rowHeight;
    wires.push([
      "g",
      { class: colourOf(index) },
      ...space.pages.flatMap((page, nth) => {
        const to = page.frame === null ? undefined : frameY.get(page.frame);
        if (to === undefined) return [];
        const [x1, x2] = side === 0 ? [column.x + column.width, middle.x] : [column.x, middle.x + middle.width];
        return [drawWire(page, x1, rowY(nth) + rowHeight / 2, x2, to + rowHeight / 2)];
      }),
    ]);
    boxes.push([
      "g",
      { class: colourOf(index) },
      ["text", { class: "r3-lane-title", x: column.x, y: top + 15 }, space.process],
      ...space.pages.map((page, nth) => drawPage(page, column, rowY(nth), cells)),
    ]);
  }
  const height = Math.max(...ends, titleHeight + frames.length * rowHeight + 4);
  const width = (spaces.length > 1 ? rightSpace.x + rightSpace.width : middle.x + middle.width) + 2;
  return renderDrawing(
    width,
    height,
    description,
    ...wires,
    ...boxes,
    ["text", { class: "r3-lane-title", x: middle.x, y: 15 }, "frames"],
    ...frames.map((frame) => drawFrame(frame, middle, frameY.get(frame.frame) ?? 0, numbers)),
  );
}

function drawWire({ page, frame, mark }: Page, x1: number, y1: number, x2: number, y2: number): Tree {
  const middle = round((x1 + x2) / 2);
  const kind = mark === "copy-on-write" ? "r3-wire r3-copied" : "r3-wire";
  return [
    "g",
    {},
    ["title", {}, `page ${page}: frame ${frame ?? "none"}`],
    [
      "path",
      {
        class: kind,
        d: `M${round(x1)} ${round(y1)}C${middle} ${round(y1)} ${middle} ${round(y2)} ${round(x2)} ${round(y2)}`,
      },
    ],
  ];
}

function drawPage(page: Page, { x, width }: Column, y: number, cells: readonly number[]): Tree {
  let left = x + padding;
  const texts = describePage(page).map((text, index): Tree => {
    const at = left;
    left += cells[index] ?? 0;
    return ["text", { class: index === 0 ? "r3-letter" : undefined, x: at, y: y + 15 }, text];
  });
  const mark = describeMark(page);
  return [
    "g",
    {},
    [
      "rect",
      {
        class: page.frame === null ? "r3-page r3-absent" : "r3-page",
        x,
        y: y + 1,
        width,
        height: rowHeight - 2,
        rx: 2,
      },
    ],
    ...texts,
    ...(mark === "" ? [] : [["text", { class: "r3-axis", x: left, y: y + 15 }, mark] satisfies Tree]),
  ];
}

function drawFrame(frame: Frame, { x, width }: Column, y: number, numbers: number): Tree {
  const kind = frame.users > 1 ? "r3-frame r3-shared" : frame.users === 0 ? "r3-frame r3-absent" : "r3-frame";
  return [
    "g",
    {},
    ["title", {}, `frame ${frame.frame}: ${frame.users} ${frame.users === 1 ? "user" : "users"}`],
    ["rect", { class: kind, x, y: y + 1, width, height: rowHeight - 2, rx: 2 }],
    ["text", { class: "r3-letter", x: x + padding, y: y + 15 }, String(frame.frame)],
    ["text", { x: x + padding + numbers, y: y + 15 }, describeFrame(frame)],
  ];
}
