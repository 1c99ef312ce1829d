/** `ring3 verify --update`: writes what was really seen into the samples and the expectations of a chapter. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { matchOutput, rewriteExpectation } from "../../notebook/expect.ts";
import { nameRecorded, writeRecorded } from "../../notebook/sample.ts";
import type { Chapter, Recorded } from "../../schema/cell.ts";
import type { Finding } from "./finding.ts";
import type { LiveFinding } from "./live.ts";

/** Rewrites the output blocks that no longer hold; placeholders and lines that still match stay. Says which lines it changed. */
export function updateExpectations(chapter: Chapter, findings: readonly Finding[]): number[] {
  const lines = readFileSync(chapter.file, "utf8").split("\n");
  const changed: number[] = [];
  // From the end, so that the lines of earlier blocks stay where they are.
  for (const { cell, shown } of findings.toSorted(
    (a, b) => (b.cell.expectation?.line ?? 0) - (a.cell.expectation?.line ?? 0),
  )) {
    const { expectation } = cell;
    if (expectation === null || shown === null || changed.includes(expectation.line)) continue;
    if (matchOutput(expectation, shown.text, shown.ending).matched) continue;
    const start = expectation.line - 1;
    const count = expectation.text === "" ? 0 : expectation.text.replace(/\n$/, "").split("\n").length;
    const indent = /^[\s>]*/.exec(lines[start - 1] ?? "")?.[0] ?? "";
    const text = rewriteExpectation(expectation, shown.text, shown.ending).replace(/\n$/, "");
    lines.splice(start, count, ...text.split("\n").map((line) => indent + line));
    changed.push(expectation.line);
  }
  if (changed.length > 0) {
    const draft = `${chapter.file}.${process.pid}.tmp`;
    writeFileSync(draft, lines.join("\n"));
    renameSync(draft, chapter.file);
  }
  return changed.toSorted((a, b) => a - b);
}

/** Records the samples of cells whose old one no longer serves, and forgets those of cells that are gone. Says which it wrote. */
export function updateSamples(chapter: Chapter, recorded: Recorded, findings: readonly LiveFinding[]): string[] {
  const fresh = findings.filter((finding) => finding.faults.length > 0 && isSound(finding));
  const live = new Set(chapter.cells.filter((cell) => cell.kernels.includes("live")).map((cell) => cell.id));
  const kept = Object.entries(recorded.cells).filter(([id]) => live.has(id));
  const cells = Object.fromEntries([
    ...kept,
    ...fresh.flatMap(({ cell, sample }) => (sample === null ? [] : [[cell.id, sample] as const])),
  ]);
  const gone = Object.keys(recorded.cells).length - kept.length;
  if (fresh.length > 0 || gone > 0) writeRecorded(nameRecorded(chapter.file), { version: 1, cells });
  return fresh.map(({ cell }) => cell.id);
}

/** A sample that fails its own checks, or ends badly where nobody expects it, is none. */
function isSound({ cell, sample, shown }: LiveFinding): boolean {
  return (
    sample !== null && sample.checks.every((check) => check.ok) && (cell.expectation !== null || shown?.ending === null)
  );
}
