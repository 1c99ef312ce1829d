import assert from "node:assert/strict";
import test from "node:test";
import type { Cell } from "../schema/cell.ts";
import { compileCell } from "./compile.ts";
import { findImports, includesImports } from "./imports.ts";
import { stripTypes } from "./strip.ts";

const compile = (source: string, portable = false) =>
  compileCell(
    { id: "cell-1", source, name: null, kernels: portable ? ["sim", "live"] : ["sim"] } as unknown as Cell,
    stripTypes,
  );
const importsOf = (...sources: readonly string[]) =>
  Object.fromEntries([...findImports(sources.map((source) => compile(source)))].map(([module, names]) => [module, [...names].toSorted()])); // prettier-ignore

test("the imports of compiled cells are their names by module, under which they were exported", () => {
  assert.deepEqual(importsOf('import { fork, wait as await_ } from "ring3"; fork(); await_();', 'import { pipe } from "ring3"; import { simulate } from "ring3/simulator"; pipe(simulate)'), {
    ring3: ["fork", "pipe", "wait"],
    "ring3/simulator": ["simulate"],
  }); // prettier-ignore
});

test("a namespace stands for all names, and a cell without imports for none", () => {
  assert.deepEqual(importsOf('import * as posix from "ring3"; posix'), { ring3: ["*"] });
  assert.deepEqual(importsOf("1 + 1"), {});
});

test("a portable cell imports what presents it", () => {
  const imports = findImports([
    compile('import { print } from "ring3";\nfunction* main() { yield* print("x"); }', true),
  ]);
  assert.deepEqual([...(imports.get("ring3/simulator") ?? [])], ["presentProgram"]);
});

test("what is loaded does if it has every name that is wanted", () => {
  const have = new Map([["ring3", new Set(["fork"])], ["ring3/memory", new Set(["*"])]]); // prettier-ignore
  const wants = (module: string, name: string) => includesImports(have, new Map([[module, new Set([name])]]));
  assert.equal(wants("ring3", "fork"), true);
  assert.equal(wants("ring3", "pipe"), false);
  assert.equal(wants("ring3", "*"), false);
  assert.equal(wants("ring3/memory", "mmap"), true);
  assert.equal(wants("ring3/simulator", "simulate"), false);
  assert.equal(includesImports(have, new Map()), true);
});
