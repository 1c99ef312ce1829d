import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Task } from "./policy.ts";
import { addTickets, countTickets, emptyPool, findOwner, removeTickets } from "./pool.ts";

const tasks = fc.uniqueArray(
  fc
    .record({ pid: fc.oneof(fc.nat(20), fc.nat(5_000)), tickets: fc.integer({ min: 1, max: 9 }) })
    .map((task) => task as Task),
  { selector: ({ pid }) => pid, minLength: 1 },
);

test("every ticket has the owner that a scan by pid finds, also after some have left", () => {
  fc.assert(
    fc.property(tasks, fc.nat(5), (all, leaving) => {
      const gone = all.slice(0, leaving);
      const pool = gone.reduce(removeTickets, all.reduce(addTickets, emptyPool));
      const owners = all
        .slice(leaving)
        .toSorted((a, b) => a.pid - b.pid)
        .flatMap((task) => Array.from({ length: task.tickets }, () => task));
      assert.equal(countTickets(pool), owners.length);
      assert.deepEqual(
        owners.map((_, ticket) => findOwner(pool, ticket)),
        owners,
      );
      assert.equal(findOwner(pool, owners.length), null);
    }),
  );
});
