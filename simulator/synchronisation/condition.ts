/** Condition variables as POSIX has them, which is Mesa's way: who is woken has to take the mutex again (pthread_cond_wait(3p)). */
import { namePid, type Draft, type Kernel, type Pid, type Process } from "../kernel/kernel.ts";
import type { Mechanism, Parameter } from "../kernel/mechanism.ts";
import { fail, reads, succeed, writes, type CallModel, type Outcome } from "../kernel/model.ts";
import { sleep, wake, type Block } from "../kernel/sleep.ts";
import { name, object, timeoutMs } from "./checks.ts";
import { findMutexBlock, lockMutex, mayUnlock, unlockMutex } from "./mutex.ts";
import { leavesQueues } from "./queues.ts";
import { resumable } from "./resumable.ts";
import { findShared, putShared, wakeSleeper, without, withTimeout } from "./shared.ts";

const conditionName = (name: string) => `condition ${name}`;
const objectOf = (_kernel: Kernel, _process: Process, name: string) => conditionName(name);

const waitersOf = (kernel: Kernel, name: string): readonly Pid[] =>
  findShared(kernel, "condition", name)?.waiters ?? [];
const setWaiters = (draft: Draft, name: string, waiters: readonly Pid[]): void =>
  putShared(draft, { kind: "condition", name, waiters });

/** How far a wait has come. */
const waiting = 1;
const wantsMutex = 2;
const timedOut = 3;
const progressOf = ({ inside }: Process) => inside?.progress ?? 0;

const isWaiting = (kernel: Kernel, process: Process, name: string): boolean =>
  progressOf(process) === waiting && waitersOf(kernel, name).includes(process.pid);

function touchesWait(kernel: Kernel, process: Process, name: string, mutex: string) {
  if (progressOf(process) === 0) return [writes(conditionName(name)), writes(`mutex ${mutex}`)];
  if (process.inside?.expired) return [writes(conditionName(name))];
  return [isWaiting(kernel, process, name) ? reads(conditionName(name)) : writes(`mutex ${mutex}`)];
}

function findBlock(kernel: Kernel, process: Process, name: string, mutex: string): Block | null {
  if (progressOf(process) === 0) return null;
  if (!isWaiting(kernel, process, name)) return findMutexBlock(kernel, process, mutex);
  const others = waitersOf(kernel, name).length - 1;
  const why = `nobody has signalled it yet${others > 0 ? `; with it wait ${others} more` : ""}`;
  return { on: conditionName(name), why, channels: [], exclusive: false };
}

function wait(draft: Draft, process: Process, name: string, mutex: string): Outcome<void> {
  if (progressOf(process) === 0) return beginWait(draft, process, name, mutex);
  const locked = lockMutex(draft, process, mutex);
  return locked.kind === "return" && progressOf(process) === timedOut ? fail("ETIMEDOUT") : locked;
}

/** Choice 1 is a spurious wakeup: the mutex is given back and taken again, and nobody has signalled anything. */
function beginWait(draft: Draft, process: Process, name: string, mutex: string): Outcome<void> {
  const { pid } = process;
  if (!mayUnlock(draft.kernel, pid, mutex)) return fail("EPERM");
  // The choice is about this wait, not about who gets the mutex.
  const unlocking: Draft = { ...draft, choice: 0 };
  unlockMutex(unlocking, process, mutex);
  draft.kernel = unlocking.kernel;
  if (draft.choice === 0) {
    setWaiters(draft, name, [...waitersOf(draft.kernel, name), pid]);
    return { kind: "continue", progress: waiting };
  }
  sleep(draft, pid, { on: conditionName(name), why: "nobody has signalled it yet", channels: [], exclusive: false });
  wake(draft, pid, "a spurious wakeup, which POSIX permits");
  return { kind: "continue", progress: wantsMutex, pause: true };
}

/** Its time is over; but if somebody has signalled it meanwhile, that counts. */
function expire(draft: Draft, process: Process, name: string): Outcome<void> {
  const late = isWaiting(draft.kernel, process, name);
  if (late) setWaiters(draft, name, without(waitersOf(draft.kernel, name), process.pid));
  return { kind: "continue", progress: late ? timedOut : wantsMutex, pause: true };
}

const choices = (_kernel: Kernel, process: Process): number => (progressOf(process) === 0 ? 2 : 1);

export const pthread_cond_wait = resumable<"pthread_cond_wait">({
  touches: touchesWait,
  blocks: findBlock,
  choices,
  perform: wait,
  object: objectOf,
});

export const pthread_cond_timedwait = resumable<"pthread_cond_timedwait">({
  touches: touchesWait,
  blocks(kernel, process, name, mutex, timeoutMs) {
    const block = findBlock(kernel, process, name, mutex);
    return isWaiting(kernel, process, name) ? withTimeout(block, timeoutMs) : block;
  },
  choices,
  perform: wait,
  expire,
  object: objectOf,
});

export const pthread_cond_signal: CallModel<"pthread_cond_signal"> = {
  touches: (_kernel, _process, name) => [writes(conditionName(name))],
  choices: (kernel, _process, name) => Math.max(1, waitersOf(kernel, name).length),
  perform(draft, { pid }, name) {
    const waiters = waitersOf(draft.kernel, name);
    const chosen = waiters[draft.choice] ?? waiters[0];
    if (chosen === undefined) return succeed(undefined);
    setWaiters(draft, name, without(waiters, chosen));
    const rule = draft.choice === 0 ? "has waited longest" : "was chosen";
    const others = waiters.length > 1 ? `; ${namePid(chosen)} ${rule} of ${waiters.length}` : "";
    wakeSleeper(draft, chosen, `${namePid(pid)} has signalled ${conditionName(name)}${others}`);
    return succeed(undefined);
  },
  object: objectOf,
};

export const pthread_cond_broadcast: CallModel<"pthread_cond_broadcast"> = {
  touches: (_kernel, _process, name) => [writes(conditionName(name))],
  perform(draft, { pid }, name) {
    const waiters = waitersOf(draft.kernel, name);
    if (waiters.length > 0) setWaiters(draft, name, []);
    for (const waiter of waiters) wakeSleeper(draft, waiter, `${namePid(pid)} has woken all at ${conditionName(name)}`);
    return succeed(undefined);
  },
  object: objectOf,
};

const twoNames: readonly Parameter[] = [
  ["condition", name],
  ["mutex", name],
];

/** Condition variables, as the kernel loads them. */
export const conditions: Mechanism = {
  calls: { pthread_cond_wait, pthread_cond_timedwait, pthread_cond_signal, pthread_cond_broadcast },
  parameters: {
    pthread_cond_wait: twoNames,
    pthread_cond_timedwait: [...twoNames, timeoutMs],
    pthread_cond_signal: object,
    pthread_cond_broadcast: object,
  },
  lifecycle: leavesQueues("condition"),
};
