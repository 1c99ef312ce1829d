import type { Tree } from "../tree.ts";
import { renderFigure } from "./figure.ts";
import type { Kernel } from "../../schema/cell.ts";
import { renderKernel } from "./kernel.ts";
import type { ViewOf } from "./kinds.ts";

/** Quantities side by side: a table whose rows carry a bar, so that it reads without the drawing too. */
export function renderBars({ title, unit, bars }: ViewOf<"bars">): Tree {
  const largest = Math.max(...bars.map((bar) => Math.abs(bar.value)), Number.MIN_VALUE);
  const rows = bars.map((bar): Tree => {
    const badge: Tree[] = bar.kernel === undefined ? [] : [renderKernel(bar.kernel), " "];
    return [
      "tr",
      {},
      ["th", { scope: "row" }, ...badge, bar.label],
      ["td", { class: "r3-quantity" }, drawBar((100 * Math.abs(bar.value)) / largest, bar.kernel)],
      ["td", { class: "r3-number" }, `${formatQuantity(bar.value)} ${unit}`],
    ];
  });
  return renderFigure("bars", title, ["table", {}, ["tbody", {}, ...rows]]);
}

function drawBar(percent: number, kernel: Kernel | undefined): Tree {
  return [
    "svg",
    { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    ["rect", { class: kernel ?? "r3-plain", x: 0, y: 0, width: Math.max(percent, 0.5), height: 10 }],
  ];
}

/** A measured number with as many digits as it deserves: three. */
export function formatQuantity(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en-GB", { maximumSignificantDigits: 3 });
}
