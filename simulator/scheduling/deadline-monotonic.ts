/** Deadline-monotonic: the shorter from release to deadline, the better the priority; preemptive (Leung and Whitehead 1982). */
import { byKey, need, type KeyOptions, type KeyQueue } from "./by-key.ts";
import type { Policy } from "./policy.ts";

/** Admitting a task without a deadline throws a WorkloadError. */
export const deadlineMonotonic = ({ tie }: KeyOptions = {}): Policy<KeyQueue> =>
  byKey(
    {
      name: "deadline-monotonic",
      noun: "relative deadline",
      smallest: "shortest",
      smaller: "shorter",
      key: (task) => need("dm", task, "relativeDeadline"),
    },
    tie,
  );
