/** Trees as DOM, for the page: every node is made by createElement, so that no string can become markup. */
import { listAttributes, type Tree } from "./tree.ts";

const svgNamespace = "http://www.w3.org/2000/svg";

/** The tree as a DOM node; from an `svg` element downwards in SVG's namespace. */
export function toDom(tree: Tree, insideSvg = false): Node {
  if (typeof tree === "string") return document.createTextNode(tree);
  const [tag, attributes, ...children] = tree;
  const svg = insideSvg || tag === "svg";
  const node = svg ? document.createElementNS(svgNamespace, tag) : document.createElement(tag);
  for (const [name, value] of listAttributes(attributes)) node.setAttribute(name, value);
  node.append(...children.map((child) => toDom(child, svg)));
  return node;
}
