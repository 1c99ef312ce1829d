import assert from "node:assert/strict";
import test from "node:test";
import type { Trace, TraceEvent } from "../schema/trace.ts";
import { findViolations } from "./invariants.ts";

const start: TraceEvent = { at: 0, kind: "start", pid: 1, role: "main", parent: null };
const go: TraceEvent = { at: 0, kind: "run", pid: 1, cpu: 0 };
const call: TraceEvent = { at: 0, kind: "call", pid: 1, call: "read", args: ["3", "9"], object: "pipe 1" };
const other: TraceEvent = { ...start, pid: 2, role: "main.1", parent: 1 };
const end: TraceEvent = { at: 1, kind: "exit", pid: 1, exitStatus: 0, termSignal: null };

const violationsOf = (...events: TraceEvent[]): string[] =>
  findViolations({ kernel: "sim", unit: "tick", cpus: 1, events } satisfies Trace);

const unsound: readonly (readonly [what: string, events: TraceEvent[], complaint: RegExp])[] = [
  ["time that goes back", [{ ...start, at: 2 }, go], /time goes back from 2 to 0/],
  ["two processes on one CPU", [start, other, go, { ...go, pid: 2 }], /P1 runs on CPU 0 already/],
  ["a CPU that does not exist", [start, { ...go, cpu: 1 }], /there is no CPU 1/],
  [
    "a process that blocks while it is only ready",
    [start, { at: 1, kind: "block", pid: 1, on: "x" }],
    /cannot go from ready to blocked/,
  ],
  [
    "a process that wakes while it runs",
    [start, go, { at: 1, kind: "wake", pid: 1 }, go],
    /cannot go from running to running|P1/,
  ],
  ["a process that was never started", [go], /has not started/],
  ["a process that goes on after its end", [start, go, end, { ...go, at: 2 }], /cannot go from zombie to running/],
  ["a call inside another", [start, go, call, call], /read has not come back/],
  [
    "a return without a call",
    [start, go, { at: 1, kind: "return", pid: 1, call: "read", result: "" }],
    /is in no call/,
  ],
  [
    "a process that blocks outside of a call",
    [start, go, { at: 1, kind: "block", pid: 1, on: "x" }],
    /blocks outside of a call/,
  ],
  [
    "a read of more than was written",
    [start, go, call, { at: 1, kind: "return", pid: 1, call: "read", result: "", bytes: 1 }],
    /more was read/,
  ],
];
for (const [what, events, complaint] of unsound) {
  test(`the checker finds ${what}`, () => {
    assert.match(violationsOf(...events).join("\n"), complaint);
  });
}

test("a sound trace has no violations", () => {
  assert.deepEqual(violationsOf(start, go, call, { ...end, at: 1 }), []);
});
