/** Chance with a seed: any enabled transition may be next. The same seed makes the same choices. */
import { enabled, findTransition, type Transition } from "../kernel/core.ts";
import { findProcess, namePid, type Kernel, type Pid } from "../kernel/kernel.ts";
import { createRandom } from "../random.ts";
import { checkCpus, type Choice, type Driver, type Situation } from "./driver.ts";

export interface RandomOptions {
  /** 1 to 8; default 1. */
  readonly cpus?: number;
  /** Also what POSIX permits and Linux does not do. Default false. */
  readonly permitted?: boolean;
}

/** Who makes the next step of this tick, and where. */
interface Turn {
  readonly pid: Pid;
  readonly cpu: number;
  readonly why: string;
}

/** @throws RangeError: the seed is not a whole number, or there cannot be so many CPUs. */
export function randomDriver(seed: number, options: RandomOptions = {}): Driver {
  const { permitted = false } = options;
  const cpus = checkCpus(options.cpus);
  const next = createRandom(seed);
  const one = <Item>(items: readonly Item[]): Item | undefined =>
    items.length === 0 ? undefined : items[next(items.length)];
  /** The turns of this tick that are still to come. */
  let turns: Turn[] = [];

  function choose({ kernel, running }: Situation): Choice | null {
    const turn = turns.shift();
    if (turn) return take(kernel, turn);
    const options = enabled(kernel, { permitted });
    const transition = one(options);
    if (!transition) return null;
    const why = `seed ${seed} chose ${namePid(transition.pid)} of ${options.length}`;
    const choice = { transition, cpu: 0, why, preempts: why };
    return cpus === 1 || !isTimed(transition)
      ? choice
      : { ...choice, cpu: planTick(kernel, running, transition, options) };
  }

  /** Gives the other CPUs to some of those that are ready; answers with the CPU of the first. */
  function planTick(
    kernel: Kernel,
    running: Situation["running"],
    first: Transition,
    options: readonly Transition[],
  ): number {
    const free = Array.from({ length: cpus }, (_, cpu) => cpu);
    const place = (pid: Pid): number | undefined => {
      const allowed = free.filter((cpu) => findProcess(kernel, pid)?.thread.affinity?.includes(cpu) ?? true);
      const own = running.indexOf(pid);
      const cpu = allowed.includes(own) ? own : one(allowed);
      if (cpu !== undefined) free.splice(free.indexOf(cpu), 1);
      return cpu;
    };
    const cpu = place(first.pid);
    const rest = new Set(options.filter(isTimed).map(({ pid }) => pid));
    rest.delete(first.pid);
    const more = next(cpus);
    for (let turn = 0; turn < more && rest.size > 0; turn += 1) {
      const pid = one([...rest]) as Pid;
      rest.delete(pid);
      const where = place(pid);
      if (where !== undefined)
        turns.push({ pid, cpu: where, why: `seed ${seed} chose ${namePid(pid)} for CPU ${where}` });
    }
    return cpu ?? 0;
  }

  function take(kernel: Kernel, { pid, cpu, why }: Turn): Choice | null {
    const transition = findTransition(kernel, pid);
    return transition && { transition, cpu, why, preempts: why };
  }

  return { cpus, choose, isTickOver: () => turns.length === 0 };
}

const isTimed = ({ action }: Transition): boolean => action === "call" || action === "signal";
