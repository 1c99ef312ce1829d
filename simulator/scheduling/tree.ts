/**
 * Tasks in order, persistent: a treap, so that each change copies one path of O(log n). Smallest key first; equal keys go by `first`,
 * then by pid. Every node knows the least `value` beneath it, so that the first of those with a small enough value is found as fast.
 */
import type { Task } from "./policy.ts";

export interface Entry {
  readonly task: Task;
  readonly key: number;
  /** Who goes first of equal keys: the smaller. */
  readonly first: number;
  readonly value: number;
}

interface Node {
  readonly entry: Entry;
  readonly left: Tree;
  readonly right: Tree;
  readonly least: number;
}

export type Tree = Node | null;

/** The tree with an entry whose task is not in it yet. */
export function insert(tree: Tree, entry: Entry): Tree {
  if (!tree) return { entry, left: null, right: null, least: entry.value };
  if (heightOf(entry) > heightOf(tree.entry)) {
    const [left, right] = split(tree, entry);
    return makeNode(entry, left, right);
  }
  return isBefore(entry, tree.entry)
    ? makeNode(tree.entry, insert(tree.left, entry), tree.right)
    : makeNode(tree.entry, tree.left, insert(tree.right, entry));
}

/** The tree without an entry that is in it. */
export function remove(tree: Tree, entry: Entry): Tree {
  if (!tree) return null;
  if (tree.entry.task === entry.task) return join(tree.left, tree.right);
  return isBefore(entry, tree.entry)
    ? makeNode(tree.entry, remove(tree.left, entry), tree.right)
    : makeNode(tree.entry, tree.left, remove(tree.right, entry));
}

/** The first entry whose value is at most `most`. */
export function findFirst(tree: Tree, most = Infinity): Entry | null {
  let node = tree;
  while (node) {
    if (node.left && node.left.least <= most) node = node.left;
    else if (node.entry.value <= most) return node.entry;
    else node = node.right;
  }
  return null;
}

/** All entries, in order. */
export const listEntries = (tree: Tree): Entry[] =>
  tree ? [...listEntries(tree.left), tree.entry, ...listEntries(tree.right)] : [];

export const isBefore = (a: Entry, b: Entry): boolean =>
  a.key !== b.key ? a.key < b.key : a.first !== b.first ? a.first < b.first : a.task.pid < b.task.pid;

/** Which of two nodes lies above the other: as good as chance, and the same in every run. */
function heightOf({ task }: Entry): number {
  const mixed = Math.imul(task.pid ^ (task.pid >>> 15), 0x9e3779b1);
  return Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b) >>> 0;
}

function makeNode(entry: Entry, left: Tree, right: Tree): Node {
  let least = entry.value;
  if (left && left.least < least) least = left.least;
  if (right && right.least < least) least = right.least;
  return { entry, left, right, least };
}

/** What lies before an entry, and what lies after it. */
function split(tree: Tree, entry: Entry): readonly [Tree, Tree] {
  if (!tree) return [null, null];
  if (isBefore(tree.entry, entry)) {
    const [left, right] = split(tree.right, entry);
    return [makeNode(tree.entry, tree.left, left), right];
  }
  const [left, right] = split(tree.left, entry);
  return [left, makeNode(tree.entry, right, tree.right)];
}

function join(left: Tree, right: Tree): Tree {
  if (!left || !right) return left ?? right;
  return heightOf(left.entry) > heightOf(right.entry)
    ? makeNode(left.entry, left.left, join(left.right, right))
    : makeNode(right.entry, join(left, right.left), right.right);
}
