import type { Tree } from "../tree.ts";
import { renderAlternative, renderFigure } from "./figure.ts";
import type { ViewOf } from "./kinds.ts";
import { renderRows } from "./table.ts";

const perRow = 8;
const slotWidth = 52;
const slotHeight = 30;
const gap = 6;

/** The buffer of a pipe as the kernel keeps it: one box per page slot, filled as far as the page is in use. */
export function renderPipe({ title, pageSize, slots, caption }: ViewOf<"pipe">): Tree {
  const rows = Math.max(1, Math.ceil(slots.length / perRow));
  const columns = Math.min(perRow, Math.max(1, slots.length));
  const width = columns * (slotWidth + gap) + gap;
  const height = rows * (slotHeight + gap) + gap;
  const bytes = slots.reduce((sum, slot) => sum + slot.used, 0);
  const summary =
    caption ?? `${slots.filter((slot) => slot.used > 0).length} of ${slots.length} slots in use, ${bytes} bytes`;
  const drawing: Tree = [
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": `${title ?? "Pipe"}: ${summary}` },
    ...slots.map((slot, index) =>
      drawSlot(
        slot,
        pageSize,
        gap + (index % perRow) * (slotWidth + gap),
        gap + Math.floor(index / perRow) * (slotHeight + gap),
      ),
    ),
  ];
  return renderFigure(
    "pipe",
    title,
    drawing,
    ["p", { class: "r3-caption" }, summary],
    renderAlternative(
      "Slots as a table",
      renderRows(
        ["slot", "from byte", "bytes in use", "kind"],
        slots.map((slot, index) => [index, slot.offset, slot.used, slot.packet === true ? "packet" : "stream"]),
      ),
    ),
  );
}

type Slot = ViewOf<"pipe">["slots"][number];

function drawSlot(slot: Slot, pageSize: number, x: number, y: number): Tree {
  const scale = slotWidth / pageSize;
  const used = Math.min(slot.used, pageSize);
  const fill: Tree[] =
    used === 0
      ? []
      : [
          [
            "rect",
            { class: "r3-used", x: x + slot.offset * scale, y, width: Math.max(used * scale, 1), height: slotHeight },
          ],
        ];
  const label: Tree[] =
    used === 0
      ? []
      : [["text", { x: x + slotWidth / 2, y: y + slotHeight / 2 + 4, "text-anchor": "middle" }, String(slot.used)]];
  const edge = slot.packet === true ? "r3-slot r3-packet" : "r3-slot";
  return ["g", {}, ...fill, ["rect", { class: edge, x, y, width: slotWidth, height: slotHeight }], ...label];
}
