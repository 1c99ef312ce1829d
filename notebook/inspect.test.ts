import assert from "node:assert/strict";
import test from "node:test";
import { inspect } from "./inspect.ts";

class Point {
  x = 1;
  #hidden = 2;
  get sum() {
    return this.x + this.#hidden;
  }
}

const rows: readonly (readonly [value: unknown, text: string])[] = [
  [undefined, "undefined"],
  [null, "null"],
  [-0, "-0"],
  [1.5, "1.5"],
  [12n, "12n"],
  ['a "b"\n', '"a \\"b\\"\\n"'],
  [Symbol("s"), "Symbol(s)"],
  [[], "[]"],
  [[1, "a", [true]], '[1, "a", [true]]'],
  // eslint-disable-next-line no-sparse-arrays
  [[1, , 3], "[1, <empty>, 3]"],
  [{}, "{}"],
  [{ a: 1, "b c": 2, [Symbol("d")]: 3 }, '{ a: 1, "b c": 2, [Symbol(d)]: 3 }'],
  [Object.assign(Object.create(null), { a: 1 }), "{ a: 1 }"],
  [new Point(), "Point { x: 1 }"],
  [new Map<unknown, unknown>([[1, { a: 2 }]]), "Map(1) { 1 => { a: 2 } }"],
  [new Set(["a"]), 'Set(1) { "a" }'],
  [new Uint8Array([1, 2, 255]), "Uint8Array(3) [1, 2, 255]"],
  [new ArrayBuffer(4), "ArrayBuffer(4)"],
  [new Date(0), "1970-01-01T00:00:00.000Z"],
  [new Date(Number.NaN), "Invalid Date"],
  [/a\/b/g, "/a\\/b/g"],
  [new RangeError("too far"), "RangeError: too far"],
  [Promise.resolve(), "Promise {…}"],
  [function f() {}, "[function f]"],
  [() => {}, "[function]"],
  [Point, "[class Point]"],
];
for (const [value, text] of rows)
  test(`${text} is what a value of its kind looks like`, () => assert.equal(inspect(value), text));

test("a circle ends where it closes, and what is only shared is shown twice", () => {
  const shared = { s: 1 };
  const circle: Record<string, unknown> = { shared, again: shared };
  circle.self = circle;
  assert.equal(inspect(circle), "{ shared: { s: 1 }, again: { s: 1 }, self: [circular] }");
});

test("getters are not called", () => {
  const trap = Object.defineProperty({}, "boom", { enumerable: true, get: () => assert.fail("called") });
  assert.equal(inspect(trap), "{ boom: [getter] }");
});

test("what does not fit on a line stands one to a line, short items filled", () => {
  assert.equal(
    inspect({ a: "x".repeat(50), b: "y".repeat(50) }),
    `{\n  a: "${"x".repeat(50)}",\n  b: "${"y".repeat(50)}"\n}`,
  );
  const lines = inspect(Array.from({ length: 60 }, (_, i) => i)).split("\n");
  assert.ok(lines.length > 2 && lines.length < 8 && lines.every((line) => line.length <= 80));
});

test("depth, width and length are bounded, whatever the value", () => {
  let deep: unknown = 1;
  for (let i = 0; i < 10_000; i++) deep = [deep];
  const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i]));
  const tree = (n: number): unknown => (n === 0 ? "x".repeat(5_000) : Array.from({ length: 50 }, () => tree(n - 1)));
  for (const value of [
    deep,
    wide,
    "x".repeat(1e6),
    new Uint8Array(1e6),
    tree(3),
    new Map(Object.entries(wide)),
    new Error("x".repeat(1e6)),
  ])
    assert.ok(inspect(value).length < 65_000);
  assert.equal(inspect(deep), "[[[[[…]]]]]");
});
