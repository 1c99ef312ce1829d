import assert from "node:assert/strict";
import { test } from "node:test";
import { drawBits, drawFraction, seedTwister } from "./random.ts";

/** What CPython 3.11 prints for `random.seed(seed)`: the first two draws, and the 1002nd. */
const draws = [
  [0, 0.8444218515250481, 0.7579544029403025, 0.818387610188399],
  [1, 0.13436424411240122, 0.8474337369372327, 0.13020153534647938],
  [-7, 0.32383276483316237, 0.15084917392450192, 0.13618571330500007],
  [2 ** 32, 0.11299430095636409, 0.41782886486292836, 0.755223213052761],
  [2 ** 53 - 1, 0.09425040007102303, 0.22287455761867403, 0.5592570226212972],
] as const;

for (const [seed, first, second, last] of draws) {
  test(`seed ${seed} draws what CPython draws`, () => {
    let twister = seedTwister(seed);
    const drawn: number[] = [];
    for (let index = 0; index < 1_002; index += 1) {
      const [fraction, next] = drawFraction(twister);
      twister = next;
      drawn.push(fraction);
    }
    assert.deepEqual([drawn[0], drawn[1], drawn[1_001]], [first, second, last]);
  });
}

test("to draw changes nothing: the same generator draws the same again", () => {
  const twister = seedTwister(12_345);
  assert.deepEqual(drawFraction(twister), drawFraction(twister));
});

test("a seed is a whole number", () => {
  assert.throws(() => seedTwister(0.5), {
    name: "WorkloadError",
    message: "random: the seed must be a whole number, not 0.5",
  });
});

test("whole numbers of some bits are CPython's getrandbits, over the block of words too", () => {
  let twister = seedTwister(3);
  const draw = (bits: number): number => {
    const [drawn, next] = drawBits(twister, bits);
    twister = next;
    return drawn;
  };
  const firsts = Array.from({ length: 12 }, () => draw(2));
  assert.deepEqual(firsts, [0, 2, 2, 0, 1, 3, 2, 1, 2, 2, 0, 2]);
  assert.deepEqual([draw(32), draw(32)], [56_556_069, 3_903_345_311]);
  twister = seedTwister(3);
  let sum = 0;
  for (let count = 0; count < 1_500; count += 1) sum += draw(5);
  assert.equal(sum, 23_199);
});
