/** Prevention by order: locks that are taken in both orders, whether or not this run met the deadlock (Linux's lockdep). */
import type { Trace } from "../../schema/trace.ts";

/** Locks that are each taken while the one before is held, and the first while the last is. */
export interface OrderViolation {
  readonly locks: readonly string[];
  /** Who took each of them while it had the one before: `P101 took mutex b while it had mutex a`. */
  readonly why: readonly string[];
}

const locks = new Set([
  "pthread_mutex_lock",
  "pthread_mutex_timedlock",
  "pthread_rwlock_rdlock",
  "pthread_rwlock_wrlock",
  "pthread_spin_lock",
  "sem_wait",
]);
/** These cannot wait, so they close no circle; but what they take is held. */
const tries = new Set(["pthread_mutex_trylock", "pthread_rwlock_tryrdlock", "pthread_rwlock_trywrlock", "sem_trywait"]);
const unlocks = new Set(["pthread_mutex_unlock", "pthread_rwlock_unlock", "pthread_spin_unlock", "sem_post"]);

/** Every circle in the order in which locks were taken, each once. A semaphore counts as held by whoever took it. */
export function findOrderViolations({ events }: Trace): OrderViolation[] {
  const held = new Map<number, string[]>();
  const entered = new Map<number, string>();
  const order = new Map<string, Map<string, string>>();
  const violations: OrderViolation[] = [];

  for (const event of events) {
    const { pid } = event;
    if (event.kind === "call") entered.set(pid, event.object ?? "");
    const lock = entered.get(pid) ?? "";
    const own = held.get(pid) ?? [];
    if (event.kind === "call" && locks.has(event.call)) for (const before of own) note(before, lock, pid);
    if (event.kind !== "return") continue;
    if (locks.has(event.call) || tries.has(event.call)) held.set(pid, [...own, lock]);
    if (unlocks.has(event.call)) held.set(pid, own.toSpliced(own.lastIndexOf(lock), own.includes(lock) ? 1 : 0));
  }
  return violations;

  function note(before: string, after: string, pid: number): void {
    if (before === after || order.get(before)?.has(after)) return;
    const path = findPath(after, before, new Set());
    order.set(
      before,
      (order.get(before) ?? new Map<string, string>()).set(after, `P${pid} took ${after} while it had ${before}`),
    );
    if (path) violations.push({ locks: [before, ...path.slice(0, -1)], why: explain([before, ...path]) });
  }

  /** A way from `from` to `to` along the order that was seen so far. */
  function findPath(from: string, to: string, seen: Set<string>): string[] | null {
    if (from === to) return [to];
    if (seen.has(from)) return null;
    seen.add(from);
    for (const next of order.get(from)?.keys() ?? []) {
      const rest = findPath(next, to, seen);
      if (rest) return [from, ...rest];
    }
    return null;
  }

  function explain(path: readonly string[]): string[] {
    return path.slice(1).map((after, index) => order.get(path[index] ?? "")?.get(after) ?? "");
  }
}
