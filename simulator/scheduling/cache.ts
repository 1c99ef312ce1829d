/**
 * One CPU's cache, as OSTEP's multi.py has it: a process runs cold at first; after it has run for a while its working set is in the cache, and it gets more
 * done per tick. Where the working sets do not all fit, the one that has been warm longest goes, and its process starts anew.
 */
import type { Pid } from "../kernel/kernel.ts";
import { checkWhole } from "./check.ts";
import type { Tick } from "./policy.ts";

export interface CacheOptions {
  /** How long a process must run on a CPU before it is warm there; 0: at once. */
  readonly warmupTicks: Tick;
  /** How much of a burst a warm process gets done per tick; a cold one: 1. */
  readonly warmRate: number;
  /** In the units of working sets. */
  readonly cacheSize: number;
}

export interface Cache {
  /** A process comes to run on the CPU. */
  enter(pid: Pid, workingSet: number): void;
  /** How many ticks a process that is here needs for `work` ticks' worth of a burst, cold at first or warm. */
  ticksFor(pid: Pid, work: Tick): Tick;
  /** What a process that is here gets done in `ticks`. */
  run(pid: Pid, ticks: Tick): Tick;
  /** For how many ticks warm processes have run. */
  readonly warmTicks: Tick;
}

/** @throws WorkloadError: an option is negative or no whole number, or the rate is below 1. */
export function createCache({ warmupTicks, warmRate, cacheSize }: CacheOptions): Cache {
  checkWhole("cache", "warmupTicks", warmupTicks, 0);
  checkWhole("cache", "warmRate", warmRate, 1);
  checkWhole("cache", "cacheSize", cacheSize, 0);
  /** Who has been evicted is cold for a tick even where warming takes no time. */
  const anew = Math.max(1, warmupTicks);
  const sizes = new Map<Pid, number>();
  /** For those that are not warm: how many ticks are missing. */
  const missing = new Map<Pid, Tick>();
  /** Who became warm last stands first. */
  const warm: Pid[] = [];
  let warmTicks = 0;

  const fits = (pid: Pid): boolean => (sizes.get(pid) ?? 0) <= cacheSize;

  function becomeWarm(pid: Pid): void {
    missing.delete(pid);
    warm.unshift(pid);
    let used = warm.reduce((sum, each) => sum + (sizes.get(each) ?? 0), 0);
    while (used > cacheSize) {
      const gone = warm.pop() as Pid;
      used -= sizes.get(gone) ?? 0;
      missing.set(gone, anew);
    }
  }

  return {
    get warmTicks() {
      return warmTicks;
    },
    enter(pid, workingSet) {
      if (sizes.has(pid)) return;
      sizes.set(pid, workingSet);
      if (warmupTicks === 0) becomeWarm(pid);
      else missing.set(pid, warmupTicks);
    },
    ticksFor(pid, work) {
      const cold = missing.get(pid) ?? 0;
      return work <= cold || !fits(pid) ? work : cold + Math.ceil((work - cold) / warmRate);
    },
    run(pid, ticks) {
      const cold = missing.get(pid) ?? 0;
      if (ticks < cold) missing.set(pid, cold - ticks);
      else if (cold > 0) becomeWarm(pid);
      const since = Math.max(0, ticks - cold);
      if (fits(pid)) {
        warmTicks += since;
        return ticks + since * (warmRate - 1);
      }
      // Too large, it is evicted as soon as it is warm, and starts anew each time.
      if (ticks >= cold) missing.set(pid, anew - (since % anew));
      return ticks;
    },
  };
}
