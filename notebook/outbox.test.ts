import assert from "node:assert/strict";
import test from "node:test";
import type { FromFence } from "../schema/protocol.ts";
import { createOutbox, minIntervalMs } from "./outbox.ts";

const pong = (id: number): FromFence => ({ type: "pong", id });
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("the first evaluation passes at once, one that follows too soon is held, and only the last of those is sent", async () => {
  const sent: FromFence[] = [];
  const { begin, put } = createOutbox((message) => sent.push(message));
  for (let i = 0; i < 5; i++) {
    begin("a");
    put("a", pong(i));
    put("a", pong(i + 10));
  }
  assert.deepEqual(sent, [pong(0), pong(10)]);
  await sleep(minIntervalMs * 2);
  assert.deepEqual(sent.slice(2), [pong(4), pong(14)]);
  put("a", pong(99));
  assert.deepEqual(sent.at(-1), pong(99));
});

test("senders do not hold each other up", () => {
  const sent: FromFence[] = [];
  const { begin, put } = createOutbox((message) => sent.push(message));
  for (const [i, sender] of ["a", "b", "c"].entries()) {
    begin(sender);
    put(sender, pong(i));
  }
  assert.equal(sent.length, 3);
});
