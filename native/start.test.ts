import assert from "node:assert/strict";
import test from "node:test";
import { execvp } from "./posix.ts";
import { startAsC } from "./start.ts";
import { runInChild } from "./testing.ts";

test("a program that is executed inherits standard input, output and error", () => {
  const ended = runInChild(() => {
    startAsC();
    execvp("sh", ["sh", "-c", "for fd in 0 1 2; do [ -e /proc/$$/fd/$fd ] || exit $((10 + fd)); done"]);
  });
  assert.equal(ended.exitStatus, 0);
});
