import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { emptyTable, keyLimit, lookUp, setValue, type Table } from "./table.ts";

const key = fc.oneof(fc.nat(40), fc.nat(2_000), fc.nat(keyLimit - 1));

test("a table holds what a Map holds, and every table made on the way stays as it was", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.option(fc.nat(), { nil: undefined }))), fc.array(key), (changes, others) => {
      const tables: Table<number>[] = [emptyTable];
      const maps = [new Map<number, number | undefined>()];
      for (const [at, value] of changes) {
        tables.push(setValue<number>(tables.at(-1) ?? emptyTable, at, value));
        maps.push(new Map(maps.at(-1)).set(at, value));
      }
      const keys = [...others, ...changes.map(([at]) => at)];
      for (const [index, table] of tables.entries()) {
        for (const at of keys) assert.equal(lookUp(table, at), maps[index]?.get(at));
      }
    }),
  );
});

test("a key that is too big is refused", () => {
  assert.throws(() => setValue(emptyTable, keyLimit, 0), RangeError);
});
