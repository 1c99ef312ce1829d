import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import { createCache } from "./cache.ts";

const options = { warmupTicks: 10, warmRate: 2, cacheSize: 100 };

test("a process is cold for the warm-up and then gets more done per tick", () => {
  const cache = createCache(options);
  cache.enter(1, 50);
  assert.equal(cache.ticksFor(1, 30), 20);
  assert.equal(cache.run(1, 20), 30);
  assert.equal(cache.run(1, 5), 10);
  assert.equal(cache.warmTicks, 15);
});

test("the warm-up counts only the ticks that the process runs on this CPU", () => {
  const cache = createCache(options);
  cache.enter(1, 50);
  assert.equal(cache.run(1, 6), 6);
  cache.enter(2, 50);
  assert.equal(cache.run(2, 100), 190);
  cache.enter(1, 50);
  assert.equal(cache.run(1, 10), 16);
});

test("of working sets that do not fit together, the one that has been warm longest goes", () => {
  const cache = createCache({ ...options, warmupTicks: 1 });
  for (const pid of [1, 2, 3]) {
    cache.enter(pid, 50);
    cache.run(pid, 1);
  }
  assert.equal(cache.run(2, 1), 2);
  assert.equal(cache.run(3, 1), 2);
  assert.equal(cache.run(1, 1), 1);
  assert.equal(cache.run(2, 1), 1);
});

test("a working set larger than the cache is never warm, even where warming takes no time", () => {
  for (const warmupTicks of [0, 1, 10]) {
    const cache = createCache({ ...options, warmupTicks });
    cache.enter(1, 101);
    assert.equal(cache.ticksFor(1, 50), 50);
    assert.equal(cache.run(1, 50), 50);
    assert.equal(cache.warmTicks, 0);
  }
});

test("whether a process runs its ticks in one piece or in several is the same, and as long as was foretold", () => {
  const visits = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 15 })), { maxLength: 40 });
  fc.assert(
    fc.property(
      visits,
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 1, max: 3 }),
      (list, warmupTicks, warmRate) => {
        const whole = createCache({ warmupTicks, warmRate, cacheSize: 70 });
        const ticked = createCache({ warmupTicks, warmRate, cacheSize: 70 });
        for (const [pid, ticks] of list) {
          whole.enter(pid, 25 * pid);
          ticked.enter(pid, 25 * pid);
          const foretold = whole.ticksFor(pid, ticks);
          let done = 0;
          let needed: number | null = null;
          for (let tick = 1; tick <= ticks; tick++) {
            done += ticked.run(pid, 1);
            if (needed === null && done >= ticks) needed = tick;
          }
          assert.equal(whole.run(pid, ticks), done);
          assert.equal(foretold, needed);
        }
        assert.equal(whole.warmTicks, ticked.warmTicks);
      },
    ),
  );
});

test("options that make no sense are refused by name", () => {
  assert.throws(
    () => createCache({ ...options, warmRate: 0 }),
    /WorkloadError: cache: warmRate must be .* at least 1, not 0/,
  );
  assert.throws(
    () => createCache({ ...options, warmupTicks: -1 }),
    /WorkloadError: cache: warmupTicks must be .* not -1/,
  );
  assert.throws(
    () => createCache({ ...options, cacheSize: 0.5 }),
    /WorkloadError: cache: cacheSize must be .* not 0.5/,
  );
});
