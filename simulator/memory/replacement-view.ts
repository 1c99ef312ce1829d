/** A replacement as a table. */
import type { View } from "../../schema/view.ts";
import type { Replacement } from "./replacement.ts";

/** Most columns and rows of a table. */
const MAX_COLUMNS = 50;
const MAX_ROWS = 2_000;

/** One row per reference: the frames after it, whether it faulted, and why a page had to go. */
export function showReplacement(
  { policy, steps, faults }: Replacement,
  { title }: { readonly title?: string } = {},
): Extract<View, { view: "table" }> {
  const shown = Math.min(steps[0]?.frames.length ?? 0, MAX_COLUMNS - 3);
  const rows = steps.slice(0, MAX_ROWS).map(({ reference, frames, isFault, why }) => {
    const row: (number | string | null)[] = [reference];
    return row.concat(frames.slice(0, shown), isFault ? "fault" : "", why);
  });
  const columns = ["reference", ...Array.from({ length: shown }, (_, frame) => `frame ${frame}`), "", "why"];
  return { view: "table", title: title ?? `${policy}: ${faults} faults in ${steps.length} references`, columns, rows };
}
