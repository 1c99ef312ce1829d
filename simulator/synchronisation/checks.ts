/** What several calls of synchronisation take; see kernel/parameters.ts. */
import type { Parameter } from "../kernel/mechanism.ts";
import { integer, isRecord } from "../kernel/parameters.ts";

/** Longest name of an object, in UTF-16 units. */
const longestName = 255;

export const name = (value: unknown) =>
  typeof value === "string" && value !== "" && value.length <= longestName
    ? null
    : `a name of 1 to ${longestName} characters`;

export const timeoutMs: Parameter = ["timeoutMs", integer];
/** The arguments of a call on one object, and of one that gives up. */
export const object: readonly Parameter[] = [["name", name]];
export const timed: readonly Parameter[] = [...object, timeoutMs];

/** Options by name, each with its check; what is absent is at its default. */
export const options = (checks: Readonly<Record<string, (value: unknown) => string | null>>) => (value: unknown) => {
  if (!isRecord(value)) return `{ ${Object.keys(checks).join(", ")} }`;
  for (const [key, one] of Object.entries(value)) {
    const wanted = checks[key] ? checks[key](one) : "absent: there is no such option";
    if (one !== undefined && wanted) return `an object whose ${key} is ${wanted}`;
  }
  return null;
};
