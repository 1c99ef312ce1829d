/** Node only. Reads a chapter: Markdown in, cells with their places and every problem out. */
import type { Cell, Chapter, Expectation } from "../schema/cell.ts";
import { maxSource } from "../schema/limits.ts";
import { isCell, readAttributes, refuseAttributes } from "./attributes.ts";
import { readBlocks, type Block } from "./blocks.ts";
import { checkCells } from "./check-cells.ts";
import { collectProblems, type Report } from "./problems.ts";
import { stripTypes } from "./strip.ts";

export type BlockRole = "cell" | "output" | "hint" | "plain";

/** What a fenced block is to the notebook: the n-th cell of a chapter is its n-th block with the role `cell`. */
export function roleOf(block: Pick<Block, "language" | "words">): BlockRole {
  if (block.language === "output" || block.language === "hint") return block.language;
  return isCell(block.words) ? "cell" : "plain";
}

/** Reads the chapter `markdown`; `file` is the name that problems carry. Never throws for what an author wrote. */
export function readChapter(markdown: string, file: string): Chapter {
  const { report, list } = collectProblems(file);
  const { title, blocks } = readBlocks(markdown);
  if (title === null)
    report({ line: 1, column: 1 }, "The chapter has no title.", "Begin it with front matter: ---, title: …, ---.");
  const cells = readCells(blocks, report);
  checkCells(cells, stripTypes, report);
  return { file, title: title ?? "", cells, problems: list() };
}

interface Draft {
  readonly cell: Omit<Cell, "expectation" | "hints">;
  readonly hints: string[];
  expectation: Expectation | null;
}

function readCells(blocks: readonly Block[], report: Report): Cell[] {
  const drafts: Draft[] = [];
  let previous: Draft | null = null; // the cell that the previous block is, or belongs to
  for (const block of blocks) {
    if (!block.closed) report(block, "The fence is never closed.", "Close it with as many ` or ~ as it begins with.");
    switch (roleOf(block)) {
      case "cell":
        previous = readCell(block, drafts.length + 1, report);
        drafts.push(previous);
        break;
      case "output":
        readOutput(block, previous, report);
        break;
      case "hint":
        refuseAttributes(block.words, "A hint", [], report);
        if (previous?.cell.exercise?.part === "start") previous.hints.push(block.source);
        else report(block, "A hint stands without an exercise.", "Let it follow the cell with exercise=NAME.");
        break;
      case "plain":
        refuseAttributes(block.words, "A plain block", [], report);
        refuseMissingLanguage(block, report);
        previous = null;
    }
  }
  return drafts.map(({ cell, hints, expectation }) => Object.assign(cell, { hints, expectation }));
}

function readCell(block: Block, count: number, report: Report): Draft {
  const {
    kernels,
    name,
    box,
    as,
    needs,
    with: taken,
    timeoutMs,
    exercise,
  } = readAttributes(block.words, block.language, block, report);
  if (block.source.length > maxSource)
    report(block, `The cell is longer than ${maxSource} characters.`, "Put it into a file of examples/.");
  const cell = {
    id: name ?? `cell-${count}`,
    name,
    language: block.language,
    kernels,
    source: block.source,
    ...block.start,
    box,
    as,
    needs,
    with: taken,
    timeoutMs,
    exercise,
  };
  return { cell, hints: [], expectation: null };
}

function readOutput(block: Block, cell: Draft | null, report: Report): void {
  refuseAttributes(block.words, "An output", ["unordered"], report);
  if (!cell) report(block, "An output stands without a cell.", "Let it follow the cell that prints it.");
  else if (cell.expectation) report(block, "The cell has an output already.", "Keep one.");
  else if (cell.cell.kernels.length === 0)
    report(block, "An output follows a file, which prints nothing.", "Let it follow a sim or live cell.");
  else {
    const unordered = block.words.some((word) => word.text === "unordered");
    cell.expectation = { text: block.source, unordered, line: block.start.line };
  }
}

function refuseMissingLanguage(block: Block, report: Report): void {
  if (block.language === "sim" || block.language === "live")
    report(block, `"${block.language}" stands where the language should.`, `Write ts ${block.language}.`);
}
