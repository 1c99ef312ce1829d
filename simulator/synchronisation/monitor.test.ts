import assert from "node:assert/strict";
import test from "node:test";
import type { Call } from "../../schema/call.ts";
import { createMonitor, load, store, type Monitor } from "./index.ts";
import { explore, returnedBy, threadOf } from "./testing.ts";

type Signalling = "mesa" | "hoare";

/** The calls that make the monitor, for the search to make them before. */
function make(signalling: Signalling): { readonly monitor: Monitor; readonly before: readonly Call[] } {
  const before: Call[] = [];
  const making = createMonitor("buffer", { conditions: ["full", "empty"], signalling });
  for (;;) {
    const made = making.next();
    if (made.done) return { monitor: made.value, before };
    before.push(made.value);
  }
}

/** A buffer of one, as in the books: with `if` where the condition is tested once. */
const buffer = (signalling: Signalling, loops: boolean) => {
  const { monitor, before } = make(signalling);
  const transfer = (wanted: number, mine: string, other: string, change: number) =>
    threadOf(function* () {
      yield* monitor.enter();
      if ((yield* load("count")) !== wanted) yield* monitor.wait(mine);
      if (loops) while ((yield* load("count")) !== wanted) yield* monitor.wait(mine);
      const count = (yield* load("count")) + change;
      yield* store("count", count);
      yield* monitor.signal(other);
      yield* monitor.leave();
      return count;
    });
  const put = () => transfer(0, "empty", "full", 1);
  const take = () => transfer(1, "full", "empty", -1);
  return { threads: [take(), put(), take()], before };
};

const countsOf = (signalling: Signalling, loops: boolean) => {
  const { threads, before } = buffer(signalling, loops);
  const { ends, deadlocks } = explore(threads, { before });
  assert.deepEqual(ends, [], "two cannot take what was put once");
  return new Set(deadlocks.flatMap(returnedBy));
};

test("Hoare's monitor hands over at once: a condition that was tested with if still holds, in every interleaving", () => {
  assert.deepEqual(countsOf("hoare", false), new Set([1, 0, undefined]));
});

test("Mesa's monitor needs while: with if, another one may be faster", () => {
  const { threads, before } = buffer("mesa", false);
  const { ends } = explore(threads, { before });
  assert.ok(ends.some((end) => returnedBy(end).includes(-1)));
  assert.deepEqual(countsOf("mesa", true), new Set([1, 0, undefined]));
});

test("one process at a time is in the monitor", () => {
  for (const signalling of ["mesa", "hoare"] as const) {
    const { monitor, before } = make(signalling);
    const visit = (me: number) =>
      threadOf(function* () {
        yield* monitor.enter();
        yield* store("inside", me);
        const seen = yield* load("inside");
        yield* monitor.leave();
        return seen === me;
      });
    const { ends, deadlocks } = explore([visit(1), visit(2), visit(3)], { before });
    assert.deepEqual(deadlocks, []);
    assert.ok(ends.every((end) => returnedBy(end).every((alone) => alone === true)));
  }
});

test("Hoare's monitor has no broadcast, and says so", () => {
  const { monitor } = make("hoare");
  assert.throws(() => monitor.broadcast("full"), /Hoare's signal wakes one process, so full cannot be broadcast/);
});
