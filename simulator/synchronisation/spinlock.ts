/** Spinlocks: who waits keeps its CPU busy (pthread_spin_lock(3)). On one CPU that is time lost until the owner runs again. */
import { namePid, type Kernel, type Pid, type Process } from "../kernel/kernel.ts";
import type { Mechanism } from "../kernel/mechanism.ts";
import { fail, reads, succeed, writes, type CallModel } from "../kernel/model.ts";
import { object } from "./checks.ts";
import { describeWait, findShared, putShared } from "./shared.ts";

const lockName = (name: string) => `spinlock ${name}`;
const objectOf = (_kernel: Kernel, _process: Process, name: string) => lockName(name);
const touchesLock = (_kernel: Kernel, _process: Process, name: string) => [writes(lockName(name))];
const ownerOf = (kernel: Kernel, name: string): Pid | null => findShared(kernel, "spinlock", name)?.owner ?? null;

export const pthread_spin_lock: CallModel<"pthread_spin_lock"> = {
  computes: true,
  restarts: "always",
  touches: touchesLock,
  blocks(kernel, { pid }, name) {
    const owner = ownerOf(kernel, name);
    if (owner === null) return null;
    const why = owner === pid ? "it has the lock itself" : `${namePid(owner)} has it`;
    return describeWait(kernel, pid, lockName(name), why, { spins: true, holders: [owner] });
  },
  perform(draft, { pid }, name) {
    putShared(draft, { kind: "spinlock", name, owner: pid });
    return succeed(undefined);
  },
  object: objectOf,
};

export const pthread_spin_trylock: CallModel<"pthread_spin_trylock"> = {
  touches: (kernel, _process, name) => [(ownerOf(kernel, name) === null ? writes : reads)(lockName(name))],
  perform(draft, { pid }, name) {
    if (ownerOf(draft.kernel, name) !== null) return fail("EBUSY");
    putShared(draft, { kind: "spinlock", name, owner: pid });
    return succeed(undefined);
  },
  object: objectOf,
};

export const pthread_spin_unlock: CallModel<"pthread_spin_unlock"> = {
  touches: touchesLock,
  perform(draft, _process, name) {
    putShared(draft, { kind: "spinlock", name, owner: null });
    return succeed(undefined);
  },
  object: objectOf,
};

/** Spinlocks, as the kernel loads them. */
export const spinlocks: Mechanism = {
  calls: { pthread_spin_lock, pthread_spin_trylock, pthread_spin_unlock },
  parameters: { pthread_spin_lock: object, pthread_spin_trylock: object, pthread_spin_unlock: object },
};
