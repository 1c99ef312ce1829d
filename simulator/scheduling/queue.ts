/** A first-in-first-out queue as a value: two lists, the second in reverse (Hood and Melville 1981; Okasaki ch. 5.2). */
import type { Reason } from "./policy.ts";

export interface Fifo<Item> {
  readonly front: Cell<Item> | null;
  /** The last one first. */
  readonly back: Cell<Item> | null;
  readonly length: number;
}
interface Cell<Item> {
  readonly item: Item;
  readonly next: Cell<Item> | null;
}

export const emptyFifo: Fifo<never> = { front: null, back: null, length: 0 };

/** At the end. */
export const push = <Item>({ front, back, length }: Fifo<Item>, item: Item): Fifo<Item> => ({
  front,
  back: { item, next: back },
  length: length + 1,
});

/** At the head. */
export const unshift = <Item>({ front, back, length }: Fifo<Item>, item: Item): Fifo<Item> => ({
  front: { item, next: front },
  back,
  length: length + 1,
});

export interface Taken<Item> {
  readonly item: Item;
  readonly rest: Fifo<Item>;
}

/** The first that is accepted, and the queue without it; null where none is. */
export function takeFirst<Item>(queue: Fifo<Item>, accepts: (item: Item) => boolean): Taken<Item> | null {
  if (queue.length === 0) return null;
  const front = queue.front ?? reverse(queue.back, null);
  const back = queue.front === null ? null : queue.back;
  const length = queue.length - 1;
  if (front !== null && accepts(front.item)) return { item: front.item, rest: { front: front.next, back, length } };
  return takeInside(front, back, length, accepts);
}

/** Where the first is not accepted: the whole queue as one list, searched. */
function takeInside<Item>(
  front: Cell<Item> | null,
  back: Cell<Item> | null,
  length: number,
  accepts: (item: Item) => boolean,
): Taken<Item> | null {
  let passed: Cell<Item> | null = null;
  for (let cell = reverse(reverse(front, null), reverse(back, null)); cell; cell = cell.next) {
    if (accepts(cell.item)) return { item: cell.item, rest: { front: reverse(passed, cell.next), back: null, length } };
    passed = { item: cell.item, next: passed };
  }
  return null;
}

/** `list` in reverse, before `next`. */
function reverse<Item>(list: Cell<Item> | null, next: Cell<Item> | null): Cell<Item> | null {
  let reversed = next;
  for (let cell = list; cell; cell = cell.next) reversed = { item: cell.item, next: reversed };
  return reversed;
}

/** From the first to the last. */
export function* listFifo<Item>({ front, back }: Fifo<Item>): Generator<Item, void, undefined> {
  for (let cell = front; cell; cell = cell.next) yield cell.item;
  for (let cell = reverse(back, null); cell; cell = cell.next) yield cell.item;
}

const places: Reason[] = ["", "the only one in the queue"];

/** Why the first of so many that wait is chosen. A million decisions share few reasons. */
export const sayFirst = (waiting: number): Reason => (places[waiting] ??= `first of ${waiting} in the queue`);
