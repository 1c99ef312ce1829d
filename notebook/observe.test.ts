import assert from "node:assert/strict";
import test from "node:test";
import { observe } from "./observe.ts";

test("an observed value waits for its reader, the latest replaces older ones, and nothing comes after the end", async () => {
  const values = observe(1);
  assert.deepEqual(await values.next(), { done: false, value: 1 });
  values.push(2);
  values.push(3);
  assert.deepEqual(await values.next(), { done: false, value: 3 });
  const waiting = values.next();
  values.push(4);
  assert.deepEqual(await waiting, { done: false, value: 4 });
  const last = values.next();
  await values.return(undefined);
  assert.deepEqual(await last, { done: true, value: undefined });
  values.push(5);
  assert.deepEqual(await values.next(), { done: true, value: undefined });
});
