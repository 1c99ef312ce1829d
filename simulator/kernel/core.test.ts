import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../../schema/call.ts";
import { dependent } from "./accesses.ts";
import { createKernel, enabled, request, step, type Transition } from "./core.ts";
import { FIRST_PID, type Kernel } from "./kernel.ts";

/** `main` performs calls one after the other, without a program. */
function perform(kernel: Kernel, ...calls: readonly r.Call[]): Kernel {
  return calls.reduce((before, call) => {
    const asked = request(before, FIRST_PID, call);
    const [transition] = enabled(asked);
    assert.ok(transition);
    return step(asked, transition).kernel;
  }, kernel);
}

function transitionsAfter(kernel: Kernel, asked: ReadonlyMap<number, r.Call>): readonly Transition[] {
  let next = kernel;
  for (const [pid, call] of asked) next = request(next, pid, call);
  return enabled(next);
}

test("a step leaves the kernel that it was given as it was", () => {
  const before = perform(createKernel(), r.pipe(), r.write(4, "abc"));
  const copy = structuredClone(before);
  const after = perform(before, r.write(4, "def"), r.read(3, 2), r.close(3), r.fork());
  assert.deepEqual(before, copy);
  assert.notDeepEqual(after, copy);
});

test("a call that would only begin to wait is marked, so that an explorer can leave it out", () => {
  const [waits] = transitionsAfter(perform(createKernel(), r.pipe()), new Map([[FIRST_PID, r.read(3, 1)]]));
  assert.equal(waits?.block?.on, "pipe 1");
  const [goesOn] = transitionsAfter(
    perform(createKernel(), r.pipe(), r.write(4, "x")),
    new Map([[FIRST_PID, r.read(3, 1)]]),
  );
  assert.equal(goesOn?.block, null);
});

test("a process that waits is not enabled, and a step that is not enabled is refused", () => {
  const asked = request(perform(createKernel(), r.pipe()), FIRST_PID, r.read(3, 1));
  const [transition] = enabled(asked);
  assert.ok(transition);
  const { kernel } = step(asked, transition);
  assert.deepEqual(enabled(kernel), []);
  assert.throws(() => step(kernel, transition), /step: process 100 is blocked/);
});

test("calls on one pipe depend on each other, calls on different ones do not", () => {
  const kernel = perform(createKernel(), r.pipe(), r.pipe(), r.fork());
  const areDependent = (one: r.Call, other: r.Call) => {
    const [a, b] = transitionsAfter(
      kernel,
      new Map([
        [FIRST_PID, one],
        [FIRST_PID + 1, other],
      ]),
    );
    assert.ok(a && b);
    return dependent(a, b);
  };
  assert.equal(areDependent(r.write(4, "x"), r.write(4, "y")), true);
  assert.equal(areDependent(r.write(4, "x"), r.poll([{ fd: 3, events: r.POLLIN }])), true);
  assert.equal(areDependent(r.write(4, "x"), r.write(6, "y")), false);
  assert.equal(areDependent(r.getpid(), r.kill(FIRST_PID, "SIGTERM")), true);
  assert.equal(areDependent(r.print("a"), r.write(2, "b")), true);
  assert.equal(areDependent(r.wait(), r.exit(0)), true);
});
