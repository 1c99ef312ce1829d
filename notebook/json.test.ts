import assert from "node:assert/strict";
import test from "node:test";
import { isJson } from "./json.ts";

test("plain data is JSON and survives it", () => {
  for (const value of [null, true, 0, -1.5, "x", [], {}, { a: [1, { b: "c" }] }, Object.create(null)]) {
    assert.ok(isJson(value));
    assert.deepEqual(JSON.parse(JSON.stringify(value)), Object.getPrototypeOf(value ?? 0) === null ? {} : value);
  }
});

test("what JSON would change or what is too large is not", () => {
  const circle: unknown[] = [];
  circle.push(circle);
  const values = [
    undefined,
    Number.NaN,
    Infinity,
    1n,
    () => {},
    Symbol("s"),
    new Map(),
    new Date(),
    [undefined],
    { a: undefined },
    circle,
  ];
  for (const value of [...values, "x".repeat(70_000), Array(20_000).fill(0), new Uint8Array(3)])
    assert.ok(!isJson(value));
});
