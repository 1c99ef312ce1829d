/** Bounds for everything that crosses a wall: what is larger is refused, not cut. */
import * as v from "valibot";

/** Longest text of one message or view, in UTF-16 units. */
export const maxText = 65_536;
/** Longest source of one cell or file, in UTF-16 units. */
export const maxSource = 262_144;

export const text = v.pipe(v.string(), v.maxLength(maxText));
export const source = v.pipe(v.string(), v.maxLength(maxSource));
export const shortText = v.pipe(v.string(), v.maxLength(200));
export const integer = v.pipe(v.number(), v.safeInteger());
export const fraction = v.pipe(v.number(), v.finite());
export const list = <Schema extends v.GenericSchema>(schema: Schema, max: number) =>
  v.pipe(v.array(schema), v.maxLength(max));
/** How deep the lists and objects of a value may stand in one another. */
const maxDepth = 100;
/** A value as JSON writes it; deeper ones would overflow the stack of whoever writes it again. */
export const json = v.pipe(
  v.unknown(),
  v.check((value) => isShallow(value, maxDepth), `a value is at most ${maxDepth} levels deep`),
);
/** A name as a cell, a box or a value has it: a JavaScript identifier in ASCII. */
export const identifier = v.pipe(v.string(), v.maxLength(64), v.regex(/^[A-Za-z_$][\w$]*$/));

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((one) => isShallow(one, depth - 1));
}
