/** Earliest deadline first: of the current jobs, the one that must be done first; preemptive (Liu and Layland 1973; Tanenbaum, MOS 7.5). */
import { byKey, need, type KeyOptions, type KeyQueue } from "./by-key.ts";
import type { Policy } from "./policy.ts";

/** Admitting a task without a deadline throws a WorkloadError. */
export const edf = ({ tie }: KeyOptions = {}): Policy<KeyQueue> =>
  byKey(
    {
      name: "earliest deadline first",
      noun: "deadline",
      smallest: "earliest",
      smaller: "earlier",
      key: (task) => need("edf", task, "deadline"),
    },
    tie,
  );
