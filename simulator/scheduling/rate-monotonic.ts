/** Rate-monotonic: the shorter the period, the better the priority; preemptive (Liu and Layland 1973; Silberschatz, OSC 5.6.4). */
import { byKey, need, type KeyOptions, type KeyQueue } from "./by-key.ts";
import type { Policy } from "./policy.ts";

/** Admitting a task without a period throws a WorkloadError. */
export const rateMonotonic = ({ tie }: KeyOptions = {}): Policy<KeyQueue> =>
  byKey(
    {
      name: "rate-monotonic",
      noun: "period",
      smallest: "shortest",
      smaller: "shorter",
      key: (task) => need("rm", task, "period"),
    },
    tie,
  );
