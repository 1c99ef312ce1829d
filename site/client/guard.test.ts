import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { createGuard, measure } from "./guard.ts";

const fixtures = JSON.parse(
  readFileSync(new URL("../../schema/fixtures/from-fence.json", import.meta.url), "utf8"),
) as unknown[];

test("every message of the protocol passes", () => {
  const parse = createGuard(() => 0);
  for (const message of fixtures) assert.deepEqual(parse(message), message);
});

test("what is no message of the protocol is refused", () => {
  const parse = createGuard(() => 0);
  for (const message of [null, 1, "ready", {}, { type: "run" }, { type: "display", cell: "a", view: { view: "html" } }])
    assert.throws(() => parse(message), /not a view/);
});

test("a flood is refused, and time lets messages in again", () => {
  let now = 0;
  const parse = createGuard(() => now);
  const send = (count: number): void => {
    for (let sent = 0; sent < count; sent++) parse({ type: "ready" });
  };
  send(2_000);
  assert.throws(() => send(1), /more messages/);
  now = 1_000;
  send(900);
  assert.throws(() => send(200), /more messages/);
});

test("a message that is too large is refused before it is parsed", () => {
  const parse = createGuard(() => 0);
  assert.throws(
    () => parse({ type: "value", name: "a", value: Array.from({ length: 500_000 }, () => 1) }),
    /more than a page/,
  );
  assert.throws(() => parse({ type: "value", name: "a", value: "x".repeat(5_000_000) }), /more than a page/);
  assert.throws(() => parse({ type: "value", name: "a", value: new Uint8Array(10_000_000) }), /more than a page/);
});

test("many messages that are each small enough are refused together, and time lets them in again", () => {
  let now = 0;
  const parse = createGuard(() => now);
  const text = { type: "value", name: "a", value: "x".repeat(3_000_000) };
  const numbers = { type: "value", name: "a", value: Array.from({ length: 100_000 }, () => 1) };
  for (const message of [text, numbers]) {
    parse(message);
    assert.throws(() => parse(message), /more than a page/);
    now += 2_000;
    parse(message);
    now += 2_000;
  }
});

test("a message that contains itself does not hang the guard", () => {
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  assert.deepEqual(measure(loop), { nodes: 3, characters: 4 });
});
