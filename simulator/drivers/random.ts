/** Chance with a seed: any enabled transition may be next. The same seed makes the same choices. */
import { enabled } from "../kernel/core.ts";
import { namePid } from "../kernel/kernel.ts";
import type { Choice, Driver, Situation } from "./driver.ts";

/** @throws RangeError: the seed is not a whole number. */
export function randomDriver(seed: number): Driver {
  const next = createRandom(seed);
  return {
    choose({ kernel }: Situation): Choice | null {
      const options = enabled(kernel);
      const transition = options.length === 0 ? undefined : options[next(options.length)];
      if (!transition) return null;
      const why = `seed ${seed} chose ${namePid(transition.pid)} of ${options.length}`;
      return { transition, cpu: 0, why, preempts: why };
    },
  };
}

/** Whole numbers from 0 to `below` - 1, by Marsaglia's xorshift on 32 bits, without floating point. */
export function createRandom(seed: number): (below: number) => number {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is a whole number, not ${seed}`);
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
