import assert from "node:assert/strict";
import test from "node:test";
import * as ring3 from "./call.ts";
import { describeArguments, describeBytes, describeResult } from "./describe.ts";

test("flags and commands are shown by name", () => {
  assert.deepEqual(describeArguments(ring3.pipe2(ring3.O_NONBLOCK | ring3.O_DIRECT)), ["O_NONBLOCK|O_DIRECT"]);
  assert.deepEqual(describeArguments(ring3.pipe()), ["0"]);
  assert.deepEqual(describeArguments(ring3.waitpid(-1, ring3.WNOHANG)), ["-1", "WNOHANG"]);
  assert.deepEqual(describeArguments(ring3.fcntl(3, ring3.F_SETFL, ring3.O_NONBLOCK)), ["3", "F_SETFL", "O_NONBLOCK"]);
  assert.deepEqual(describeArguments(ring3.fcntl(3, ring3.F_GETFD)), ["3", "F_GETFD"]);
  assert.deepEqual(describeArguments(ring3.poll([{ fd: 3, events: ring3.POLLIN }], 10)), ["{3: POLLIN}", "10"]);
});

test("data is shown as text, shortened with its length, and counted where it is not text", () => {
  assert.equal(describeBytes(ring3.bytes('say "é"\n')), '"say \\"é\\"\\n"');
  assert.equal(describeBytes(ring3.bytes("é".repeat(20))), `"${"é".repeat(16)}"… (40 bytes)`);
  assert.equal(describeBytes(new Uint8Array(2049)), "(2049 bytes)");
});

test("results read as a sentence would have them", () => {
  const ended = { pid: 101, status: 15, exitStatus: null, termSignal: "SIGTERM" };
  assert.equal(describeResult(ring3.wait(), ended), "101: SIGTERM");
  assert.equal(describeResult(ring3.waitpid(-1, ring3.WNOHANG), null), "none");
  assert.equal(describeResult(ring3.pipe(), [3, 4]), "[3, 4]");
  assert.equal(describeResult(ring3.fcntl(3, ring3.F_GETFL), ring3.O_NONBLOCK), "O_RDONLY|O_NONBLOCK");
  assert.equal(describeResult(ring3.fcntl(4, ring3.F_GETFL), ring3.O_WRONLY), "O_WRONLY");
  assert.equal(describeResult(ring3.close(3), undefined), "");
});
