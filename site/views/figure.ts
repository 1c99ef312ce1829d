import type { Tree } from "../tree.ts";

/** A drawing with its title above it and, on request, the same facts as a table or a note below it. */
export function renderFigure(kind: string, title: string | undefined, ...content: Tree[]): Tree {
  const caption: Tree[] = title === undefined ? [] : [["figcaption", {}, title]];
  return ["figure", { class: `r3-figure r3-${kind}` }, ...caption, ...content];
}

/** A part that may be wider than the page and then scrolls by itself, also from the keyboard. */
export function renderScroll(label: string, content: Tree): Tree {
  return ["div", { class: "r3-scroll", role: "group", "aria-label": label, tabindex: 0 }, content];
}

/** What a drawing shows, as a table behind a click. */
export function renderAlternative(summary: string, content: Tree): Tree {
  return ["details", { class: "r3-alternative" }, ["summary", {}, summary], content];
}

/** A drawing of so many CSS pixels, with what it shows in words for those who do not see it. */
export function renderDrawing(width: number, height: number, description: string, ...content: Tree[]): Tree {
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  return ["svg", { viewBox: `0 0 ${w} ${h}`, width: w, height: h, role: "img", "aria-label": description }, ...content];
}
