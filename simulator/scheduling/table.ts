/** A persistent table from small whole numbers, such as pids, to values: a trie with 16 ways. A change copies one short path. */

const bits = 4;
const ways = 1 << bits;

type Node<Value> = readonly (Node<Value> | Value | undefined)[];

export interface Table<Value> {
  /** How many levels lie above the values. */
  readonly height: number;
  readonly root: Node<Value>;
}

const none = Array.from<undefined>({ length: ways });

export const emptyTable: Table<never> = { height: 0, root: none };

export function lookUp<Value>({ height, root }: Table<Value>, key: number): Value | undefined {
  if (key >>> (bits * (height + 1)) !== 0) return undefined;
  let node: Node<Value> | undefined = root;
  for (let level = height; level > 0 && node; level -= 1) {
    node = node[(key >>> (bits * level)) & (ways - 1)] as Node<Value> | undefined;
  }
  return node?.[key & (ways - 1)] as Value | undefined;
}

/** Keys and pids are smaller. */
export const keyLimit = 2 ** 28;

/**
 * The table in which `key` has this value.
 * @throws RangeError: the key is not smaller than `keyLimit`.
 */
export function setValue<Value>({ height, root }: Table<Value>, key: number, value: Value | undefined): Table<Value> {
  let tall = height;
  let top = root;
  while (key >>> (bits * (tall + 1)) !== 0) {
    if (key >= keyLimit) throw new RangeError(`a key must be smaller than ${keyLimit}, not ${key}`);
    const above: (Node<Value> | undefined)[] = none.slice();
    above[0] = top;
    top = above;
    tall += 1;
  }
  return { height: tall, root: setIn(top, tall, key, value) };
}

function setIn<Value>(node: Node<Value>, level: number, key: number, value: Value | undefined): Node<Value> {
  const copy = node.slice();
  const way = (key >>> (bits * level)) & (ways - 1);
  copy[way] = level === 0 ? value : setIn((node[way] as Node<Value> | undefined) ?? none, level - 1, key, value);
  return copy;
}
