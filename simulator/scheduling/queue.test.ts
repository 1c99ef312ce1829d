/** The persistent queues and the timers against arrays that do the same. */
import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import { addToHeap, dropFirst, listHeap, takeBest, type Heap } from "./heap.ts";
import { emptyFifo, listFifo, push, takeFirst, unshift, type Fifo } from "./queue.ts";
import { createTimers } from "./timers.ts";

const numbers = fc.array(fc.integer({ min: 0, max: 9 }));

test("a queue gives back in the order of an array, whatever is put in front and passed over", () => {
  const steps = fc.array(fc.tuple(fc.constantFrom("push", "unshift", "take"), fc.integer({ min: 0, max: 9 })));
  fc.assert(
    fc.property(steps, (list) => {
      let queue: Fifo<number> = emptyFifo;
      let array: number[] = [];
      for (const [step, value] of list) {
        const before = [queue, [...listFifo(queue)]] as const;
        if (step === "push") [queue, array] = [push(queue, value), [...array, value]];
        if (step === "unshift") [queue, array] = [unshift(queue, value), [value, ...array]];
        if (step === "take") {
          const taken = takeFirst(queue, (item) => item >= value);
          const index = array.findIndex((item) => item >= value);
          assert.equal(taken?.item, array[index]);
          if (taken) [queue, array] = [taken.rest, array.toSpliced(index, 1)];
        }
        assert.deepEqual([...listFifo(queue)], array);
        assert.equal(queue.length, array.length);
        assert.deepEqual([...listFifo(before[0])], before[1], "the queue before is what it was");
      }
    }),
  );
});

test("a heap gives back in order, and whoever is not accepted stays", () => {
  const order = (a: readonly [number, number], b: readonly [number, number]) => a[0] - b[0] || a[1] - b[1];
  fc.assert(
    fc.property(numbers, numbers, (values, refused) => {
      const items = values.map((value, index) => [value, index] as const);
      let heap: Heap<(typeof items)[number]> | null = null;
      for (const item of items) heap = addToHeap(heap, item, order);
      assert.equal(heap?.length ?? 0, items.length);
      const accepted = items.filter(([value]) => !refused.includes(value)).toSorted(order);
      assert.deepEqual(takeBest(heap, order, ([value]) => !refused.includes(value))?.item, accepted[0]);
      assert.deepEqual([...listHeap(heap)].toSorted(order), items.toSorted(order));
      const sorted = [];
      for (let rest = heap; rest; rest = dropFirst(rest, order)) sorted.push(rest.item);
      assert.deepEqual(sorted, items.toSorted(order));
    }),
  );
});

test("timers go off in the order of their times, and of their setting where times are equal", () => {
  fc.assert(
    fc.property(numbers, (times) => {
      const timers = createTimers();
      for (const [payload, time] of times.entries()) timers.set(time, payload);
      const expected = times.map((time, payload) => [time, payload]).toSorted((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
      assert.deepEqual(
        times.map(() => [timers.next(), timers.take()]),
        expected,
      );
      assert.equal(timers.next(), Infinity);
    }),
  );
});
