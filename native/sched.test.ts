import assert from "node:assert/strict";
import test from "node:test";
import * as posix from "./posix.ts";
import { assertFails, runInChild } from "./testing.ts";

const { clock_gettime, clock_nanosleep, getpriority, getrusage, nice, sched_getaffinity, sched_getattr } = posix;
const { sched_setaffinity, sched_setattr, sched_yield, setpriority } = posix;
const { CLOCK_MONOTONIC, PRIO_PROCESS, RUSAGE_CHILDREN, RUSAGE_SELF, SCHED_BATCH, SCHED_FIFO, SCHED_OTHER } = posix;

/** Runs for so many milliseconds of CPU time. */
function compute(ms: number): void {
  const end = clock_gettime(posix.CLOCK_PROCESS_CPUTIME_ID) + ms * 1e6;
  while (clock_gettime(posix.CLOCK_PROCESS_CPUTIME_ID) < end);
}

test("a process runs only on the CPUs that it was bound to, and its child inherits them", () =>
  assert.equal(
    runInChild(() => {
      const [first = 0] = sched_getaffinity(0);
      sched_setaffinity(0, [first]);
      assert.deepEqual(sched_getaffinity(0), [first]);
      assert.equal(runInChild(() => assert.deepEqual(sched_getaffinity(0), [first])).status, 0);
      assertFails(() => sched_setaffinity(0, []), "EINVAL", "sched_setaffinity");
      assertFails(() => sched_setaffinity(2 ** 22 + 1, [first]), "ESRCH", "sched_setaffinity");
      assert.throws(() => sched_setaffinity(0, [-1]), RangeError);
      assert.throws(() => sched_setaffinity(0, [1024]), RangeError);
    }).status,
    0,
  ));

test("a process can be nicer, and only a privileged one less nice again", () =>
  assert.equal(
    runInChild(() => {
      const before = getpriority(PRIO_PROCESS, 0);
      assert.equal(nice(3), Math.min(before + 3, 19));
      assert.equal(sched_getattr(0).nice, Math.min(before + 3, 19));
      setpriority(PRIO_PROCESS, 0, 100);
      assert.equal(getpriority(PRIO_PROCESS, 0), 19, "cut to 19");
      if (process.getuid?.() !== 0) assertFails(() => nice(-1), "EACCES", "setpriority");
      assertFails(() => getpriority(99, 0), "EINVAL", "getpriority");
    }).status,
    0,
  ));

test("a process can ask for a policy, and without privilege not for a real-time one", () =>
  assert.equal(
    runInChild(() => {
      sched_setattr(0, { policy: SCHED_BATCH, nice: 5 });
      assert.deepEqual([sched_getattr(0).policy, sched_getattr(0).nice], [SCHED_BATCH, 5]);
      sched_setattr(0, { policy: SCHED_OTHER, nice: 5, runtime: 100_000 });
      assert.equal(sched_getattr(0).policy, SCHED_OTHER);
      assertFails(() => sched_setattr(0, { policy: 77 }), "EINVAL", "sched_setattr");
      assertFails(() => sched_setattr(0, { policy: SCHED_FIFO, priority: 200 }), "EINVAL", "sched_setattr");
      assert.throws(() => sched_setattr(0, { runtime: -1 }), RangeError);
      assert.throws(() => sched_setattr(0, "x" as never), TypeError);
    }).status,
    0,
  ));

test("CPU time and the ways of losing the CPU are counted", () => {
  assert.equal(
    runInChild(() => {
      compute(30);
      const before = getrusage(RUSAGE_SELF);
      assert.ok(before.utime + before.stime >= 30_000, `${before.utime + before.stime} µs`);
      assert.ok(before.maxrss > 1_000);
      for (let n = 0; n < 5; n++) clock_nanosleep(CLOCK_MONOTONIC, 0, 1_000_000);
      assert.ok(getrusage(RUSAGE_SELF).nvcsw >= before.nvcsw + 5, "each sleep is a voluntary switch");
      sched_yield();
    }).status,
    0,
  );
  assert.ok(getrusage(RUSAGE_CHILDREN).utime > 0);
  assertFails(() => getrusage(77), "EINVAL", "getrusage");
});

test("a sleep lasts as long as it was asked to, or until its time", () => {
  const start = clock_gettime(CLOCK_MONOTONIC);
  clock_nanosleep(CLOCK_MONOTONIC, 0, 5_000_000);
  const middle = clock_gettime(CLOCK_MONOTONIC);
  assert.ok(middle - start >= 5e6);
  clock_nanosleep(CLOCK_MONOTONIC, posix.TIMER_ABSTIME, middle + 5_000_000);
  assert.ok(clock_gettime(CLOCK_MONOTONIC) >= middle + 5e6);
  clock_nanosleep(CLOCK_MONOTONIC, posix.TIMER_ABSTIME, 1);
  assertFails(() => clock_nanosleep(99, 0, 1), "EINVAL", "clock_nanosleep");
});
