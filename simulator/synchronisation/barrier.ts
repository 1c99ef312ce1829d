/** Barriers: nobody goes on before all have come (pthread_barrier_wait(3p)). */
import { PTHREAD_BARRIER_SERIAL_THREAD } from "../../schema/calls/synchronisation-constants.ts";
import { namePid, updateProcess, type Draft, type Kernel, type Process } from "../kernel/kernel.ts";
import type { Mechanism } from "../kernel/mechanism.ts";
import { fail, reads, succeed, writes, type CallModel } from "../kernel/model.ts";
import { size } from "../kernel/parameters.ts";
import { object } from "./checks.ts";
import { resumable } from "./resumable.ts";
import { findShared, putShared, removeShared, wakeSleeper } from "./shared.ts";

const barrierName = (name: string) => `barrier ${name}`;
const touchesBarrier = (_kernel: Kernel, _process: Process, name: string) => [writes(barrierName(name))];

/** How far a wait has come: it is one of those that wait; or its round is over and it is the one that is singled out. */
const arrived = 1;
const serial = 2;

const isWaiting = (kernel: Kernel, { pid, inside }: Process, name: string): boolean =>
  inside?.progress === arrived && (findShared(kernel, "barrier", name)?.arrived.includes(pid) ?? false);

export const pthread_barrier_init: CallModel<"pthread_barrier_init"> = {
  touches: touchesBarrier,
  perform(draft, _process, name, count) {
    if (count === 0) return fail("EINVAL");
    if (findShared(draft.kernel, "barrier", name)?.arrived.length) return fail("EBUSY");
    putShared(draft, { kind: "barrier", name, count, arrived: [] });
    return succeed(undefined);
  },
};

export const pthread_barrier_destroy: CallModel<"pthread_barrier_destroy"> = {
  touches: touchesBarrier,
  perform(draft, _process, name) {
    const barrier = findShared(draft.kernel, "barrier", name);
    if (!barrier) return fail("EINVAL");
    if (barrier.arrived.length > 0) return fail("EBUSY");
    removeShared(draft, barrier);
    return succeed(undefined);
  },
};

export const pthread_barrier_wait = resumable<"pthread_barrier_wait">({
  touches: (_kernel, { inside }, name) => [(inside?.progress ? reads : writes)(barrierName(name))],
  blocks(kernel, process, name) {
    if (!isWaiting(kernel, process, name)) return null;
    const barrier = findShared(kernel, "barrier", name);
    const why = `${barrier?.arrived.length} of ${barrier?.count} have come`;
    return { on: barrierName(name), why, channels: [], exclusive: false };
  },
  /** POSIX leaves open which thread of the round is singled out; on Linux it is the last one to come. */
  choices(kernel, { inside }, name) {
    const barrier = findShared(kernel, "barrier", name);
    return barrier && !inside?.progress && barrier.arrived.length === barrier.count - 1 ? barrier.count : 1;
  },
  perform(draft, process, name) {
    const { pid, inside } = process;
    if (inside?.progress) return succeed(inside.progress === serial ? PTHREAD_BARRIER_SERIAL_THREAD : 0);
    const barrier = findShared(draft.kernel, "barrier", name);
    if (!barrier) return fail("EINVAL");
    const all = [...barrier.arrived, pid];
    if (all.length < barrier.count) {
      putShared(draft, { ...barrier, arrived: all });
      return { kind: "continue", progress: arrived };
    }
    putShared(draft, { ...barrier, arrived: [] });
    const chosen = draft.choice === 0 ? pid : barrier.arrived[draft.choice - 1];
    for (const waiter of barrier.arrived)
      release(draft, waiter, waiter === chosen, `${namePid(pid)} is the last of ${barrier.count}`);
    return succeed(chosen === pid ? PTHREAD_BARRIER_SERIAL_THREAD : 0);
  },
  object: (_kernel, _process, name) => barrierName(name),
});

function release(draft: Draft, waiter: number, isChosen: boolean, why: string): void {
  if (isChosen) updateProcess(draft, waiter, { inside: { progress: serial, expired: false } });
  wakeSleeper(draft, waiter, why);
}

/** Barriers, as the kernel loads them. */
export const barriers: Mechanism = {
  calls: { pthread_barrier_init, pthread_barrier_destroy, pthread_barrier_wait },
  parameters: {
    pthread_barrier_init: [...object, ["count", size]],
    pthread_barrier_destroy: object,
    pthread_barrier_wait: object,
  },
};
