/** What EDZL and LLF share: they look at laxity, how long a job can still wait. A waiting job's shrinks, a running one's stands still. */
import { laxity } from "./analysis.ts";
import { need } from "./by-key.ts";
import type { Situation } from "./planned.ts";
import type { Task, Tick } from "./policy.ts";

export interface LaxityOptions {
  /** 1 to 8. */
  readonly cpus: number;
  /** Who is first of those that are equal: who runs already (the default), or who stands first in the list. */
  readonly tie?: "running" | "id";
}

/** @throws WorkloadError that names the task, where its deadline or its length is not known. */
export function laxityOf(policy: string, task: Task, now: Tick): Tick {
  const left = laxity(task, now);
  return left ?? need(policy, task, task.deadline === null ? "deadline" : "burst");
}

/** Orders by the keys in turn; then who runs, unless the list alone is to decide; then the list. */
export const rank = (
  { active, running }: Situation,
  keys: readonly ((task: Task) => number)[],
  tie: LaxityOptions["tie"] = "running",
): readonly Task[] =>
  active.toSorted((a, b) => {
    for (const key of tie === "id" ? keys : [...keys, (task: Task) => (running.includes(task) ? 0 : 1)]) {
      if (key(a) !== key(b)) return key(a) - key(b);
    }
    return a.pid - b.pid;
  });
