/**
 * Fair-share scheduling by user (Tanenbaum, MOS 2.4.3; Kay and Lauder 1988): each user has a promised share of the CPU, equal ones unless
 * told otherwise, whatever the number of processes. The rule: of the users with a ready process, the one who has had least CPU time
 * for the share; equal ones go by who came first. Among one user's processes, round robin. A user who comes, or comes back, begins where the
 * last chosen one stands: idle time cannot be saved up.
 */
import { checkWhole } from "./check.ts";
import { addToHeap, takeBest, type Heap } from "./heap.ts";
import { because, type Policy, type Task, type Tick } from "./policy.ts";
import { emptyFifo, push, takeFirst, unshift, type Fifo } from "./queue.ts";
import { strideOf } from "./stride.ts";
import { emptyTable, lookUp, setValue, type Table } from "./table.ts";

export interface FairShareOptions {
  /** Default 1. */
  readonly quantum?: Tick;
  /** Promised shares by user; who is not named has 1. */
  readonly shares?: Readonly<Record<string, number>>;
}

interface User {
  readonly name: string;
  /** Who came first is first. */
  readonly number: number;
  readonly queue: Fifo<Task>;
  /** CPU time, divided by the share. */
  readonly usage: number;
  /** How many of this user's processes are ready or run. */
  readonly active: number;
}

/** A user in the heap, with what had been used then: never more than now. */
interface Claim {
  readonly number: number;
  readonly usage: number;
}

export interface FairShareQueue {
  readonly users: Table<User>;
  readonly count: number;
  readonly numbers: ReadonlyMap<string, number>;
  readonly heap: Heap<Claim> | null;
  /** What the last chosen user had used. */
  readonly usage: number;
}

const order = (a: Claim, b: Claim): number => a.usage - b.usage || a.number - b.number;

/** Whether a user has a process that may run. */
function canRun({ users }: FairShareQueue, number: number, allows: (task: Task) => boolean): boolean {
  const queue = lookUp(users, number)?.queue;
  const first = queue?.front?.item;
  return queue !== undefined && ((first !== undefined && allows(first)) || takeFirst(queue, allows) !== null);
}

/** @throws WorkloadError: the quantum or a share is not a whole number, at least 1. */
export function fairShare({ quantum = 1, shares = {} }: FairShareOptions = {}): Policy<FairShareQueue> {
  checkWhole("fair-share", "quantum", quantum, 1);
  for (const [name, share] of Object.entries(shares)) checkWhole("fair-share", `the share of ${name}`, share, 1);

  const shareOf = (user: string): number => (Object.hasOwn(shares, user) ? (shares[user] as number) : 1);
  const usageOf = (task: Task, ticks: Tick): number => ticks * strideOf(shareOf(task.user));

  function findUser({ users, numbers, count }: FairShareQueue, { user }: Task): User {
    const number = numbers.get(user);
    const known = number === undefined ? undefined : lookUp(users, number);
    return known ?? { name: user, number: count, queue: emptyFifo, usage: 0, active: 0 };
  }

  function setUser(queue: FairShareQueue, user: User, heap = queue.heap, usage = queue.usage): FairShareQueue {
    const { count, numbers } = queue;
    const users = setValue(queue.users, user.number, user);
    if (user.number < count) return { users, count, numbers, heap, usage };
    return { users, count: count + 1, numbers: new Map(numbers).set(user.name, user.number), heap, usage };
  }

  return {
    name: `fair share by user, quantum ${quantum}`,
    init: () => ({ users: emptyTable, count: 0, numbers: new Map(), heap: null, usage: 0 }),
    admit(queue, task, why) {
      const user = findUser(queue, task);
      const comes = why === "new" || why === "woken";
      const usage = user.active === 0 ? Math.max(user.usage, queue.usage) : user.usage;
      const line = (why === "preempted" ? unshift : push)(user.queue, task);
      const heap = user.queue.length === 0 ? addToHeap(queue.heap, { number: user.number, usage }, order) : queue.heap;
      return setUser(queue, { ...user, usage, queue: line, active: user.active + (comes ? 1 : 0) }, heap);
    },
    pick(queue, { allows }) {
      let { heap } = queue;
      for (;;) {
        const taken = takeBest(heap, order, ({ number }) => canRun(queue, number, allows));
        const user = taken && lookUp(queue.users, taken.item.number);
        if (!user) return null;
        const { number, usage } = user;
        if (usage > taken.item.usage) {
          heap = addToHeap(taken.rest, { number, usage }, order);
          continue;
        }
        const first = takeFirst(user.queue, allows);
        if (!first) return null;
        const task = first.item;
        const why = because`user ${user.name} has had least CPU time for the promised share, and ${task.name} is the first of this user's ${user.queue.length}`;
        const rest = first.rest.length === 0 ? taken.rest : addToHeap(taken.rest, { number, usage }, order);
        const chosen = setUser(queue, { ...user, queue: first.rest }, rest, Math.max(queue.usage, usage));
        return { queue: chosen, task, quantum, why };
      }
    },
    charge(queue, task, ticks) {
      const user = findUser(queue, task);
      return setUser(queue, { ...user, usage: user.usage + usageOf(task, ticks) });
    },
    release(queue, task) {
      const user = findUser(queue, task);
      return setUser(queue, { ...user, active: user.active - 1 });
    },
    place: (_, task) => task.user,
  };
}
