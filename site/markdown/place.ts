/**
 * The Sätteri plugin that places what `notebook` has read: it decides nothing about cells, it finds the blocks that are cells, in their
 * order, and puts the cells' HTML there. (Astro hands over a text without its front matter, so lines would not do.)
 */
import { fileURLToPath } from "node:url";
import { type MdastPluginDefinition, markdownToHtml } from "satteri";
import { normaliseText } from "../../notebook/blocks.ts";
import type { Cell } from "../../schema/cell.ts";
import { type Colour, type ExerciseParts, printCell, printExercise, printListing } from "./cell.ts";
import type { PresentedChapter } from "./present.ts";

/** What a page shows in place of its blocks. */
export interface Placement {
  /** The cells in the order of the chapter; `html` is empty for one that is shown with another. */
  readonly cells: readonly { readonly source: string; readonly html: string }[];
  /** The element that tells the page's script where the chapter's parts are. */
  readonly head: string;
  readonly colour: Colour;
}

/** A plugin over the chapters that were presented before, by file. */
export function placeCells(placements: ReadonlyMap<string, Placement>): () => MdastPluginDefinition {
  return () => {
    let next = 0;
    const find = (url: URL | undefined) => (url === undefined ? undefined : placements.get(fileURLToPath(url)));
    return {
      name: "ring3-cells",
      before(root, context) {
        const placement = find(context.fileURL);
        if (placement) context.prependChild(root, { type: "html", value: placement.head });
      },
      code(node, context) {
        const placement = find(context.fileURL);
        if (!placement) return;
        if (node.lang === "output" || node.lang === "hint") return context.removeNode(node);
        const cell = placement.cells[next];
        const source = normaliseText(node.value);
        if (!node.meta || cell === undefined || cell.source !== source)
          return { type: "html", value: printListing(source, node.lang ?? "text", placement.colour) };
        next++;
        return cell.html === "" ? context.removeNode(node) : { type: "html", value: cell.html };
      },
      after(_root, context) {
        const missing = find(context.fileURL)?.cells[next];
        if (missing)
          throw new Error(`${context.fileURL?.pathname}: this cell found no place: ${missing.source.slice(0, 80)}`);
      },
    };
  };
}

/** The HTML of every cell of a chapter; checks and solutions stand with the start of their exercise. */
export function printPlacement(chapter: PresentedChapter, head: string, colour: Colour): Placement {
  const cells = chapter.cells.map((presented) => {
    const { cell } = presented;
    const { source, exercise } = cell;
    if (exercise === null) return { source, html: printCell(presented, colour) };
    if (exercise.part !== "start") return { source, html: "" };
    return { source, html: printCell(presented, colour) + printExercise(gatherExercise(cell, chapter), colour) };
  });
  return { cells, head, colour };
}

function gatherExercise(start: Cell, chapter: PresentedChapter): ExerciseParts {
  const name = start.exercise?.exercise;
  const part = (kind: "check" | "solution"): Cell | null =>
    chapter.cells.find(({ cell }) => cell.exercise?.exercise === name && cell.exercise?.part === kind)?.cell ?? null;
  const hints = start.hints.map((hint) => markdownToHtml(hint).html);
  return { hints, check: part("check"), solution: part("solution") };
}
