/** Axes with round numbers. */
import { round } from "../tree.ts";

/** Room that a number on an axis needs, in CSS pixels. */
export const axisRoom = 44;

/** The multiples of 1, 2 or 5 times a power of ten that lie between `from` and `to`: about `most` of them, `least` apart at the least. */
export function listTicks(from: number, to: number, most: number, least = 0): number[] {
  const wanted = Math.max((to - from) / Math.max(most, 1), least) || 1;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = ([1, 2, 5].find((factor) => factor * power >= wanted) ?? 10) * power;
  const first = Math.ceil(from / step - 1e-9);
  const count = Math.min(Math.max(Math.floor(to / step + 1e-9) - first + 1, 0), 1_000);
  return Array.from({ length: count }, (_, index) => Number(((first + index) * step).toPrecision(15)));
}

/** A number as a drawing or a table writes it: two decimals, or three digits of a small one. */
export const formatNumber = (value: number): string =>
  String(Math.abs(value) >= 1 ? round(value) : Number(value.toPrecision(3)));
