/** Findings for a terminal, and as the public report. */
import { styleText } from "node:util";
import type { VerifyReport } from "../../schema/command.ts";
import { toVerdict, type Finding } from "./finding.ts";

export function summarize(findings: readonly Finding[]): VerifyReport {
  const cells = findings.toSorted(byPlace).map(toVerdict);
  const count = (status: string): number => cells.filter((cell) => cell.status === status).length;
  return { passed: count("passed"), failed: count("failed"), skipped: count("skipped"), cells };
}

/** In the order of the chapters' files and lines; a cell's simulated half first. */
function byPlace(one: Finding, other: Finding): number {
  const order = one.chapter.file.localeCompare(other.chapter.file) || one.cell.line - other.cell.line;
  return order || other.kernel.localeCompare(one.kernel);
}

/** One line, and beneath a failure what was expected and what came. */
export function describe(finding: Finding, stream: NodeJS.WriteStream): string {
  const { status, chapter, name, kernel, ms } = toVerdict(finding);
  const paint = (style: "green" | "red" | "yellow" | "dim", text: string): string => styleText(style, text, { stream });
  const mark = { passed: paint("green", "✔"), failed: paint("red", "✘"), skipped: paint("yellow", "–") }[status];
  const place = `${chapter}:${finding.cell.line}`;
  const lines = [`${mark} ${place} ${name} ${paint("dim", `${kernel}, ${ms} ms`)}`];
  if (finding.skipped !== null) lines.push(`    ${finding.skipped}`);
  for (const fault of finding.faults) lines.push(`    ${fault}`);
  for (const line of finding.diff.map((line) => cutLine(placeInMarkdown(line, finding))))
    lines.push(
      `    ${line.startsWith("- ") ? paint("red", line) : line.startsWith("+ ") ? paint("green", line) : line}`,
    );
  return `${lines.join("\n")}\n`;
}

const maxLine = 200;
const cutLine = (line: string): string =>
  line.length > maxLine ? `${line.slice(0, maxLine)} … ${line.length - maxLine} more characters` : line;

/** `cell.ts:2:7`, as a live program's error names its place, is somewhere in the chapter. */
const placeInMarkdown = (line: string, { chapter, cell }: Finding): string =>
  line.startsWith("+ ")
    ? line.replaceAll(
        /\bcell\.ts:(\d+):(\d+)/g,
        (_, at: string, column: string) =>
          `${chapter.file}:${cell.line + Number(at) - 1}:${cell.column + Number(column) - 1}`,
      )
    : line;

/** The command that would record what was seen; empty where that would mend nothing. */
export function adviseUpdate(findings: readonly Finding[]): string {
  const files = new Set(
    findings
      .filter(
        ({ diff, faults, shown }) =>
          shown !== null && (diff.length > 0 || faults.some((fault) => /\bsample\b/.test(fault))),
      )
      .map(({ chapter }) => chapter.file),
  );
  return files.size === 0 ? "" : `Where the new output is right: npx ring3 verify --update ${[...files].join(" ")}\n`;
}
