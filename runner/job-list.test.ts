import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseJobs } from "./job-list.ts";
import { Misuse } from "./misuse.ts";

describe("jobs on a command line", () => {
  test("are lengths alone: all come at 0 and are named in order", () => {
    assert.deepEqual(parseJobs("24,3"), [
      { id: "P1", arrival: 0, bursts: [24] },
      { id: "P2", arrival: 0, bursts: [3] },
    ]);
  });

  test("have an arrival and a name in front of the bursts", () => {
    assert.deepEqual(parseJobs("7:4, B:1:5/3/2"), [
      { id: "P1", arrival: 7, bursts: [4] },
      { id: "B", arrival: 1, bursts: [5, 3, 2] },
    ]);
  });

  test("have fields by name behind the bursts", () => {
    assert.deepEqual(parseJobs("A:0:3:nice=-5:user=ann:affinity=0+2"), [
      { id: "A", arrival: 0, bursts: [3], nice: -5, user: "ann", affinity: [0, 2] },
    ]);
  });

  const refused: readonly (readonly [string, RegExp])[] = [
    ["", /"" is no number/],
    ["A:0:", /"" is no number/],
    ["A:0:x", /"x" is no number/],
    ["A:B:0:3", /a job is BURSTS/],
    ["3,", /"" is no number/],
    ["3:nice", /"nice" is no number/],
    ["3:colour=1", /colour is nothing that a job has/],
    ["nice=3", /a job is BURSTS/],
  ];
  for (const [text, message] of refused)
    test(`${JSON.stringify(text)} is refused with the form that a job has`, () => {
      assert.throws(() => parseJobs(text), (error) => error instanceof Misuse && message.test(error.message)); // prettier-ignore
    });
});
