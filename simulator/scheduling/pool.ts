/** Tickets in a drum, as a value: a trie by pid whose nodes know their sums, so that a ticket's owner is found in O(log n). */
import type { Task } from "./policy.ts";
import { keyLimit } from "./table.ts";

const bits = 4;
const ways = 1 << bits;

interface Node {
  readonly tickets: number;
  /** The lowest ones are the tasks. */
  readonly children: readonly (Node | Task | undefined)[];
}

export interface Pool {
  readonly height: number;
  readonly root: Node;
}

const none = Array.from<undefined>({ length: ways });

const emptyNode: Node = { tickets: 0, children: none };

export const emptyPool: Pool = { height: 0, root: emptyNode };

export const countTickets = ({ root }: Pool): number => root.tickets;

/**
 * The pool with the tickets of a task that is not in it.
 * @throws RangeError: the pid is not smaller than `keyLimit`.
 */
export function addTickets({ height, root }: Pool, task: Task): Pool {
  if (task.pid >= keyLimit) throw new RangeError(`a pid must be smaller than ${keyLimit}, not ${task.pid}`);
  if (task.pid >>> (bits * (height + 1)) === 0) return { height, root: change(root, height, task, task) };
  const children: (Node | undefined)[] = none.slice();
  children[0] = root;
  return addTickets({ height: height + 1, root: { tickets: root.tickets, children } }, task);
}

/** The pool without those of a task that is in it. */
export const removeTickets = ({ height, root }: Pool, task: Task): Pool => ({
  height,
  root: change(root, height, task, undefined),
});

/** Whose ticket this is, where tickets are counted from 0 and by pid. */
export function findOwner({ height, root }: Pool, ticket: number): Task | null {
  let left = ticket;
  let node = root;
  for (let level = height; ; level -= 1) {
    let owner: Node | Task | undefined;
    for (const child of node.children) {
      if (child === undefined) continue;
      if (left < child.tickets) {
        owner = child;
        break;
      }
      left -= child.tickets;
    }
    if (owner === undefined || level === 0) return (owner as Task | undefined) ?? null;
    node = owner as Node;
  }
}

function change(node: Node, level: number, task: Task, to: Task | undefined): Node {
  const children = node.children.slice();
  const way = (task.pid >>> (bits * level)) & (ways - 1);
  const tickets = node.tickets + (to ? task.tickets : -task.tickets);
  children[way] = level === 0 ? to : change((node.children[way] as Node | undefined) ?? emptyNode, level - 1, task, to);
  return { tickets, children };
}
