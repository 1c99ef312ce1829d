/**
 * How long the next CPU burst will be, guessed from those before: the newest counts most, each older one less (exponential average,
 * Silberschatz ch. 5.3.2; "aging", Tanenbaum, MOS 2.4.3).
 */
import type { Tick } from "./policy.ts";
import { WorkloadError } from "./check.ts";

export interface EstimateOptions {
  /** Tanenbaum's a: how much of a guess is the guess before it, 0 to 1; the rest is what was measured. Default 1/2. */
  readonly weight?: number;
  /** The guess for a process of which nothing is known yet. Default 10. */
  readonly first?: Tick;
}

/** a·T₀ + (1 − a)·T₁, of the old guess T₀ and the measured T₁. */
export const ageEstimate = (guess: number, measured: number, weight = 1 / 2): number =>
  weight * guess + (1 - weight) * measured;

/** The guess before each burst, and that for the one after the last. */
export function estimateBursts(bursts: readonly Tick[], options: EstimateOptions = {}): readonly number[] {
  const { weight, first } = checkEstimate(options);
  const guesses = [first];
  let guess = first;
  for (const burst of bursts) guesses.push((guess = ageEstimate(guess, burst, weight)));
  return guesses;
}

/** @throws WorkloadError */
export function checkEstimate({ weight = 1 / 2, first = 10 }: EstimateOptions): Required<EstimateOptions> {
  if (!(weight >= 0 && weight <= 1))
    throw new WorkloadError(`estimate: weight must be a number from 0 to 1, not ${weight}`);
  if (!(first >= 0 && first < Infinity))
    throw new WorkloadError(`estimate: first must be 0 ticks or more, not ${first}`);
  return { weight, first };
}
