/** Chance with a seed, without floating point, so that every machine draws the same. */

/**
 * Whole numbers from 0 to `below` - 1, by Marsaglia's xorshift on 32 bits.
 * @throws RangeError: the seed is not a whole number.
 */
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
