import type { View } from "../../schema/view.ts";

/** The views of one kind. */
export type ViewOf<Kind extends View["view"]> = Extract<View, { view: Kind }>;
