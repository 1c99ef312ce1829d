/**
 * What a renderer makes of a view: elements as data. The build writes a tree as HTML, the page as DOM; both give the same document,
 * and neither parses a string of HTML. A picture's nodes have the same shape.
 */
export type Attribute = string | number | boolean | undefined;
export type Attributes = Readonly<Record<string, Attribute>>;
export type Element = readonly [tag: string, attributes: Attributes, ...children: Tree[]];
export type Tree = string | Element;

const voidTags = new Set(["br", "hr", "img", "input", "link", "meta"]);

/** Numbers as they stand in attributes: at most two digits, so that build and page agree to the byte. */
export const round = (value: number): number => Math.round(value * 100) / 100;

/** The attributes that are there: false and undefined are absent, true is an empty value. */
export function* listAttributes(attributes: Attributes): Generator<readonly [name: string, value: string]> {
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false)
      yield [name, value === true ? "" : String(typeof value === "number" ? round(value) : value)];
}

const escapeText = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
const escapeAttribute = (text: string): string => escapeText(text).replace(/"/g, "&quot;");

/** The tree as HTML, for the build. */
export function toHtml(tree: Tree): string {
  if (typeof tree === "string") return escapeText(tree);
  const [tag, attributes, ...children] = tree;
  const opening = [
    tag,
    ...[...listAttributes(attributes)].map(([name, value]) => `${name}="${escapeAttribute(value)}"`),
  ];
  return voidTags.has(tag)
    ? `<${opening.join(" ")}>`
    : `<${opening.join(" ")}>${children.map(toHtml).join("")}</${tag}>`;
}
