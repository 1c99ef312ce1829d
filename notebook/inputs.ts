/**
 * Browser-safe. `Inputs` as cells know it: Observable's names, order of arguments and options, but each returns a description, which the
 * page draws. Functions among the options (`format`, `sort` …) cannot cross the fence and are refused.
 * Source: https://github.com/observablehq/inputs (0.12).
 */
import * as v from "valibot";
import { inputSchema, type Input, type InputValue } from "../schema/view.ts";

/** The description of an input that gives values of type `Value`. */
export type InputOf<Value> = Input & { readonly value: Value };

export interface LabelOptions {
  label?: string;
}
export interface RangeOptions extends LabelOptions {
  /** Default: a hundredth of the range, or 1 where the range is longer than 100. */
  step?: number;
  /** Default: the middle, as in Observable. */
  value?: number;
}
export interface ChoiceOptions<Option extends string> extends LabelOptions {
  /** Default: the first option. */
  value?: NoInfer<Option>;
}
export interface ToggleOptions extends LabelOptions {
  value?: boolean;
}
export interface TextOptions extends LabelOptions {
  value?: string;
  placeholder?: string;
}

/** A number between `min` and `max`, on a slider. */
function range([min, max]: readonly [min: number, max: number] = [0, 1], options: RangeOptions = {}): InputOf<number> {
  const {
    label = "",
    step = defaultStep(max - min),
    value = (min + max) / 2,
  } = accept("range", options, ["label", "step", "value"]);
  return build("range", {
    input: "range",
    label,
    min,
    max,
    step,
    value: clamp(value, min, max, step),
  }) as InputOf<number>;
}

/** One of several texts, from a menu. */
function select<const Option extends string>(
  options: Iterable<Option>,
  more: ChoiceOptions<Option> = {},
): InputOf<Option> {
  return choose("select", options, more);
}

/** One of several texts, all visible. */
function radio<const Option extends string>(
  options: Iterable<Option>,
  more: ChoiceOptions<Option> = {},
): InputOf<Option> {
  return choose("radio", options, more);
}

function choose<Option extends string>(
  input: "select" | "radio",
  given: Iterable<Option>,
  more: ChoiceOptions<Option>,
): InputOf<Option> {
  const { label = "", value } = accept(input, more, ["label", "value"]);
  const options = [...given];
  if (options.length === 0) throw new RangeError(`Inputs.${input}: there is nothing to choose from.`);
  if (value !== undefined && !options.includes(value))
    throw new RangeError(`Inputs.${input}: the value ${JSON.stringify(value)} is none of its options.`);
  return build(input, { input, label, options, value: value ?? options[0]! }) as InputOf<Option>;
}

/** Yes or no. */
function toggle(options: ToggleOptions = {}): InputOf<boolean> {
  const { label = "", value = false } = accept("toggle", options, ["label", "value"]);
  return build("toggle", { input: "toggle", label, value }) as InputOf<boolean>;
}

/** A line of text. */
function text(options: TextOptions = {}): InputOf<string> {
  const { label = "", value = "", placeholder } = accept("text", options, ["label", "value", "placeholder"]);
  return build("text", {
    input: "text",
    label,
    value,
    ...(placeholder === undefined ? {} : { placeholder }),
  }) as InputOf<string>;
}

/** A button with `content` on it; its value counts how often it was pressed. */
function button(content: string = "≡"): InputOf<number> {
  return build("button", { input: "button", label: content, value: 0 }) as InputOf<number>;
}

/** What a cell sees as `Inputs`. */
export const Inputs = Object.freeze({ range, select, radio, toggle, text, button });

/** Is `value` one that a reader can give `input`? What the page sends is checked by this. */
export function fitsInput(input: Input, value: unknown): value is InputValue {
  if (!v.is(inputSchema, { ...input, value })) return false;
  if (input.input === "range") return (value as number) >= input.min && (value as number) <= input.max;
  if (input.input === "select" || input.input === "radio") return input.options.includes(value as string);
  return true;
}

function accept<Options extends object>(input: string, options: Options, known: readonly string[]): Options {
  for (const [key, value] of Object.entries(options)) {
    if (typeof value === "function")
      throw new TypeError(`Inputs.${input}: ${key} is a function, which cannot leave the cell. Use plain values.`);
    if (!known.includes(key)) throw new TypeError(`Inputs.${input} has no option ${key}. It has: ${known.join(", ")}.`);
  }
  return options;
}

function build(input: string, description: Input): Input {
  const result = v.safeParse(inputSchema, description);
  if (!result.success) throw new TypeError(`Inputs.${input}: ${describeIssue(result.issues[0])}`);
  if (description.input === "range" && !(description.min <= description.max && description.step > 0))
    throw new RangeError(`Inputs.range: needs [min, max] in this order and a step above 0.`);
  return result.output;
}

/** The first thing that is wrong, with its path. */
export function describeIssue(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  return path ? `${path}: ${issue.message}` : issue.message;
}

const defaultStep = (length: number): number => (length > 100 ? 1 : length / 100 || 1);

/** The step nearest to `value`, counted from `min` as a browser does. */
function clamp(value: number, min: number, max: number, step: number): number {
  if (!(step > 0) || !Number.isFinite(value)) return value;
  const inside = Math.max(min, Math.min(max, value));
  const nearest = min + Math.round((inside - min) / step) * step;
  const exact = Number(nearest.toPrecision(12));
  return exact > max ? Number((exact - step).toPrecision(12)) : exact;
}
