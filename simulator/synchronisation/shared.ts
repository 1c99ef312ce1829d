/** Finding, changing and waking by name: what all mechanisms of synchronisation have in common. */
import { findProcess, getProcess, type Draft, type Kernel, type Pid } from "../kernel/kernel.ts";
import { wake, type Block } from "../kernel/sleep.ts";
import type { SynchronisationObject } from "./objects.ts";

type Kind = SynchronisationObject["kind"];
type ObjectOf<K extends Kind> = Extract<SynchronisationObject, { readonly kind: K }>;

/** As accesses, channels and traces name an object: `mutex m`. */
export const nameObject = ({ kind, name }: { readonly kind: Kind; readonly name: string }): string => `${kind} ${name}`;

export const findShared = <K extends Kind>(kernel: Kernel, kind: K, name: string): ObjectOf<K> | undefined =>
  kernel.shared[`${kind} ${name}`] as ObjectOf<K> | undefined;

export const listShared = <K extends Kind>(kernel: Kernel, kind: K): ObjectOf<K>[] =>
  Object.values(kernel.shared).filter((object) => object.kind === kind) as ObjectOf<K>[];

export function putShared(draft: Draft, object: SynchronisationObject): void {
  draft.kernel = { ...draft.kernel, shared: { ...draft.kernel.shared, [nameObject(object)]: object } };
}

export function removeShared(draft: Draft, object: SynchronisationObject): void {
  const { [nameObject(object)]: _gone, ...shared } = draft.kernel.shared;
  draft.kernel = { ...draft.kernel, shared };
}

/** blocked → ready; who does not sleep yet, or is stopped, will find out by itself. */
export function wakeSleeper(draft: Draft, pid: Pid, why: string): void {
  if (findProcess(draft.kernel, pid)?.state === "blocked") wake(draft, pid, why);
}

export const without = (pids: readonly Pid[], pid: Pid): readonly Pid[] => pids.filter((other) => other !== pid);

/** How many sleep exclusively on a channel: in so many ways can one of them be woken. */
export const countChoices = (kernel: Kernel, channel: string): number =>
  Math.max(1, kernel.sleepers.filter((sleeper) => sleeper.channel === channel && sleeper.exclusive).length);

/** A wait for what `holders` have, with who else waits for it: `P101 has it, 2 others wait`. */
export function describeWait(kernel: Kernel, pid: Pid, on: string, reason: string, rest: Partial<Block> = {}): Block {
  const others = kernel.sleepers.filter((sleeper) => sleeper.channel === on && sleeper.pid !== pid).length;
  const why = others === 0 ? reason : `${reason}; ${others === 1 ? "another one waits" : `${others} others wait`}`;
  return { on, why, channels: [on], exclusive: true, ...rest };
}

/** Whether a process is gone or only waits to be reaped. */
export const hasEnded = (kernel: Kernel, pid: Pid): boolean =>
  (findProcess(kernel, pid)?.state ?? "zombie") === "zombie";

export const progressOf = (kernel: Kernel, pid: Pid): number => getProcess(kernel, pid).inside?.progress ?? 0;

export const withTimeout = (block: Block | null, timeoutMs: number): Block | null =>
  block && { ...block, timeoutMs: Math.max(0, timeoutMs) };
