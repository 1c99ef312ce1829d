/** The state of a cell in words: what stands in its bar, and what a screen reader says. */
import type { Sample } from "../../schema/cell.ts";
import { type CellState, describeExit } from "./state.ts";

/** 4.2 ms, 812 ms, 3.1 s */
export function formatDuration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return ms >= 10 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`;
}

/** `baked`: what stands there before anything was run here. */
export function describeState(state: CellState, baked: string): string {
  const note = state.note === null ? "" : `: ${state.note}`;
  const took = state.ms === null ? "" : ` in ${formatDuration(state.ms)}`;
  switch (state.status) {
    case "fresh":
      return baked;
    case "running":
      return `running${note}`;
    case "done":
      return `done${took}${note}${state.edited ? ", your text" : ""}`;
    case "failed":
      return `failed${took}${note}`;
    case "stale":
      return "out of date: something it reads has changed";
    case "edited":
      return "edited, not run yet";
  }
}

/** How long it has been running: beside the words, since it changes all the time. */
export function describeElapsed(state: CellState, now: number): string {
  return state.startedAt === null ? "" : ` ${formatDuration(Math.max(0, now - state.startedAt))}`;
}

/** Where a recorded output comes from, and whether it still belongs to the text above it. */
export function describeSample(sample: Sample | null, stale: boolean): string {
  if (sample === null) return "no recorded output yet";
  const exit = describeExit(sample.end);
  const words = `recorded on ${sample.kernel}, ${sample.date}${exit === null ? "" : `: ${exit}`}`;
  return stale ? `${words}; the program has changed since` : words;
}
