import assert from "node:assert/strict";
import test from "node:test";
import { analyseCell } from "./analyse.ts";
import { CellSyntaxError } from "./syntax.ts";

type Row = readonly [
  code: string,
  inputs: string,
  outputs: string,
  marks?: "async" | "expression" | "async expression",
];
const rows: readonly Row[] = [
  ["1 + x", "x", "", "expression"],
  ["x;", "x", "", "expression"],
  ["(x) // why\n;", "x", "", "expression"],
  ["{ a: 1 }", "", "", "expression"],
  ["{ a }", "a", "", "expression"],
  ["{ a; b }", "a b", ""],
  ["await x", "x", "", "async expression"],
  ["function () {}", "", "", "expression"],
  ["function f() {}", "", "f"],
  ["class A {}", "", "A"],
  ["class {}", "", "", "expression"],
  ["x, y", "x y", "", "expression"],
  ["x; y;", "x y", ""],
  ["", "", ""],
  ["// nothing", "", ""],
  ["const a = 1, { b, c: [d, ...e], ...f } = x;", "x", "a b d e f"],
  ["let a = a0; var b = () => a;", "a0", "a b"],
  ["function* gen() { yield q }\nasync function later() { await r }", "q r", "gen later"],
  ["class A extends B { #p = c; static { let s = d; } m(x = e) { return x + f } }", "B c d e f", "A"],
  ["const f = (a, { b = g }, ...c) => a + b + c + arguments;", "g arguments", "f"],
  ["function f() { return arguments.length }", "", "f"],
  ["for (const i of list) { let j = i; k(j); } for (let i in o); ", "list k o", ""],
  ["for await (const x of y);", "y", "", "async"],
  ["async () => { for await (const x of y); await z }", "y z", "", "expression"],
  ["try { a() } catch (e) { e } finally { b }", "a b", ""],
  ["try {} catch { e }", "e", ""],
  ["{ const hidden = 1; hidden } hidden", "hidden", ""],
  ["if (x) { var y = 1 } y", "x", ""],
  ["switch (x) { case 1: let y; default: y }", "x", ""],
  ["label: for (;;) break label", "", ""],
  ["const o = { key: 1, [computed]: 2, short, method() {} }; o.key; o[index]", "computed short index", "o"],
  ["const { [k]: v = d } = o", "k d o", "v"],
  ["`${a}${`${b}`}` + tag`x`", "a b tag", "", "expression"],
  ["Math.max(console, x, undefined, NaN)", "x", "", "expression"],
  ["const Mine = class Inner { x = Inner }; const g = function inner() { inner() }", "", "Mine g"],
  ['import d, { a, b as c } from "ring3"; import * as ns from "ring3/simulator"; d(a, c, ns, b)', "b", ""],
  ["typeof nope", "nope", "", "expression"],
  ["display(view(Inputs.range([0, 1])))", "display view Inputs", "", "expression"],
  ["const é = ü", "ü", "é"],
];
for (const [code, inputs, outputs, marks = ""] of rows)
  test(`\`${code}\` reads (${inputs}) and defines (${outputs})`, () => {
    const analysis = analyseCell(code);
    assert.equal(analysis.inputs.join(" "), inputs);
    assert.equal(analysis.outputs.map(({ name }) => name).join(" "), outputs);
    assert.equal(analysis.async, marks.includes("async"));
    assert.equal(analysis.code.kind === "expression", marks.includes("expression"));
  });

test("imports are private, with the names they have outside and inside", () => {
  const { imports, outputs } = analyseCell(
    'import d, { a, "b c" as e } from "m"; import * as ns from "n"; import "o";',
  );
  assert.deepEqual(outputs, []);
  assert.deepEqual(
    imports.map(({ module, names }) => [module, names]),
    [
      [
        "m",
        [
          ["default", "d"],
          ["a", "a"],
          ["b c", "e"],
        ],
      ],
      ["n", [["*", "ns"]]],
      ["o", []],
    ],
  );
});

test("assignments to names that the cell does not declare are told apart from its own", () => {
  const assigned = (code: string) =>
    analyseCell(code)
      .free.filter((use) => use.kind === "assign")
      .map(({ name, offset }) => (code.startsWith(name, offset) ? name : `${name} not at ${offset}`))
      .join(" ");
  assert.equal(assigned("let a; a = 1; a++; [a] = b; for (a of b);"), "");
  assert.equal(
    assigned("x = 1; ({ y, z: [w = q] } = o); u++; --t; for (k of l); for (m in n); [...s] = r"),
    "x y w u t k m s",
  );
  assert.equal(assigned("o.p = 1; o[i] += 2; (x) => { x = 1 }"), "");
});

test("assignments from inside a function to the cell's own top level are found", () => {
  const outer = (code: string) => analyseCell(code).outerAssignments.map((use) => use.name);
  assert.deepEqual(outer("let a = 1; a = 2; function f() { let b; b = 1 }"), []);
  assert.deepEqual(outer("let a = 1; function f() { a = 2; return () => { a++ } }"), ["a", "a"]);
  assert.deepEqual(outer("function f(a) { a = 1; f = null } let a"), ["f"]);
});

test("what no cell may contain is found wherever it stands", () => {
  const offences = (code: string) => analyseCell(code).offences.map(({ offset }) => offset);
  assert.deepEqual(
    offences("const f = () => import('x'); import.meta.url; export const y = 1;").toSorted((a, b) => a - b),
    [16, 29, 46],
  );
});

test("a syntax error has its place in the cell", () => {
  for (const [code, line, column] of [
    ["let a = ;", 1, 9],
    ["let a;\n  let a;", 2, 7],
    ["return 1", 1, 1],
    ["f(", 1, 3],
  ] as const)
    assert.throws(
      () => analyseCell(code),
      (error) => error instanceof CellSyntaxError && error.place.line === line && error.place.column === column,
      code,
    );
});
