/**
 * Inputs as trees. They have the names and options of Observable Inputs, but are drawn here: that library sets innerHTML, which the
 * page's policy forbids. The page listens to `[data-key]` and sends what `readInput` gives.
 */
import type { Input, InputValue } from "../../schema/view.ts";
import type { Tree } from "../tree.ts";

/** An input that shows `value`. Baked ones are `disabled` until the page's script is there. */
export function renderInput(key: string, input: Input, value: InputValue, disabled = false): Tree {
  const common = { "data-key": key, disabled };
  switch (input.input) {
    case "range":
      return field(
        input.label,
        ["input", { ...common, type: "range", min: input.min, max: input.max, step: input.step, value: Number(value) }],
        ["output", {}, String(value)],
      );
    case "select":
      return field(input.label, [
        "select",
        common,
        ...input.options.map((option): Tree => ["option", { value: option, selected: option === value }, option]),
      ]);
    case "radio":
      return [
        "fieldset",
        { class: "r3-input" },
        ["legend", {}, input.label],
        ...input.options.map((option): Tree => [
          "label",
          {},
          ["input", { ...common, type: "radio", name: key, value: option, checked: option === value }],
          ` ${option}`,
        ]),
      ];
    case "toggle":
      return field(input.label, ["input", { ...common, type: "checkbox", checked: value === true }]);
    case "text":
      return field(input.label, [
        "input",
        { ...common, type: "text", value: String(value), placeholder: input.placeholder },
      ]);
    case "button":
      return ["p", { class: "r3-input" }, ["button", { ...common, type: "button", value: Number(value) }, input.label]];
  }
}

function field(label: string, ...control: Tree[]): Tree {
  return ["label", { class: "r3-input" }, ["span", {}, label], ...control];
}
