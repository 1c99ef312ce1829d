/** The classic programs, looping for ever, in all interleavings: their verdicts are those of Spin, and of theory. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { models, queueLock, ticketLock, type Build } from "./classics.testing.ts";
import { inspect, instructionThread, listInitialCalls, type InstructionProgram } from "./instructions.testing.ts";
import { mayStarve } from "./liveness.testing.ts";
import { explore, type State } from "./testing.ts";

interface SpinResult {
  readonly model: string;
  readonly defines: readonly string[];
  readonly property: string;
  readonly verdict: "safe" | "violation" | "deadlock";
}
const { results } = JSON.parse(
  readFileSync(new URL("../../tests/oracles/spin/results.json", import.meta.url), "utf8"),
) as { readonly results: readonly SpinResult[] };

/** Where a mutex has an owner, or somebody sleeps, the threads are not alike. */
const isSymmetric = ({ threads }: InstructionProgram) =>
  threads.flat().every(([name]) => name !== "lock" && name !== "sleep");

for (const { model, defines, verdict } of results.filter(({ property }) => property.startsWith("assertions"))) {
  test(`${[model, ...defines].join(" ")}: ${verdict}`, () => {
    const build = models[model];
    assert.ok(build, `there is no program for ${model}`);
    const built = build(new Map(defines.map((define) => [define.split("=")[0] ?? "", Number(define.split("=")[1])])));
    const { deadlocks, failed } = explore(built.threads.map(instructionThread), {
      before: listInitialCalls(built),
      symmetric: isSymmetric(built),
      ...(verdict === "safe" ? {} : { until: verdict === "violation" ? "failure" : "deadlock" }),
      fails: ({ threads }) => threads.some((thread) => inspect(thread).failed),
    });
    if (verdict === "safe") assert.deepEqual([failed, deadlocks], [null, []]);
    // A program may go wrong in both ways, and Spin shows the one that it finds first.
    else assert.ok(verdict === "violation" ? failed : deadlocks.length > 0);
  });
}

/** Whether the last thread may want into its critical section for ever. */
function starves(build: Build | undefined, fair: boolean): boolean {
  assert.ok(build);
  const built = build(new Map());
  const isWaiting = ({ threads }: State) => threads.slice(-1).every((thread) => inspect(thread).registers.wants === 1);
  return mayStarve(built.threads.map(instructionThread), isWaiting, { before: listInitialCalls(built), fair });
}

for (const { model, property, verdict } of results.filter(({ property }) => property.startsWith("ltl live"))) {
  test(`${model}, ${property}: ${verdict === "safe" ? "nobody starves" : "somebody may starve"}`, () => {
    assert.equal(starves(models[model], property.includes("weak fairness")), verdict === "violation");
  });
}

test("a queue lock starves nobody; one that takes its place in the queue by a loop may", () => {
  assert.equal(starves(queueLock, true), false);
  assert.equal(starves(ticketLock, true), true);
  for (const build of [queueLock, ticketLock]) {
    const built = build(new Map());
    const fails = ({ threads }: State) => threads.some((thread) => inspect(thread).failed);
    const { failed, deadlocks } = explore(built.threads.map(instructionThread), { before: listInitialCalls(built), fails }); // prettier-ignore
    assert.deepEqual([failed, deadlocks], [null, []]);
  }
});
