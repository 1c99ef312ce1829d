/** Node only. Recorded samples of live cells: what they depend on, and their file beside the chapter. */
import { createHash } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import * as v from "valibot";
import { recordedSchema, type Cell, type Chapter, type Recorded } from "../schema/cell.ts";
import { describeIssue } from "./inputs.ts";
import { filesOf } from "./request.ts";

/**
 * SHA-256 (hex) of everything that decides a live cell's run: its language and source, whether it is portable, the values it is given,
 * its time limit, and the files of its box. Its name, its expectation and its place in the chapter do not.
 */
export function hashCell(cell: Cell, chapter: Pick<Chapter, "cells">): string {
  const files = filesOf(cell, chapter.cells).map(({ path, text }) => [path, text]);
  const decisive = [cell.language, cell.source, cell.kernels, cell.with, cell.timeoutMs, cell.box !== null, files];
  return createHash("sha256").update(JSON.stringify(decisive)).digest("hex");
}

/** `03-pipes.recorded.json` for `03-pipes.md`. */
export const nameRecorded = (chapterFile: string): string => `${chapterFile.replace(/\.md$/, "")}.recorded.json`;

/** The samples in `file`; none where it does not exist. Throws where it is not what this program writes. */
export function readRecorded(file: string): Recorded {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { version: 1, cells: {} };
    throw error;
  }
  try {
    const result = v.safeParse(recordedSchema, JSON.parse(text));
    if (result.success) return result.output;
    throw new Error(describeIssue(result.issues[0]));
  } catch (error) {
    throw new Error(
      `${file} is no record of samples: ${(error as Error).message} Record it again with ring3 verify --update.`,
      { cause: error },
    );
  }
}

/** What live cells handed to the notebook when they were recorded, by their names: `sim` cells have these before anything has run. */
export function collectResults(recorded: Recorded): Record<string, unknown> {
  const entries = Object.entries(recorded.cells).filter(([, sample]) => sample.result !== undefined);
  return Object.fromEntries(entries.map(([name, sample]) => [name, sample.result]));
}

/** Writes the samples: all or nothing, with sorted keys, so that a diff shows what changed and nothing else. */
export function writeRecorded(file: string, recorded: Recorded): void {
  const text = `${JSON.stringify(sortKeys(v.parse(recordedSchema, recorded)), null, 1)}\n`;
  const draft = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, text);
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}
