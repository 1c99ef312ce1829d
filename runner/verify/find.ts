/** Which chapters a command means, and what is in them. */
import { globSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { readChapter } from "../../notebook/chapter.ts";
import type { Chapter } from "../../schema/cell.ts";
import { Misuse } from "../misuse.ts";

const checkout = path.resolve(import.meta.dirname, "..", "..");

/** The chapters at `paths` (files and folders), or all of content/; named as the reader would name them from here. */
export function readChapters(paths: readonly string[]): Chapter[] {
  const places = paths.length > 0 ? paths : [path.join(checkout, "content")];
  const files = [...new Set(places.flatMap(listChapters).map((file) => path.resolve(file)))].toSorted();
  return files.map((file) => readChapter(readFileSync(file, "utf8"), path.relative(process.cwd(), file)));
}

function listChapters(place: string): string[] {
  const state = statSync(place, { throwIfNoEntry: false });
  if (state === undefined) throw new Misuse("no-chapter", "there is no such file or folder", place);
  if (!state.isDirectory()) return [place];
  const files = globSync("**/*.md", { cwd: place }).map((name) => path.join(place, name));
  if (files.length === 0) throw new Misuse("no-chapter", "there is no chapter (*.md) in this folder", place);
  return files;
}
