/**
 * Monitors, written over the primitives as a language's compiler would write them. Mesa: a signal only makes the waiter ready, and it
 * tests its condition again. Hoare: the signaller steps aside, and the waiter finds what it was told (Hoare 1974, Silberschatz 7.7).
 */
import type { Call } from "../../schema/call.ts";
import { pthread_cond_broadcast, pthread_cond_signal, pthread_cond_wait } from "./condition-calls.ts";
import { load, store } from "./memory-calls.ts";
import { pthread_mutex_lock, pthread_mutex_unlock } from "./mutex-calls.ts";
import { down, sem_init, up } from "./semaphore-calls.ts";

type Steps = Generator<Call, void, unknown>;

/** What a monitor's procedures are made of; conditions go by name. */
export interface Monitor {
  enter(): Steps;
  leave(): Steps;
  wait(condition: string): Steps;
  signal(condition: string): Steps;
  /** Wakes all; Hoare's monitors have no such thing, there it is a RangeError. */
  broadcast(condition: string): Steps;
}

export interface MonitorOptions {
  /** The names of its condition variables. */
  readonly conditions: readonly string[];
  /** Default `mesa`, as Java and POSIX have it. */
  readonly signalling?: "mesa" | "hoare";
}

/** Makes a monitor, before those that use it are forked: `const buffer = yield* createMonitor("buffer", { conditions: ["full"] })`. */
export function* createMonitor(
  name: string,
  { conditions, signalling = "mesa" }: MonitorOptions,
): Generator<Call, Monitor, unknown> {
  if (signalling === "mesa") return createMesaMonitor(name);
  yield* sem_init(`${name}.entry`, 1);
  yield* sem_init(`${name}.urgent`, 0);
  for (const condition of conditions) yield* sem_init(`${name}.${condition}`, 0);
  return createHoareMonitor(name);
}

const createMesaMonitor = (name: string): Monitor => ({
  *enter() {
    yield* pthread_mutex_lock(name);
  },
  *leave() {
    yield* pthread_mutex_unlock(name);
  },
  *wait(condition) {
    yield* pthread_cond_wait(`${name}.${condition}`, name);
  },
  *signal(condition) {
    yield* pthread_cond_signal(`${name}.${condition}`);
  },
  *broadcast(condition) {
    yield* pthread_cond_broadcast(`${name}.${condition}`);
  },
});

/** The counts are words of shared memory that only who is inside reads or writes. */
function createHoareMonitor(name: string): Monitor {
  const urgent = `${name}.urgent`;

  function* add(word: string, amount: number): Steps {
    yield* store(word, (yield* load(word)) + amount);
  }

  /** Lets in who has stepped aside for a signal, before anybody new. */
  function* leave(): Steps {
    yield* up((yield* load(urgent)) > 0 ? urgent : `${name}.entry`);
  }

  return {
    *enter() {
      yield* down(`${name}.entry`);
    },
    leave,
    *wait(condition) {
      const queue = `${name}.${condition}`;
      yield* add(queue, 1);
      yield* leave();
      yield* down(queue);
      yield* add(queue, -1);
    },
    *signal(condition) {
      const queue = `${name}.${condition}`;
      if ((yield* load(queue)) === 0) return;
      yield* add(urgent, 1);
      yield* up(queue);
      yield* down(urgent);
      yield* add(urgent, -1);
    },
    broadcast(condition) {
      throw new RangeError(`monitor ${name}: Hoare's signal wakes one process, so ${condition} cannot be broadcast`);
    },
  };
}
