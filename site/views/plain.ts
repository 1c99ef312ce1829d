/** The views that every page can draw at once. */
import type { View } from "../../schema/view.ts";
import type { Tree } from "../tree.ts";
import type { Diagram, PlainView } from "./kinds.ts";
import { renderPicture } from "./picture.ts";
import { renderTable } from "./table.ts";
import { renderText, renderValue } from "./text.ts";

export function renderPlainView(view: PlainView): Tree {
  switch (view.view) {
    case "text":
      return renderText(view);
    case "value":
      return renderValue(view);
    case "table":
      return renderTable(view);
    case "picture":
      return renderPicture(view);
  }
}

/** Kinds of views whose renderers are fetched when the first one comes; each is also the class of its figure, `r3-gantt`. */
export const diagramKinds: readonly View["view"][] = [
  "timeline",
  "pipe",
  "bars",
  "gantt",
  "lines",
  "sequence",
  "graph",
  "tree",
  "memory",
] satisfies Diagram["view"][];

export const isDiagram = (view: View): view is Diagram => diagramKinds.includes(view.view);
