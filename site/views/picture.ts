import type { PictureNode } from "../../schema/view.ts";
import type { Attributes, Tree } from "../tree.ts";
import { renderFigure, renderScroll } from "./figure.ts";
import type { ViewOf } from "./kinds.ts";

/** Classes that a cell's drawing may use: colours of the page that work in both themes. Others could borrow the page's own looks. */
const paintClass = /^(process-[1-8]|sim|live|muted|strong)$/;
/** Largest side of a picture, in CSS pixels. */
const maxSide = 2_000;

/** A cell's own drawing, clipped to the size that it states. The schema has refused every tag and attribute that could load or run. */
export function renderPicture({ title, description, width, height, tree }: ViewOf<"picture">): Tree {
  const bound = (side: number): number => Math.min(Math.max(side, 1), maxSide);
  const content = typeof tree === "string" ? [tree] : ([tree] as const);
  const drawing: Tree = [
    "svg",
    { class: "r3-picture-frame", role: "img", "aria-label": description, width: bound(width), height: bound(height) },
    ...content.map(cleanNode),
  ];
  return renderFigure("picture", title, renderScroll(title ?? description, drawing));
}

function cleanNode(node: PictureNode): Tree {
  if (typeof node === "string") return node;
  const [tag, attributes, ...children] = node;
  return [tag, cleanAttributes(attributes), ...children.map(cleanNode)];
}

function cleanAttributes(attributes: Attributes): Attributes {
  const { class: classes, ...rest } = attributes;
  if (classes === undefined) return rest;
  return {
    ...rest,
    class: String(classes)
      .split(/\s+/)
      .filter((name) => paintClass.test(name))
      .join(" "),
  };
}
