/** The views that a page fetches when the first of them comes. */
import type { Tree } from "../tree.ts";
import { renderBars } from "./bars.ts";
import { renderGantt } from "./gantt.ts";
import { renderGraph } from "./graph.ts";
import type { Diagram } from "./kinds.ts";
import { renderLines } from "./lines.ts";
import { renderMemory } from "./memory.ts";
import { renderPipe } from "./pipe.ts";
import { renderSequence } from "./sequence.ts";
import { renderTimeline } from "./timeline.ts";
import { renderTree } from "./tree.ts";

export function renderDiagram(view: Diagram): Tree {
  switch (view.view) {
    case "timeline":
      return renderTimeline(view);
    case "pipe":
      return renderPipe(view);
    case "bars":
      return renderBars(view);
    case "gantt":
      return renderGantt(view);
    case "lines":
      return renderLines(view);
    case "sequence":
      return renderSequence(view);
    case "graph":
      return renderGraph(view);
    case "tree":
      return renderTree(view);
    case "memory":
      return renderMemory(view);
  }
}
