/** Browser-safe. The names that a running `sim` cell has without defining them. */
import * as v from "valibot";
import { inputSchema, type InputValue } from "../schema/view.ts";
import type { FromFence } from "../schema/protocol.ts";
import { describeIssue, fitsInput, Inputs, type InputOf } from "./inputs.ts";
import { inspect } from "./inspect.ts";
import { observe } from "./observe.ts";
import { showValue } from "./show.ts";

/** Most views, inputs and checks (each) that one evaluation of a cell can show. */
export const maxShown = 100;

/** The inputs of a notebook by key, `cell:label`: their last values, and how to tell a value to the one that is on the page. */
export interface InputStore {
  readonly saved: Map<string, unknown>;
  readonly shown: Map<string, (value: unknown) => void>;
}

const names: ReadonlySet<string> = new Set(["display", "view", "check", "Inputs"]);
export const isAmbient = (name: string): boolean => names.has(name);

/** What one evaluation of the cell `id` finds as `display`, `view`, `check` and `Inputs`; what it shows goes to `put`. */
export function createAmbient(
  id: string,
  inputs: InputStore,
  put: (message: FromFence) => void,
): Readonly<Record<string, unknown>> {
  let displays = 0;
  let checks = 0;
  const keys = new Set<string>();

  const display = <Value>(value: Value): Value => {
    const shown = showValue(value);
    if (++displays <= maxShown) put({ type: "display", cell: id, view: shown });
    else if (displays === maxShown + 1)
      put({
        type: "display",
        cell: id,
        view: { view: "text", text: `… more than ${maxShown} displays: the rest is not shown.\n` },
      });
    return value;
  };

  const view = <Value>(given: InputOf<Value & InputValue>): AsyncGenerator<Value> => {
    const result = v.safeParse(inputSchema, given);
    if (!result.success)
      throw new TypeError(`view shows an input, such as Inputs.range([0, 10]): ${describeIssue(result.issues[0])}`);
    if (keys.size === maxShown) throw new RangeError(`A cell can have at most ${maxShown} inputs.`);
    const input = result.output;
    const key = nameKey(`${id}:${input.label}`.slice(0, 190), keys);
    keys.add(key);
    const saved = inputs.saved.get(key);
    const value = fitsInput(input, saved) ? saved : input.value;
    const values = observe<unknown>(value);
    inputs.shown.set(key, (next) => {
      if (fitsInput(input, next)) values.push(next);
    });
    put({ type: "input", cell: id, key, input: { ...input, value } as typeof input });
    return values as unknown as AsyncGenerator<Value>;
  };

  const check = (label: string, ok: boolean): void => {
    if (typeof ok !== "boolean") throw new TypeError(`check(label, ok): ok is true or false, not ${inspect(ok)}.`);
    if (++checks > maxShown) throw new RangeError(`A cell can make at most ${maxShown} checks.`);
    put({ type: "check", cell: id, check: { label: String(label).slice(0, 200), ok } });
  };

  return { display, view, check, Inputs };
}

/** Two inputs of one label in one cell are told apart by a count. */
function nameKey(key: string, taken: ReadonlySet<string>): string {
  if (!taken.has(key)) return key;
  for (let n = 2; ; n++) if (!taken.has(`${key}:${n}`)) return `${key}:${n}`;
}
