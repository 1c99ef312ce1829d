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
/** A name as a cell, a box or a value has it: a JavaScript identifier in ASCII. */
export const identifier = v.pipe(v.string(), v.maxLength(64), v.regex(/^[A-Za-z_$][\w$]*$/));
