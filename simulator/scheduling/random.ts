/**
 * The generator of CPython's `random`: MT19937 (Matsumoto and Nishimura 1998), so that a seed gives the draws that OSTEP's programs
 * print for it. A value, not an object with a state: to draw gives the next generator.
 */

import { checkWhole } from "./check.ts";

const size = 624;
const shift = 397;

export interface Twister {
  readonly words: Uint32Array;
  /** How many of the words have been drawn. */
  readonly at: number;
}

/**
 * As `random.seed(seed)` does it for a whole number; like there, the sign does not matter.
 * @throws WorkloadError: the seed is not a whole number.
 */
export function seedTwister(seed: number): Twister {
  checkWhole("random", "the seed", seed, Number.MIN_SAFE_INTEGER);
  const whole = Math.abs(seed);
  const key = whole < 2 ** 32 ? [whole] : [whole >>> 0, Math.floor(whole / 2 ** 32)];
  return { words: scatter(key), at: size };
}

/** A number from 0 up to 1, of 53 bits, as `random.random()` draws it. */
export function drawFraction(twister: Twister): readonly [fraction: number, twister: Twister] {
  const { words, at } = twister.at >= size ? { words: twist(twister.words), at: 0 } : twister;
  // 624 is even and every draw takes two words, so both lie in one block.
  const high = temper(words[at] ?? 0) >>> 5;
  const low = temper(words[at + 1] ?? 0) >>> 6;
  return [(high * 2 ** 26 + low) / 2 ** 53, { words, at: at + 2 }];
}

/** A whole number of 1 to 32 bits, as `random.getrandbits(bits)` draws it. It takes one word: draw no fractions after an odd number of these. */
export function drawBits(twister: Twister, bits: number): readonly [number: number, twister: Twister] {
  const { words, at } = twister.at >= size ? { words: twist(twister.words), at: 0 } : twister;
  return [temper(words[at] ?? 0) >>> (32 - bits), { words, at: at + 1 }];
}

/** `init_by_array` of the reference program. */
function scatter(key: readonly number[]): Uint32Array {
  const words = new Uint32Array(size);
  words[0] = 19_650_218;
  for (let index = 1; index < size; index += 1)
    words[index] = Math.imul(mixBefore(words, index), 1_812_433_253) + index;
  let index = 1;
  for (let step = 0; step < size; step += 1) {
    const chosen = step % key.length;
    words[index] = (at(words, index) ^ Math.imul(mixBefore(words, index), 1_664_525)) + (key[chosen] ?? 0) + chosen;
    index = next(words, index);
  }
  for (let step = 1; step < size; step += 1) {
    words[index] = (at(words, index) ^ Math.imul(mixBefore(words, index), 1_566_083_941)) - index;
    index = next(words, index);
  }
  words[0] = 0x80000000;
  return words;
}

const at = (words: Uint32Array, index: number): number => words[index] ?? 0;

const mixBefore = (words: Uint32Array, index: number): number => at(words, index - 1) ^ (at(words, index - 1) >>> 30);

/** The first word is a copy of the last whenever the index comes round. */
function next(words: Uint32Array, index: number): number {
  if (index + 1 < size) return index + 1;
  words[0] = at(words, size - 1);
  return 1;
}

function twist(old: Uint32Array): Uint32Array {
  const words = old.slice();
  for (let index = 0; index < size; index += 1) {
    const pair = (at(words, index) & 0x80000000) | (at(words, (index + 1) % size) & 0x7fffffff);
    words[index] = at(words, (index + shift) % size) ^ (pair >>> 1) ^ (pair & 1 ? 0x9908b0df : 0);
  }
  return words;
}

function temper(word: number): number {
  let bits = word ^ (word >>> 11);
  bits ^= (bits << 7) & 0x9d2c5680;
  bits ^= (bits << 15) & 0xefc60000;
  return (bits ^ (bits >>> 18)) >>> 0;
}
