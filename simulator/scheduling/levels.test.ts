import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { isAhead, listLevel, putAhead, putBack, putLast, takeHighest, type Levels } from "./levels.ts";
import type { Task } from "./policy.ts";

const operations = fc.array(fc.record({ kind: fc.constantFrom("last", "ahead", "take", "back"), level: fc.nat(4) }), {
  maxLength: 60,
});

test("levels do what plain lists do in which the one that was taken keeps its place", () => {
  fc.assert(
    fc.property(operations, (all) => {
      let levels: Levels = null;
      /** The one that runs stays in its list. */
      const lists: Task[][] = Array.from({ length: 5 }, () => []);
      let running: { readonly task: Task; readonly level: number } | null = null;
      for (const [pid, { kind, level }] of all.entries()) {
        const task = { pid } as Task;
        if (kind === "last") {
          levels = putLast(levels, level, task);
          lists[level]?.push(task);
        } else if (kind === "ahead") {
          levels = putAhead(levels, level, task);
          lists[level]?.unshift(task);
          assert.ok(isAhead(levels, task));
        } else if (kind === "take" && !running) {
          const taken = takeHighest(levels, () => true);
          const highest = lists.findIndex((list) => list.length > 0);
          assert.equal(taken?.task, lists[highest]?.[0]);
          if (!taken) continue;
          ({ levels } = taken);
          running = { task: taken.task, level: highest };
        } else if (kind === "back" && running) {
          levels = putBack(levels, running.level, running.task);
          running = null;
        }
        const others = lists.map((list) => list.filter((each) => each !== running?.task));
        assert.deepEqual(
          lists.map((_, index) => listLevel(levels, index)),
          others,
        );
      }
    }),
  );
});

test("who is not allowed stays where it is", () => {
  const [a, b, c] = [1, 2, 3].map((pid) => ({ pid }) as Task) as [Task, Task, Task];
  const levels = putLast(putLast(putLast(null, 0, a), 1, b), 1, c);
  const taken = takeHighest(levels, (task) => task === c);
  assert.deepEqual([taken?.task, taken?.level], [c, 1]);
  assert.deepEqual([listLevel(taken?.levels ?? null, 0), listLevel(taken?.levels ?? null, 1)], [[a], [b]]);
  assert.equal(
    takeHighest(levels, () => false),
    null,
  );
});
