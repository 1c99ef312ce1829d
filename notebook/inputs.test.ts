import assert from "node:assert/strict";
import test from "node:test";
import * as v from "valibot";
import { inputSchema, type Input } from "../schema/view.ts";
import { fitsInput, Inputs } from "./inputs.ts";

test("every input has Observable's order of arguments and defaults", () => {
  const rows: readonly (readonly [Input, Input])[] = [
    [
      Inputs.range([0, 10], { label: "n", step: 1 }),
      { input: "range", label: "n", min: 0, max: 10, step: 1, value: 5 },
    ],
    [Inputs.range(), { input: "range", label: "", min: 0, max: 1, step: 0.01, value: 0.5 }],
    [Inputs.range([1, 9], { step: 3, value: 6 }), { input: "range", label: "", min: 1, max: 9, step: 3, value: 7 }],
    [Inputs.range([1, 9], { value: 99, step: 5 }), { input: "range", label: "", min: 1, max: 9, step: 5, value: 6 }],
    [
      Inputs.select(["a", "b"], { label: "x", value: "b" }),
      { input: "select", label: "x", options: ["a", "b"], value: "b" },
    ],
    [Inputs.radio(new Set(["a", "b"])), { input: "radio", label: "", options: ["a", "b"], value: "a" }],
    [Inputs.toggle({ label: "on", value: true }), { input: "toggle", label: "on", value: true }],
    [Inputs.text({ placeholder: "type" }), { input: "text", label: "", value: "", placeholder: "type" }],
    [Inputs.button("Again"), { input: "button", label: "Again", value: 0 }],
  ];
  for (const [input, expected] of rows) {
    assert.deepEqual(input, expected);
    assert.deepEqual(v.parse(inputSchema, input), input);
    assert.ok(fitsInput(input, input.value));
  }
});

test("what cannot cross the fence or makes no sense is refused in words", () => {
  const refused: readonly (readonly [() => unknown, RegExp])[] = [
    [
      () => Inputs.range([0, 1], { format: String } as object),
      /range: format is a function, which cannot leave the cell/,
    ],
    [() => Inputs.select(["a"], { sort: true } as object), /select has no option sort\. It has: label, value/],
    [() => Inputs.range([5, 1]), /needs \[min, max\] in this order/],
    [() => Inputs.range([0, Infinity]), /Inputs\.range: max: /],
    [() => Inputs.range([0, 1], { step: 0 }), /a step above 0/],
    [() => Inputs.select([]), /nothing to choose from/],
    [() => Inputs.select(["a"], { value: "b" as "a" }), /"b" is none of its options/],
    [() => Inputs.select([1 as unknown as string]), /Inputs\.select: options\.0: /],
    [() => Inputs.text({ label: "x".repeat(201) }), /Inputs\.text: label: /],
  ];
  for (const [make, message] of refused) assert.throws(make, message);
});

test("only values that a reader can give fit an input", () => {
  const range = Inputs.range([0, 10], { step: 1 });
  for (const value of [0, 10, 3]) assert.ok(fitsInput(range, value));
  for (const value of [-1, 11, "3", null, Number.NaN, undefined, {}]) assert.ok(!fitsInput(range, value));
  assert.ok(!fitsInput(Inputs.select(["a"]), "b"));
  assert.ok(!fitsInput(Inputs.toggle(), "true"));
  assert.ok(!fitsInput(Inputs.text(), "x".repeat(70_000)));
});
