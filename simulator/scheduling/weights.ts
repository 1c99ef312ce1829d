/** What a nice value is worth: Linux's table (kernel/sched/core.c, sched_prio_to_weight). Each step is about 10 % of the CPU, a factor of 1.25. */

import { WorkloadError } from "./check.ts";

/** From nice -20 to 19. */
export const niceWeights: readonly number[] = [
  88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991,
  1586, 1277, 1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
];

/** The weight of nice 0. */
export const niceZeroWeight = 1024;

/** @throws WorkloadError: not a whole number from -20 to 19. */
export function weighNice(nice: number): number {
  const weight = niceWeights[nice + 20];
  if (weight === undefined) throw new WorkloadError(`a nice value is a whole number from -20 to 19, not ${nice}`);
  return weight;
}

/** How far a tick moves the virtual time of nice 0: enough for whole numbers at all weights. */
export const niceZeroPace = 2 ** 20;

const paces = niceWeights.map((weight) => Math.round((niceZeroPace * niceZeroWeight) / weight));

/** How far a tick moves the virtual time of a task with this nice value. */
export const paceOf = (nice: number): number => paces[nice + 20] ?? Number.NaN;
