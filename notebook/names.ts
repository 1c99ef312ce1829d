/** Browser-safe. Which names mean what in a cell, wherever it runs. */
import * as v from "valibot";
import { identifier } from "../schema/limits.ts";

/** Names that a `sim` cell has without defining them. */
export const simAmbient = ["display", "view", "Inputs", "check", "invalidation"] as const;
/** Names that a `live` cell in TypeScript has without defining them. */
export const liveAmbient = ["check", "result"] as const;

/** Modules that a cell may import, by where it runs. A `live` cell may import Node's own modules and files of its box besides. */
export const simModules = [
  "ring3",
  "ring3/simulator",
  "ring3/scheduling",
  "ring3/communication",
  "ring3/synchronisation",
  "ring3/memory",
  "ring3/messages",
  "ring3/deadlock",
  "ring3/paging",
  "ring3/disk",
  "ring3/assembly",
] as const;
export const portableModules = ["ring3"] as const;
export const liveModules = [...simModules, "ring3/posix"] as const;

/**
 * Globals that a cell means when no scope of its own has the name. A fixed list, so that the build and the reader's browser agree;
 * any other name is asked of the notebook first and of the global object last.
 */
const globals: ReadonlySet<string> = new Set(
  `undefined NaN Infinity globalThis Object Function Boolean Symbol Number BigInt Math Date String RegExp Array Map Set WeakMap WeakSet
  WeakRef FinalizationRegistry ArrayBuffer SharedArrayBuffer DataView Atomics Int8Array Uint8Array Uint8ClampedArray Int16Array
  Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array Float16Array Float32Array Float64Array JSON Promise Proxy Reflect
  Iterator Intl Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError eval isFinite isNaN parseFloat
  parseInt decodeURI decodeURIComponent encodeURI encodeURIComponent console performance crypto setTimeout clearTimeout setInterval
  clearInterval queueMicrotask structuredClone TextEncoder TextDecoder URL URLSearchParams AbortController AbortSignal Event
  EventTarget Blob atob btoa`.split(/\s+/),
);

export const isGlobal = (name: string): boolean => globals.has(name);

const reserved: ReadonlySet<string> = new Set(
  `await break case catch class const continue debugger default delete do else enum export extends false finally for function if
  implements import in instanceof interface let new null package private protected public return static super switch this throw true
  try typeof var void while with yield arguments eval`.split(/\s+/),
);

/** Can `name` name a cell, a box, an exercise or a value? An ASCII identifier that JavaScript does not keep for itself. */
export const isName = (name: string): boolean => v.is(identifier, name) && !reserved.has(name);

/** Does the notebook or JavaScript already give `name` a meaning, so that no cell may define it? */
export const isTaken = (name: string): boolean =>
  globals.has(name) ||
  name === "$import" ||
  name === "visibility" ||
  (simAmbient as readonly string[]).includes(name) ||
  (liveAmbient as readonly string[]).includes(name);
