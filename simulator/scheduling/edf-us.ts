/** EDF-US: tasks that ask for more than `threshold` of a CPU always go first, the others by earliest deadline (Srinivasan and Baruah 2002). */
import { byKey, need, type KeyOptions, type KeyQueue } from "./by-key.ts";
import { WorkloadError } from "./check.ts";
import type { Policy, Task } from "./policy.ts";

/** @throws WorkloadError: the threshold is not from 0 to 1. Admitting a task that is not periodic throws one too. */
export function edfUs({ threshold = 1 / 2, tie }: KeyOptions & { readonly threshold?: number } = {}): Policy<KeyQueue> {
  if (!(threshold >= 0 && threshold <= 1)) {
    throw new WorkloadError(`edfUs: threshold must be a utilisation from 0 to 1, not ${threshold}`);
  }
  const heavy = (task: Task): boolean => need("edfUs", task, "burst") > threshold * need("edfUs", task, "period");
  return byKey(
    {
      name: `EDF-US[${threshold}]`,
      noun: "deadline (heavy tasks: 0)",
      smallest: "earliest",
      smaller: "earlier",
      key: (task) => (heavy(task) ? 0 : need("edfUs", task, "deadline")),
    },
    tie,
  );
}
