import assert from "node:assert/strict";
import test from "node:test";
import { toHtml } from "./tree.ts";

test("text and attributes cannot become markup", () => {
  const hostile = `<img src=x onerror="a('b')">&`;
  const html = toHtml(["p", { title: hostile }, hostile]);
  assert.match(html, /^<p title="[^"<>]*">[^<>]*<\/p>$/);
});

test("absent attributes are not written, true ones are empty, numbers have two digits at most", () => {
  assert.equal(
    toHtml(["input", { disabled: true, checked: false, min: undefined, x: 1 / 3 }]),
    `<input disabled="" x="0.33">`,
  );
});

test("elements without content have no closing tag", () => {
  assert.equal(toHtml(["p", {}, "a", ["br", {}], "b"]), "<p>a<br>b</p>");
});
