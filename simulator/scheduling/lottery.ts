/**
 * Lottery scheduling (Waldspurger and Weihl 1994; OSTEP ch. 9): for every quantum a ticket is drawn among those of all that are ready,
 * counted by pid. With the same seed it draws what OSTEP's lottery.py draws: CPython's generator, of 1,000,001 numbers, modulo the tickets.
 */
import { checkWhole } from "./check.ts";
import { because, type Policy, type Task, type Tick } from "./policy.ts";
import { addTickets, countTickets, emptyPool, findOwner, removeTickets, type Pool } from "./pool.ts";
import { drawFraction, seedTwister, type Twister } from "./random.ts";

export interface LotteryOptions {
  /** Default 1. */
  readonly quantum?: Tick;
  /** Default 0. */
  readonly seed?: number;
  /** Whether the CPU stays idle until its quantum is over when a job stops before: in lottery.py it does. Default false. */
  readonly wholeQuantum?: boolean;
}

export interface LotteryQueue {
  readonly pool: Pool;
  readonly twister: Twister;
  /** With `wholeQuantum`: when the quantum of each CPU is over. */
  readonly ends: readonly (Tick | undefined)[];
}

/** lottery.py draws `int(random.random() * 1000001)`. */
const range = 1_000_001;

/** @throws WorkloadError: an option is not a whole number in its range; on admission: a task has no ticket. */
export function lottery({ quantum = 1, seed = 0, wholeQuantum = false }: LotteryOptions = {}): Policy<LotteryQueue> {
  checkWhole("lottery", "quantum", quantum, 1);
  const twister = seedTwister(seed);

  return {
    name: `lottery, quantum ${quantum}, seed ${seed}`,
    init: () => ({ pool: emptyPool, twister, ends: [] }),
    admit(queue, task) {
      checkWhole("lottery", `the tickets of ${task.name}`, task.tickets, 1);
      return { pool: addTickets(queue.pool, task), twister: queue.twister, ends: queue.ends };
    },
    pick(queue, { allows, cpu, now }) {
      const { ends } = queue;
      if ((ends[cpu] ?? 0) > now) return null;
      const drawn = draw(queue, allows);
      if (!drawn) return null;
      const { task, ticket, of } = drawn;
      const why = because`ticket ${ticket} of ${of} was drawn, and it is one of the ${task.tickets} of ${task.name}`;
      const left = wholeQuantum ? [...ends.slice(0, cpu), now + quantum, ...ends.slice(cpu + 1)] : ends;
      return {
        queue: { pool: removeTickets(queue.pool, task), twister: drawn.twister, ends: left },
        task,
        quantum,
        why,
      };
    },
    ...(wholeQuantum && {
      reviewAt: ({ ends }, running, now) => {
        const end = Math.min(...ends.map((each) => (each !== undefined && each > now ? each : Infinity)));
        return running.length > 0 || end === Infinity ? null : end;
      },
      review: (queue) => ({ queue, why: "the quantum is over" }),
    }),
  };
}

interface Drawn {
  readonly task: Task;
  readonly ticket: number;
  readonly of: number;
  readonly twister: Twister;
}

/** Draws until the ticket is of one that is allowed; whoever is not gives its tickets back afterwards. */
function draw({ pool, twister }: LotteryQueue, allows: (task: Task) => boolean): Drawn | null {
  let rest = pool;
  let next = twister;
  for (let of = countTickets(rest); of > 0; of = countTickets(rest)) {
    const [fraction, after] = drawFraction(next);
    next = after;
    const ticket = Math.floor(fraction * Math.max(range, of)) % of;
    const task = findOwner(rest, ticket);
    if (!task) throw new Error(`lottery: nobody owns ticket ${ticket} of ${of}`);
    if (allows(task)) return { task, ticket, of, twister: next };
    rest = removeTickets(rest, task);
  }
  return null;
}
