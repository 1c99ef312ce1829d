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
