/** Mutexes: normal, error-checking, recursive, robust, with priority inheritance (pthread_mutex_lock(3p), pthread_mutexattr_*). */
import { namePid, type Draft, type Kernel, type Pid, type Process } from "../kernel/kernel.ts";
import type { Mechanism } from "../kernel/mechanism.ts";
import { fail, reads, succeed, writes, type CallModel, type Outcome } from "../kernel/model.ts";
import { boolean, oneOf } from "../kernel/parameters.ts";
import { wakeAll, wakeOne, type Block } from "../kernel/sleep.ts";
import { object, options, timed } from "./checks.ts";
import { findInherited } from "./inheritance.ts";
import type { Mutex } from "./objects.ts";
import {
  countChoices,
  describeWait,
  findShared,
  hasEnded,
  listShared,
  nameObject,
  putShared,
  removeShared,
  withTimeout,
} from "./shared.ts";

const mutexName = (name: string) => `mutex ${name}`;

const initial = {
  kind: "mutex",
  type: "normal",
  robust: false,
  inherit: false,
  owner: null,
  count: 0,
  health: "sound",
} as const;

/** A mutex that nobody has initialised is as PTHREAD_MUTEX_INITIALIZER makes it. */
const getMutex = (kernel: Kernel, name: string): Mutex => findShared(kernel, "mutex", name) ?? { ...initial, name };

const touchesMutex = (_kernel: Kernel, _process: Process, name: string) => [writes(mutexName(name))];
const objectOf = (_kernel: Kernel, _process: Process, name: string) => mutexName(name);

/** Why `process` cannot have the mutex now; null where it can, or where the lock fails at once. */
export function findMutexBlock(kernel: Kernel, { pid }: Process, name: string): Block | null {
  const { owner, type, health } = getMutex(kernel, name);
  if (owner === null || health === "lost" || (owner === pid && type !== "normal")) return null;
  const itself = owner === pid ? "it has the mutex itself, and a normal mutex does not count" : null;
  const why = itself ?? `${namePid(owner)} has it${hasEnded(kernel, owner) ? ", and has ended" : ""}`;
  return describeWait(kernel, pid, mutexName(name), why, { holders: [owner] });
}

/** Takes a mutex that does not block. */
export function lockMutex(draft: Draft, { pid }: Process, name: string): Outcome<void> {
  const mutex = getMutex(draft.kernel, name);
  if (mutex.health === "lost") return fail("ENOTRECOVERABLE");
  if (mutex.owner === pid && mutex.type === "errorcheck") return fail("EDEADLK");
  putShared(draft, { ...mutex, owner: pid, count: mutex.count + 1 });
  return mutex.health === "orphaned" && mutex.count === 0 ? fail("EOWNERDEAD") : succeed(undefined);
}

/** Only a mutex that keeps its owner in mind can refuse: of a normal one, POSIX leaves open what happens, and Linux unlocks it. */
export const mayUnlock = (kernel: Kernel, pid: Pid, name: string): boolean => {
  const { type, robust, owner } = getMutex(kernel, name);
  return owner === pid || (type === "normal" && !robust);
};

/** Unlocks once, and wakes one of those that wait. */
export function unlockMutex(draft: Draft, { pid }: Process, name: string): void {
  const mutex = getMutex(draft.kernel, name);
  if (mutex.count > 1) return putShared(draft, { ...mutex, count: mutex.count - 1 });
  const health = mutex.health === "orphaned" ? "lost" : mutex.health;
  putShared(draft, { ...mutex, owner: null, count: 0, health });
  if (health === "lost") wakeAll(draft, mutexName(name), `${namePid(pid)} gave it up without making it consistent`);
  else wakeOne(draft, mutexName(name), `${namePid(pid)} has unlocked ${mutexName(name)}`);
}

export const pthread_mutex_init: CallModel<"pthread_mutex_init"> = {
  touches: touchesMutex,
  perform(draft, _process, name, { type = "normal", robust = false, protocol = "none" }) {
    putShared(draft, { ...initial, name, type, robust, inherit: protocol === "inherit" });
    return succeed(undefined);
  },
};

export const pthread_mutex_destroy: CallModel<"pthread_mutex_destroy"> = {
  touches: touchesMutex,
  perform(draft, _process, name) {
    const mutex = getMutex(draft.kernel, name);
    if (mutex.owner !== null) return fail("EBUSY");
    removeShared(draft, mutex);
    return succeed(undefined);
  },
};

export const pthread_mutex_lock: CallModel<"pthread_mutex_lock"> = {
  restarts: "always",
  touches: touchesMutex,
  blocks: findMutexBlock,
  perform: lockMutex,
  object: objectOf,
};

export const pthread_mutex_timedlock: CallModel<"pthread_mutex_timedlock"> = {
  restarts: "always",
  touches: touchesMutex,
  blocks: (kernel, process, name, timeoutMs) => withTimeout(findMutexBlock(kernel, process, name), timeoutMs),
  perform: lockMutex,
  expire: () => fail("ETIMEDOUT"),
  object: objectOf,
};

const isBusy = (kernel: Kernel, { pid }: Process, name: string): boolean => {
  const { owner, type, health } = getMutex(kernel, name);
  return owner !== null && health !== "lost" && !(owner === pid && type === "recursive");
};

export const pthread_mutex_trylock: CallModel<"pthread_mutex_trylock"> = {
  touches: (kernel, process, name) => [(isBusy(kernel, process, name) ? reads : writes)(mutexName(name))],
  perform: (draft, process, name) =>
    isBusy(draft.kernel, process, name) ? fail("EBUSY") : lockMutex(draft, process, name),
  object: objectOf,
};

export const pthread_mutex_unlock: CallModel<"pthread_mutex_unlock"> = {
  touches: touchesMutex,
  choices: (kernel, _process, name) => countChoices(kernel, mutexName(name)),
  perform(draft, process, name) {
    if (!mayUnlock(draft.kernel, process.pid, name)) return fail("EPERM");
    unlockMutex(draft, process, name);
    return succeed(undefined);
  },
  object: objectOf,
};

export const pthread_mutex_consistent: CallModel<"pthread_mutex_consistent"> = {
  touches: touchesMutex,
  perform(draft, { pid }, name) {
    const mutex = getMutex(draft.kernel, name);
    if (!mutex.robust || mutex.health !== "orphaned" || mutex.owner !== pid) return fail("EINVAL");
    putShared(draft, { ...mutex, health: "sound" });
    return succeed(undefined);
  },
  object: objectOf,
};

const listOrphans = (kernel: Kernel, pid: Pid): Mutex[] =>
  listShared(kernel, "mutex").filter(({ robust, owner }) => robust && owner === pid);

/** The end of an owner: a robust mutex goes on to the next, any other stays locked for ever. */
function orphanMutexes(draft: Draft, pid: Pid): void {
  for (const mutex of listOrphans(draft.kernel, pid)) {
    putShared(draft, { ...mutex, owner: null, count: 0, health: "orphaned" });
    wakeOne(draft, nameObject(mutex), `${namePid(pid)}, which had it, has ended`);
  }
}

const attributes = options({
  type: oneOf(["normal", "errorcheck", "recursive"]),
  robust: boolean,
  protocol: oneOf(["none", "inherit"]),
});

/** Mutexes, as the kernel loads them. */
export const mutexes: Mechanism = {
  calls: {
    pthread_mutex_init,
    pthread_mutex_destroy,
    pthread_mutex_lock,
    pthread_mutex_trylock,
    pthread_mutex_timedlock,
    pthread_mutex_unlock,
    pthread_mutex_consistent,
  },
  parameters: {
    pthread_mutex_init: [...object, ["attributes", attributes]],
    pthread_mutex_destroy: object,
    pthread_mutex_lock: object,
    pthread_mutex_trylock: object,
    pthread_mutex_timedlock: timed,
    pthread_mutex_unlock: object,
    pthread_mutex_consistent: object,
  },
  inheritance: findInherited,
  lifecycle: {
    endThread: (draft, { pid }) => orphanMutexes(draft, pid),
    touches: (kernel, { common: { threads } }) =>
      threads.flatMap((thread) => listOrphans(kernel, thread).map((mutex) => writes(nameObject(mutex)))),
  },
};
