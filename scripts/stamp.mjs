import { readdirSync, statSync } from "node:fs";
import path from "node:path";

/** One line per file below the given places: path, size and time of change. Two equal descriptions: nothing was touched. */
export function describeTree(places) {
  return places.flatMap(describe).join("\n");
}

function describe(place) {
  const state = statSync(place, { throwIfNoEntry: false });
  if (!state) return [`${place} absent`];
  if (!state.isDirectory()) return [`${place} ${state.size} ${state.mtimeMs}`];
  return readdirSync(place)
    .toSorted()
    .flatMap((name) => describe(path.join(place, name)));
}
