/** A priority queue as a value: a leftist heap (Crane 1972; Okasaki ch. 3.1). Adding and taking cost O(log n). */

export interface Heap<Item> {
  readonly item: Item;
  /** The length of the way down to the right, which is the shortest to an empty place. */
  readonly rank: number;
  readonly left: Heap<Item> | null;
  readonly right: Heap<Item> | null;
  readonly length: number;
}

/** Below 0: `a` comes out before `b`. Never 0 for two items: what comes out must not depend on the heap's shape. */
export type Order<Item> = (a: Item, b: Item) => number;

export const addToHeap = <Item>(heap: Heap<Item> | null, item: Item, order: Order<Item>): Heap<Item> =>
  merge(heap, { item, rank: 1, left: null, right: null, length: 1 }, order) as Heap<Item>;

/** The heap without its first item. */
export const dropFirst = <Item>({ left, right }: Heap<Item>, order: Order<Item>): Heap<Item> | null =>
  merge(left, right, order);

/** The first item that is accepted, and the heap without it; null where none is. */
export function takeBest<Item>(
  heap: Heap<Item> | null,
  order: Order<Item>,
  accepts: (item: Item) => boolean,
): { readonly item: Item; readonly rest: Heap<Item> | null } | null {
  // As it mostly is.
  if (heap !== null && accepts(heap.item)) return { item: heap.item, rest: dropFirst(heap, order) };
  const passed: Item[] = [];
  let rest = heap;
  while (rest !== null && !accepts(rest.item)) {
    passed.push(rest.item);
    rest = dropFirst(rest, order);
  }
  if (rest === null) return null;
  const { item } = rest;
  rest = dropFirst(rest, order);
  for (const other of passed) rest = addToHeap(rest, other, order);
  return { item, rest };
}

/** Every item, in no order. */
export function* listHeap<Item>(heap: Heap<Item> | null): Generator<Item, void, undefined> {
  if (heap === null) return;
  yield heap.item;
  yield* listHeap(heap.left);
  yield* listHeap(heap.right);
}

function merge<Item>(a: Heap<Item> | null, b: Heap<Item> | null, order: Order<Item>): Heap<Item> | null {
  if (a === null) return b;
  if (b === null) return a;
  return order(a.item, b.item) <= 0 ? join(a, b, order) : join(b, a, order);
}

/** `first` has the first item of both. */
function join<Item>(first: Heap<Item>, second: Heap<Item>, order: Order<Item>): Heap<Item> {
  const { item, left, right } = first;
  const length = first.length + second.length;
  if (left === null) return { item, rank: 1, left: second, right: null, length };
  const merged = right === null ? second : (merge(right, second, order) as Heap<Item>);
  if (left.rank >= merged.rank) return { item, rank: merged.rank + 1, left, right: merged, length };
  return { item, rank: left.rank + 1, left: merged, right: left, length };
}
