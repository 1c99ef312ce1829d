import assert from "node:assert/strict";
import test from "node:test";
import { createRandom } from "../random.ts";
import { drain, fill, type Ring } from "./ring.ts";

const empty: Ring = { slots: [], capacity: 16 };

/** Writes of one size until one does not fit at all or fits only in part; how many bytes were taken. */
function countBytesThatFit(size: number, packet: boolean): number {
  let ring = empty;
  let total = 0;
  for (;;) {
    const { slots, written } = fill(ring, new Uint8Array(size), { merge: true, packet });
    if (written === 0) return total;
    ring = { slots, capacity: empty.capacity };
    total += written;
  }
}

// Measured on Linux 6.18, x86-64, with O_NONBLOCK and a reader that does not read.
const measured: readonly (readonly [size: number, stream: number, packets: number])[] = [
  [1, 65_536, 16],
  [2_048, 65_536, 32_768],
  [2_049, 32_784, 32_784],
  [4_095, 65_520, 65_520],
  [4_096, 65_536, 65_536],
  [4_097, 45_066, 32_776],
  [5_000, 54_096, 40_000],
  [65_535, 65_535, 65_535],
  [65_536, 65_536, 65_536],
  [65_537, 65_536, 65_536],
  [100_000, 65_536, 65_536],
];
for (const [size, stream, packets] of measured) {
  test(`writes of ${size} bytes fill a pipe with ${stream}, as packets with ${packets}`, () => {
    assert.deepEqual([countBytesThatFit(size, false), countBytesThatFit(size, true)], [stream, packets]);
  });
}

test("whatever the sizes, a stream comes out as it went in", () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const random = createRandom(seed);
    let ring = empty;
    let [sent, received] = [0, 0];
    for (let round = 0; round < 200; round += 1) {
      const data = Uint8Array.from({ length: 1 + random(6_000) }, (_, index) => (sent + index) % 251);
      const filled = fill(ring, data, { merge: true, packet: false });
      sent += filled.written;
      const drained = drain({ ...ring, slots: filled.slots }, 1 + random(6_000));
      ring = { slots: drained.slots, capacity: empty.capacity };
      assert.ok(drained.data.every((byte, index) => byte === (received + index) % 251));
      received += drained.data.length;
      assert.ok(ring.slots.length <= ring.capacity);
      assert.ok(ring.slots.every(({ offset, data }) => data.length > 0 && offset + data.length <= 4_096));
      assert.equal(
        ring.slots.reduce((sum, slot) => sum + slot.data.length, 0),
        sent - received,
      );
    }
  }
});

test("a packet is read alone, and what does not fit into the read is lost", () => {
  const one = fill(empty, Uint8Array.of(1, 2, 3), { merge: true, packet: true });
  const two = fill({ ...empty, slots: one.slots }, Uint8Array.of(4), { merge: true, packet: true });
  const read = drain({ ...empty, slots: two.slots }, 2);
  assert.deepEqual([[...read.data], read.slots.length], [[1, 2], 1]);
  assert.deepEqual([...drain({ ...empty, slots: read.slots }, 100).data], [4]);
});
