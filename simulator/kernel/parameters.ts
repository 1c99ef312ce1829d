/** Checks of single arguments: what the value must be, in words, where it is not that; else null. */
import { numberSignal } from "../../schema/signal.ts";

export const integer = (value: unknown): string | null => (Number.isSafeInteger(value) ? null : "a whole number");
export const size = (value: unknown): string | null => integer(value) ?? ((value as number) >= 0 ? null : "0 or more");
export const string = (value: unknown): string | null => (typeof value === "string" ? null : "a string");
export const data = (value: unknown): string | null =>
  value instanceof Uint8Array ? null : "a string or a Uint8Array";
export const signalName = (value: unknown): string | null =>
  typeof value === "string" && numberSignal(value) ? null : "the name of a signal";
export const boolean = (value: unknown): string | null => (typeof value === "boolean" ? null : "true or false");
export const program = (value: unknown): string | null =>
  typeof value === "function" ? null : "a program (a function*)";

/** A list, each of whose values passes `check`; `wanted` says so. */
export const list =
  (check: (value: unknown) => string | null, wanted: string) =>
  (value: unknown): string | null =>
    Array.isArray(value) && value.every((one) => !check(one)) ? null : wanted;

export const oneOf =
  (values: readonly unknown[]) =>
  (value: unknown): string | null =>
    values.includes(value) ? null : values.join(" or ");

/** What may be absent, and is null or undefined then. */
export const optional =
  (check: (value: unknown) => string | null) =>
  (value: unknown): string | null =>
    value === null || value === undefined ? null : check(value);

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An object with these fields, each of which passes its check; `wanted` says so. */
export const record =
  (fields: Readonly<Record<string, (value: unknown) => string | null>>, wanted: string) =>
  (value: unknown): string | null =>
    isRecord(value) && Object.entries(fields).every(([name, check]) => !check(value[name])) ? null : wanted;
