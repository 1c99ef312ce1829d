import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { findUtilisation } from "./multiprogramming.ts";

const oracle = new URL("../../tests/oracles/textbook/textbook.json", import.meta.url);
const { other } = JSON.parse(readFileSync(oracle, "utf8")) as {
  readonly other: { readonly "mos-multiprogramming": Readonly<Record<string, Readonly<Record<string, number>>>> };
};

test("the book's table of CPU utilisation comes out", () => {
  const table = Object.entries(other["mos-multiprogramming"]).filter(([name]) => name.startsWith("p"));
  assert.ok(table.length > 0);
  for (const [name, utilisations] of table) {
    for (const [degree, utilisation] of Object.entries(utilisations)) {
      assert.ok(Math.abs(findUtilisation(Number(degree), Number(name.slice(1))) - utilisation) < 0.00006);
    }
  }
});

test("processes that never wait keep the CPU busy, those that always do never", () => {
  assert.equal(findUtilisation(1, 0), 1);
  assert.equal(findUtilisation(10, 1), 0);
  assert.throws(() => findUtilisation(1, 80), /waiting must be from 0 to 1, not 80/);
  assert.throws(() => findUtilisation(-1, 0.5), /degree must be 0 or more, not -1/);
});
