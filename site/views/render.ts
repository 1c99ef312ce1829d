/** From a view to a tree, for the build: every kind. A page draws plain views at once and fetches what draws diagrams. */
import type { View } from "../../schema/view.ts";
import type { Tree } from "../tree.ts";
import { renderDiagram } from "./diagrams.ts";
import { isDiagram, renderPlainView } from "./plain.ts";

export const renderView = (view: View): Tree => (isDiagram(view) ? renderDiagram(view) : renderPlainView(view));
