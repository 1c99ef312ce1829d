/** One clock interrupt for all CPUs: every quantum ends at the next multiple of its length, whenever it began (OSTEP's multi.py). */
import { checkWhole } from "./check.ts";
import type { Policy, Tick } from "./policy.ts";

/** The same policy, with quanta that end at multiples of `quantum`. @throws WorkloadError: it is not a whole number, at least 1. */
export function alignQuanta<Queue>(policy: Policy<Queue>, quantum: Tick): Policy<Queue> {
  checkWhole("alignQuanta", "quantum", quantum, 1);
  return {
    ...policy,
    name: `${policy.name}, at multiples of ${quantum}`,
    pick(queue, asker) {
      const pick = policy.pick(queue, asker);
      return pick && { ...pick, quantum: quantum - (asker.now % quantum) };
    },
  };
}
