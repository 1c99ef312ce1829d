import assert from "node:assert/strict";
import test from "node:test";
import { runFixture } from "./testing.ts";

test("no argument, however wrong, crashes a call", () => {
  for (const seed of [1, Date.now() % 2 ** 31]) {
    const { stdout, stderr, status, signal } = runFixture("fuzz.ts", [String(seed)]);
    assert.deepEqual([signal, status], [null, 0], `seed ${seed}: ${stderr}`);
    assert.equal(stdout, `survived seed ${seed}\n`);
  }
});
