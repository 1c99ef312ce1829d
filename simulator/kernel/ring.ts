/**
 * The buffer of a pipe as Linux has it (fs/pipe.c): a ring of slots, each a page of which a part is used. Small writes share a page
 * where they fit whole; otherwise each begins a new one. That is why 65 536 bytes of room may hold only 32 784.
 */
import { PAGE_SIZE } from "../../schema/constants.ts";

export interface Slot {
  /** The bytes that nobody has read yet; never changed in place. */
  readonly data: Uint8Array;
  /** Where in the page they begin. */
  readonly offset: number;
  /** A packet is read alone, and what a read leaves of it is lost; nothing is added to it. */
  readonly packet: boolean;
}

export interface Ring {
  /** Oldest first. */
  readonly slots: readonly Slot[];
  /** How many slots there are, used or not. */
  readonly capacity: number;
}

export const isFull = (ring: Ring): boolean => ring.slots.length >= ring.capacity;

/** Bytes at the front of `length` that may join the last page: what is beyond whole pages, if all of it fits there. */
export function countMergeable({ slots }: Ring, length: number): number {
  const chars = length % PAGE_SIZE;
  const last = slots.at(-1);
  return last && !last.packet && last.offset + last.data.length + chars <= PAGE_SIZE ? chars : 0;
}

/** Puts as much of `data` as there is room for. `merge`: the last page may be filled up, which only the beginning of a write may do. */
export function fill(ring: Ring, data: Uint8Array, { merge, packet }: { merge: boolean; packet: boolean }) {
  const slots = [...ring.slots];
  let written = merge ? countMergeable(ring, data.length) : 0;
  const last = slots.at(-1);
  if (written > 0 && last)
    slots[slots.length - 1] = {
      ...last,
      data: append(last.data, written < data.length ? data.subarray(0, written) : data),
    };
  while (written < data.length && slots.length < ring.capacity) {
    const isWhole = written === 0 && data.length <= PAGE_SIZE;
    const page = isWhole ? data : data.subarray(written, written + PAGE_SIZE);
    slots.push({ data: page, offset: 0, packet });
    written += page.length;
  }
  return { slots, written };
}

/** How far a page is written. */
const ends = new WeakMap<ArrayBufferLike, number>();

/**
 * `data` with `more` behind it. What follows the end of `data` in its page belongs to whoever comes first; another kernel that goes on
 * from the same `data` gets a page of its own. So nobody sees a change, and most small writes copy only themselves.
 */
function append(data: Uint8Array, more: Uint8Array): Uint8Array {
  const length = data.length + more.length;
  const end = data.byteOffset + data.length;
  if (ends.get(data.buffer) === end && end + more.length <= data.buffer.byteLength) {
    const joined = new Uint8Array(data.buffer, data.byteOffset, length);
    joined.set(more, data.length);
    ends.set(data.buffer, end + more.length);
    return joined;
  }
  const page = new Uint8Array(PAGE_SIZE);
  page.set(data);
  page.set(more, data.length);
  ends.set(page.buffer, length);
  return page.subarray(0, length);
}

/** Takes at most `count` bytes across slots, but never beyond the end of a packet. `emptied`: how many slots are free now. */
export function drain({ slots }: Ring, count: number): { slots: readonly Slot[]; data: Uint8Array; emptied: number } {
  const [first] = slots;
  if (first && !first.packet && count < first.data.length)
    return { slots: slots.with(0, cut(first, count)), data: first.data.subarray(0, count), emptied: 0 };
  const taken: Uint8Array[] = [];
  let rest = count;
  let emptied = 0;
  let left: Slot | null = null;
  for (const slot of slots) {
    const data = rest < slot.data.length ? slot.data.subarray(0, rest) : slot.data;
    taken.push(data);
    rest -= data.length;
    if (data.length < slot.data.length && !slot.packet) {
      left = cut(slot, data.length);
      break;
    }
    emptied += 1;
    if (rest === 0 || slot.packet) break;
  }
  const others = slots.slice(left ? emptied + 1 : emptied);
  return { slots: left ? [left, ...others] : others, data: concatenate(taken), emptied };
}

/** What is left of a slot when `count` bytes have been read. */
const cut = ({ data, offset, packet }: Slot, count: number): Slot => ({
  data: data.subarray(count),
  offset: offset + count,
  packet,
});

/** The parts as one; a part alone is given as it is, since nobody changes it. */
function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1 && parts[0]) return parts[0];
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
