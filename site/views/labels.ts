/** Width of a label in the drawing's font, in CSS pixels: a generous estimate, since the build has no font. */
export const widthOf = (text: string): number => 6.7 * text.length + 6;

/** The class of the process that stands at `index` in a drawing: its colour, which never stands without its name. */
export const colourOf = (index: number): string => `process-${(index % 8) + 1}`;

/** The text in at most `length` characters. */
export const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;

export interface LabelPlaces {
  /** For each label the row it stands in and where it begins; null: it did not fit. */
  readonly places: readonly ({ readonly x: number; readonly row: number } | null)[];
  readonly rows: number;
}

/** Puts each label, from left to right, into the first row where it overlaps no other; one that would leave the drawing is moved left. */
export function placeLabels(
  labels: readonly { readonly x: number; readonly text: string }[],
  right: number,
  maxRows: number,
): LabelPlaces {
  const ends: number[] = [];
  const places = labels.map(({ x, text }) => {
    const width = widthOf(text);
    const start = Math.max(0, Math.min(x, right - width));
    for (let row = 0; row < maxRows; row++) {
      if ((ends[row] ?? Number.NEGATIVE_INFINITY) > start) continue;
      ends[row] = start + width;
      return { x: start, row };
    }
    return null;
  });
  return { places, rows: ends.length };
}
