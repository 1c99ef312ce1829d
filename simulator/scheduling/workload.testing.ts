/** For tests: random workloads. */
import * as fc from "fast-check";
import type { Job } from "../../schema/workload.ts";

const ticks = (min: number, max: number) => fc.integer({ min, max });

/** CPU, I/O, CPU, …; a burst of 0 CPU ticks only where `zero` allows it. */
const bursts = (zero: boolean): fc.Arbitrary<number[]> =>
  fc
    .array(fc.tuple(ticks(0, 6), ticks(zero ? 0 : 1, 8)), { maxLength: 3 })
    .chain((pairs) => ticks(zero ? 0 : 1, 12).map((first) => [[first], ...pairs].flat()));

/** Jobs that end, numbered from 1. */
export const jobLists = ({ zero = false, cpus = 1 } = {}): fc.Arbitrary<Job[]> =>
  fc
    .array(
      fc.record(
        {
          arrival: ticks(0, 20),
          bursts: bursts(zero),
          priority: ticks(0, 3),
          nice: ticks(-3, 3),
          tickets: ticks(1, 200),
          user: fc.constantFrom("ann", "bob"),
          affinity: fc.subarray(
            Array.from({ length: cpus }, (_, cpu) => cpu),
            { minLength: 1 },
          ),
        },
        { requiredKeys: ["bursts", "arrival"] },
      ),
      { minLength: 1, maxLength: 7 },
    )
    .map((jobs) => jobs.map((job, index) => ({ id: index + 1, ...job })));

/** Periodic jobs, more or less than a CPU can do. */
export const periodicLists: fc.Arbitrary<Job[]> = fc
  .array(
    fc.record(
      {
        arrival: ticks(0, 5),
        period: fc.constantFrom(4, 5, 6, 8, 10, 12),
        bursts: fc.oneof(
          ticks(1, 5).map((cost) => [cost]),
          fc.tuple(ticks(1, 2), ticks(1, 2), ticks(1, 2)),
        ),
        deadline: ticks(2, 15),
      },
      { requiredKeys: ["period", "bursts"] },
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((jobs) => jobs.map((job, index) => ({ id: index + 1, ...job })));
