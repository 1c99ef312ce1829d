import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import { moveStyles, policeFence, policePage, printStyles } from "./policy.ts";

const page = (body: string): string => `<!doctype html><html><head><title>t</title></head><body>${body}</body></html>`;
const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

test("inline scripts are allowed by their hashes, and nothing inline or evaluated otherwise", () => {
  const { csp } = policePage(
    page(`<script>go()</script><script src="/a.js"></script><script type="application/json">{}</script>`),
  );
  assert.match(csp, /default-src 'none'/);
  assert.ok(csp.includes(`script-src 'self' ${hash("go()")};`));
  assert.doesNotMatch(csp, /unsafe/);
});

test("the policy is the first thing after the encoding, and the header says what only a header can", () => {
  const { html, csp } = policePage(page(""));
  assert.match(html, /<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy"/);
  assert.ok(!html.includes("frame-ancestors"));
  assert.match(csp, /frame-ancestors 'none'$/);
});

test("the fence's page has no network, and its header makes it opaque however it is opened", () => {
  const { csp } = policeFence(page("<script>up()</script>"));
  assert.match(csp, /default-src 'none'.*connect-src 'none'.*sandbox allow-scripts; frame-ancestors 'self'/);
  assert.ok(!csp.includes("'self' 'sha256"));
});

test("style attributes become rules; text and scripts that look like them stay", () => {
  const rules = new Map<string, string>();
  const script = `<script>const a = '<b style="x:1">';</script>`;
  const html = moveStyles(`<p title="a > b" style="--d: 1" class="c">style="no"</p>${script}<i style=""></i>`, rules);
  assert.match(html, /^<p title="a > b" data-style="[0-9a-f]{8}" class="c">style="no"<\/p>/);
  assert.ok(html.includes(script));
  assert.ok(html.endsWith("<i></i>"));
  assert.match(printStyles(rules), /^\[data-style="[0-9a-f]{8}"\]\{--d: 1\}$/);
});

test("the same declarations share one rule", () => {
  const rules = new Map<string, string>();
  moveStyles(`<p style="a:b"></p><p style='a:b'></p>`, rules);
  assert.equal(rules.size, 1);
});
