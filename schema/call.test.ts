import assert from "node:assert/strict";
import test from "node:test";
import { read, type Call } from "./call.ts";
import { createSystemError } from "./errno.ts";

function* readNothing(): Generator<Call, unknown, unknown> {
  return yield* read(9, 1);
}

test("an error that a kernel throws into a call leads to the line of the program", () => {
  const program = readNothing();
  program.next();
  const error = createSystemError("EBADF", "read");
  assert.throws(() => program.throw(error), error);
  assert.match(error.stack ?? "", /^Error: read: Bad file descriptor\n[^]*at readNothing /);
});

test("a frozen error passes through a call unchanged", () => {
  const program = readNothing();
  program.next();
  const error = Object.freeze(createSystemError("EBADF", "read"));
  assert.throws(() => program.throw(error), error);
});
