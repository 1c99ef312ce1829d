/**
 * Types only. The names that a cell has without defining them, and what a name of one cell is in another; the type checker gives each
 * cell the ones that it uses.
 */
import type { Program } from "../schema/call.ts";
import type { Inputs as InputsValue, InputOf } from "./inputs.ts";
import type { InputValue } from "../schema/view.ts";

/** What another cell sees of a name: a promise's result, the latest value of a generator (and so of a view); anything else as it is. */
export type Cell<T> = T extends AsyncGenerator<infer Value> | Generator<infer Value> ? Awaited<Value> : Awaited<T>;

/** Shows a value: a view as it looks, a string as `console.log` would print it, anything else as a programmer would write it. */
export declare const display: <Value>(value: Value) => Value;
/** Shows an input; for other cells the name it is given to is the reader's latest value. */
export declare const view: <Value extends InputValue>(input: InputOf<Value>) => AsyncGenerator<Value, undefined>;
export declare const Inputs: typeof InputsValue;
/** States a property: it shows as a tick, and fails the verification when it is false. */
export declare const check: (label: string, ok: boolean) => void;
/** Resolves when the cell is about to be evaluated again. */
export declare const invalidation: Promise<void>;
/** Gives a value of a live cell to the notebook, under the cell's name, as JSON. */
export declare const result: (value: unknown) => void;
/** What `main` of a portable cell must be. */
export type PortableMain = Program;
