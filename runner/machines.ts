/**
 * All machines of a runner: a few fresh ones that are warm, those that cells share, and a bound on all of them. Who finds none free waits,
 * and is told their place in line.
 */
import { availableParallelism } from "node:os";
import type { Bind } from "./box.ts";
import { startMachine, type Machine } from "./machine.ts";
import type { Stage } from "./stage.ts";

export interface MachinesOptions {
  readonly stage: Stage;
  /** Fresh machines that are kept ready. */
  readonly warm?: number;
  /** Machines at once, warm ones included. A zygote holds some 40 MB of its own. */
  readonly max?: number;
  /** Bound into each, read-only. */
  readonly binds?: readonly Bind[];
}

export interface Machines {
  /** A machine that nobody has used: for one run, or (`shared`) for many. Rejects when it does not start, or when `signal` aborts. */
  take(options: TakeOptions): Promise<Machine>;
  /** Machines that live, warm ones included. */
  readonly count: number;
  /** Ends all machines; who waits for one is refused. */
  close(): Promise<void>;
}

export interface TakeOptions {
  readonly shared: boolean;
  readonly signal: AbortSignal;
  /** The place in line, 1 being the next, each time that it changes. */
  readonly onQueued: (place: number) => void;
}

interface Waiting extends TakeOptions {
  readonly resolve: (machine: Machine) => void;
  readonly reject: (error: Error) => void;
}

/** A shared machine that nobody has used for so long is ended. */
const idleLimitMs = 10 * 60_000;
/** While somebody waits for a machine, a much shorter time is enough. */
const idleLimitInNeedMs = 30_000;
const idleIntervalMs = 5_000;
/** A box that cannot start fails at once; do not start another before this has passed. */
const retryDelayMs = 1_000;
/** The next warm machine starts after the run that took the last one has printed its first lines: both want the processor. */
const refillDelayMs = 30;

const ending = "the runner is ending";

export function createMachines(options: MachinesOptions): Machines {
  const warmTarget = options.warm ?? Math.min(2, availableParallelism() - 1 || 1);
  const max = options.max ?? Math.min(16, 4 * availableParallelism());
  const alive = new Set<Machine>();
  const shared = new Set<Machine>();
  const warm: Machine[] = [];
  const waiting: Waiting[] = [];
  let closed = false;
  let failedAt = -Infinity;

  function start(single: boolean): Machine {
    const machine = startMachine(options.stage, single, options.binds);
    alive.add(machine);
    if (!single) shared.add(machine);
    void machine.gone.then(() => forget(machine));
    return machine;
  }

  function forget(machine: Machine): void {
    alive.delete(machine);
    shared.delete(machine);
    if (warm.includes(machine)) {
      warm.splice(warm.indexOf(machine), 1);
      failedAt = performance.now();
    }
    serveWaiting();
    refillLater();
  }

  function refill(): void {
    if (closed || performance.now() - failedAt < retryDelayMs) return;
    while (warm.length < warmTarget && alive.size < max && waiting.length === 0) warm.push(start(true));
  }

  function refillLater(): void {
    setTimeout(refill, refillDelayMs).unref();
  }

  function serveWaiting(): void {
    while (waiting.length > 0 && (alive.size < max || warm.length > 0)) {
      const next = waiting.shift();
      if (next !== undefined) serve(next);
    }
    waiting.forEach((one, index) => one.onQueued(index + 1));
    endIdle();
  }

  /** Ends the shared machine that has been idle for longest, where that is too long. */
  function endIdle(): void {
    const limitMs = waiting.length > 0 ? idleLimitInNeedMs : idleLimitMs;
    const [oldest] = [...shared]
      .filter((one) => one.idleSince !== null)
      .toSorted((a, b) => Number(a.idleSince) - Number(b.idleSince));
    if (oldest !== undefined && performance.now() - Number(oldest.idleSince) > limitMs) void oldest.kill();
  }

  function serve(one: Waiting): void {
    let machine = one.shared ? undefined : warm.shift();
    if (machine === undefined) {
      // A shared machine takes the place of a warm one, where there is no other.
      if (alive.size >= max) void warm.shift()?.kill();
      machine = start(!one.shared);
    }
    void hand(machine, one);
    refillLater();
  }

  async function hand(machine: Machine, to: Waiting): Promise<void> {
    try {
      await machine.ready;
      to.signal.throwIfAborted();
      to.resolve(machine);
    } catch (error) {
      void machine.kill();
      to.reject(error as Error);
    }
  }

  const idleTimer = setInterval(endIdle, idleIntervalMs);
  idleTimer.unref();
  refill();
  return {
    take: (take) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new Error(ending));
        const one: Waiting = { ...take, resolve, reject };
        take.signal.addEventListener("abort", () => {
          const index = waiting.indexOf(one);
          if (index < 0) return;
          waiting.splice(index, 1);
          reject(take.signal.reason as Error);
          serveWaiting();
        });
        waiting.push(one);
        serveWaiting();
      }),
    get count() {
      return alive.size;
    },
    close: async () => {
      closed = true;
      clearInterval(idleTimer);
      for (const one of waiting.splice(0)) one.reject(new Error(ending));
      await Promise.all([...alive].map((machine) => machine.kill()));
    },
  };
}

/** Why there are no machines, and the command that helps. */
export class NoMachines extends Error {
  override readonly name = "NoMachines";
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** In the place of machines where there can be none: everything but live cells works. */
export function refuseMachines(reason: string, remedy: string): Machines {
  return {
    take: () => Promise.reject(new NoMachines(reason, remedy)),
    count: 0,
    close: () => Promise.resolve(),
  };
}
