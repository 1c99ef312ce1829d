import type { View } from "../../schema/view.ts";

/** The views of one kind. */
export type ViewOf<Kind extends View["view"]> = Extract<View, { view: Kind }>;

/** Views whose renderers a page fetches when the first of them comes. */
export type Diagram = ViewOf<
  "timeline" | "pipe" | "bars" | "gantt" | "lines" | "sequence" | "graph" | "tree" | "memory"
>;
export type PlainView = Exclude<View, Diagram>;
