import type { Tree } from "../tree.ts";
import type { ViewOf } from "./kinds.ts";

/** Lines as a program prints them. */
export function renderText({ text }: Pick<ViewOf<"text">, "text">): Tree {
  return ["pre", { class: "r3-text", tabindex: 0 }, text];
}

/** A value as a programmer would write it. */
export function renderValue({ text }: ViewOf<"value">): Tree {
  return ["pre", { class: "r3-value", tabindex: 0 }, ["code", {}, text]];
}
