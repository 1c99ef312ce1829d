import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import type { Schedule, ScheduledStep } from "./driver.ts";
import { printSchedule, readSchedule, ScheduleTextError } from "./schedule-text.ts";

const pid = fc.integer({ min: 100, max: 1_200 });
const step = fc
  .record({
    pid: fc.oneof(pid, pid),
    action: fc.constantFrom("call", "signal", "timeout", "alarm", "flush"),
    choice: fc.oneof(fc.constant(0), fc.nat(20)),
    call: fc.constantFrom("read", "write", "fork", "pthread_create", ""),
    cpu: fc.nat(7),
    joins: fc.boolean(),
    stops: fc.array(pid, { maxLength: 3 }),
  })
  // oxlint-disable-next-line no-map-spread -- a step has no more fields than it needs
  .map(({ pid: who, action, choice, call, cpu, joins, stops }): ScheduledStep => ({
    pid: who,
    action,
    choice,
    call,
    why: "",
    preempts: "",
    ...(cpu > 0 ? { cpu } : {}),
    ...(stops.length > 0 ? { stops: stops.map((stopped) => ({ pid: stopped, why: "" })) } : {}),
    ...(joins ? { joins: true } : {}),
  }));
const schedules = fc
  .array(fc.tuple(step, fc.integer({ min: 1, max: 5 })), { maxLength: 40 })
  .map((runs): Schedule => runs.flatMap(([one, times]) => Array.from({ length: times }, () => one)));

test("a schedule that is printed and read again is the same, and may stand in an address as it is", () => {
  fc.assert(
    fc.property(schedules, (schedule) => {
      const text = printSchedule(schedule);
      assert.deepEqual(readSchedule(text), schedule);
      assert.equal(encodeURIComponent(text), text);
    }),
  );
});

test("steps that repeat take the room of one", () => {
  const one: ScheduledStep = { pid: 100, action: "call", choice: 0, call: "getpid", why: "", preempts: "" };
  assert.equal(printSchedule(Array.from({ length: 1_000 }, () => one)), "1~getpid~K0N0Rrs");
});

test("text that is no schedule is an error that says where, never another one", () => {
  for (const [text, position] of [
    ["", 0],
    ["2~read~K0N0", 0],
    ["1~read~K0N0?", 11],
    ["1~read~K0N1", 7],
    ["1~read~K0N0P9", 7],
    ["1~read~K0N0Rzzzzzz", 7],
    [`1~read~${"K0N0".repeat(200_000)}`, 500_000],
  ] as const) {
    assert.throws(
      () => readSchedule(text),
      (error) => error instanceof ScheduleTextError && error.position === position,
      text.slice(0, 40),
    );
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        readSchedule(`1~read~${text}`);
      } catch (error) {
        assert.ok(error instanceof ScheduleTextError);
      }
    }),
  );
});
