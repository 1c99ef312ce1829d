/** From a view to a tree: one pure renderer per kind of view. */
import type { View } from "../../schema/view.ts";
import type { Tree } from "../tree.ts";
import { renderBars } from "./bars.ts";
import { renderPicture } from "./picture.ts";
import { renderPipe } from "./pipe.ts";
import { renderTable } from "./table.ts";
import { renderText, renderValue } from "./text.ts";
import { renderTimeline } from "./timeline.ts";

export function renderView(view: View): Tree {
  switch (view.view) {
    case "text":
      return renderText(view);
    case "value":
      return renderValue(view);
    case "table":
      return renderTable(view);
    case "timeline":
      return renderTimeline(view);
    case "pipe":
      return renderPipe(view);
    case "bars":
      return renderBars(view);
    case "picture":
      return renderPicture(view);
  }
}
