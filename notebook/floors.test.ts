import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";

const folder = new URL("./", import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith(".ts") && !/\.test\.ts$|\.d\.ts$/.test(file));
const textOf = (file: string): string => readFileSync(new URL(file, folder), "utf8");
/** What a file's first comment says of it. */
const home = (file: string): string | undefined =>
  /^\/\*\*[\s*]*(Browser-safe|Node only|Types only)/.exec(textOf(file))?.[1];
/** Modules that exist at run time, types left out. */
const importsOf = (file: string): string[] =>
  [...textOf(file).matchAll(/^(?:import|export) (?!type )[^;]*?from "([^"]+)";/gms)].map((match) => match[1]!);

test("every file says in its first words where it can run", () => {
  assert.ok(files.length > 30);
  for (const file of files) assert.ok(home(file), file);
});

test("a browser-safe file imports only what a browser has", () => {
  const packages = new Set(["valibot", "acorn", "acorn-walk", "diff", "@observablehq/runtime"]);
  for (const file of files.filter((file) => home(file) === "Browser-safe"))
    for (const module of importsOf(file)) {
      const safe = module.startsWith("../schema/") || packages.has(module) || home(module.slice(2)) === "Browser-safe";
      assert.ok(safe, `${file} imports ${module}`);
    }
});

test("what runs behind the fence brings neither parser nor diff along", () => {
  const reached = new Set<string>();
  const visit = (file: string): void => {
    for (const module of importsOf(file)) {
      if (reached.has(module)) continue;
      reached.add(module);
      if (module.startsWith("./")) visit(module.slice(2));
    }
  };
  visit("runtime.ts");
  assert.deepEqual([...reached].filter((module) => !module.startsWith(".")).toSorted(), [
    "@observablehq/runtime",
    "valibot",
  ]);
});
