/** Diagrams are drawn by scripts of their own, one for each kind: a page fetches those that it shows. */
import { toDom } from "../dom.ts";
import type { Tree } from "../tree.ts";
import type { Diagram, ViewOf } from "../views/kinds.ts";

type Kind = Diagram["view"];
type Renderer = (view: never) => Tree;

const scripts: { readonly [K in Kind]: () => Promise<(view: ViewOf<K>) => Tree> } = {
  timeline: async () => (await import("../views/timeline.ts")).renderTimeline,
  pipe: async () => (await import("../views/pipe.ts")).renderPipe,
  bars: async () => (await import("../views/bars.ts")).renderBars,
  gantt: async () => (await import("../views/gantt.ts")).renderGantt,
  lines: async () => (await import("../views/lines.ts")).renderLines,
  sequence: async () => (await import("../views/sequence.ts")).renderSequence,
  graph: async () => (await import("../views/graph.ts")).renderGraph,
  tree: async () => (await import("../views/tree.ts")).renderTree,
  memory: async () => (await import("../views/memory.ts")).renderMemory,
};
const renderers = new Map<Kind, Renderer>();

async function fetchRenderer(kind: Kind): Promise<Renderer> {
  const renderer: Renderer = await scripts[kind]();
  renderers.set(kind, renderer);
  return renderer;
}

/** Has the scripts ready for the diagrams that the page, as it was built, shows. */
export function fetchDiagrams(): void {
  for (const kind of Object.keys(scripts) as Kind[])
    if (document.querySelector(`.r3-${kind}`) !== null) fetchRenderer(kind).catch(() => {});
}

/** The node of a diagram. Until its script is there it is empty. */
export function drawDiagram(view: Diagram): Node {
  const known = renderers.get(view.view);
  if (known !== undefined) return toDom(known(view as never));
  const place = document.createElement("div");
  fetchRenderer(view.view).then(
    (render) => place.replaceChildren(toDom(render(view as never))),
    () => {
      place.textContent = "This diagram could not be drawn: its script did not load. Run the cell again.";
    },
  );
  return place;
}
