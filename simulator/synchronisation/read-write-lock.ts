/** Reader–writer locks, with either side preferred (pthread_rwlock_rdlock(3p), pthread_rwlockattr_setkind_np(3)). */
import { namePid, namePids, type Draft, type Kernel, type Pid, type Process } from "../kernel/kernel.ts";
import type { Mechanism } from "../kernel/mechanism.ts";
import { fail, reads, succeed, writes, type CallModel, type Outcome } from "../kernel/model.ts";
import { oneOf } from "../kernel/parameters.ts";
import { wakeAll, type Block } from "../kernel/sleep.ts";
import { object, timed } from "./checks.ts";
import type { ReadWriteLock } from "./objects.ts";
import { resumable } from "./resumable.ts";
import {
  describeWait,
  findShared,
  listShared,
  nameObject,
  putShared,
  removeShared,
  withTimeout,
  without,
} from "./shared.ts";

const lockName = (name: string) => `rwlock ${name}`;
const objectOf = (_kernel: Kernel, _process: Process, name: string) => lockName(name);
const touchesLock = (_kernel: Kernel, _process: Process, name: string) => [writes(lockName(name))];

const initial = { kind: "rwlock", prefer: "reader", readers: [], writer: null, waitingWriters: [] } as const;
const getLock = (kernel: Kernel, name: string): ReadWriteLock =>
  findShared(kernel, "rwlock", name) ?? { ...initial, name };

const isFree = ({ readers, writer }: ReadWriteLock): boolean => writer === null && readers.length === 0;

function findReadBlock(kernel: Kernel, { pid }: Process, name: string): Block | null {
  const { writer, waitingWriters } = getLock(kernel, name);
  if (writer === pid) return null;
  if (writer !== null) {
    return describeWait(kernel, pid, lockName(name), `${namePid(writer)} writes`, {
      exclusive: false,
      holders: [writer],
    });
  }
  if (waitingWriters.length === 0) return null;
  const why = `${namePids(waitingWriters)} ${waitingWriters.length > 1 ? "wait" : "waits"} to write, and writers go first`;
  return { on: lockName(name), why, channels: [lockName(name)], exclusive: false, holders: waitingWriters };
}

/** A writer that readers have to let through is in the lock's list while it waits, so that they can know. */
function findWriteBlock(kernel: Kernel, { pid, inside }: Process, name: string): Block | null {
  const lock = getLock(kernel, name);
  if (isFree(lock) || lock.writer === pid || (lock.prefer === "writer" && !inside?.progress)) return null;
  const holders = lock.writer === null ? lock.readers : [lock.writer];
  const verb = lock.writer === null ? (holders.length > 1 ? "read" : "reads") : "writes";
  const why = `${namePids(holders)} ${verb}`;
  return describeWait(kernel, pid, lockName(name), why, { exclusive: false, holders });
}

function lockToRead(draft: Draft, { pid }: Process, name: string): Outcome<void> {
  const lock = getLock(draft.kernel, name);
  if (lock.writer === pid) return fail("EDEADLK");
  putShared(draft, { ...lock, readers: [...lock.readers, pid] });
  return succeed(undefined);
}

function lockToWrite(draft: Draft, { pid }: Process, name: string): Outcome<void> {
  const lock = getLock(draft.kernel, name);
  if (lock.writer === pid) return fail("EDEADLK");
  if (!isFree(lock)) {
    putShared(draft, { ...lock, waitingWriters: [...lock.waitingWriters, pid] });
    return { kind: "continue", progress: 1 };
  }
  putShared(draft, { ...lock, writer: pid, waitingWriters: without(lock.waitingWriters, pid) });
  return succeed(undefined);
}

/** Everybody who waits looks again: how many may go on depends on who they are. */
function change(draft: Draft, lock: ReadWriteLock, why: string): void {
  putShared(draft, lock);
  wakeAll(draft, lockName(lock.name), why);
}

function giveUpWriting(draft: Draft, { pid }: Process, name: string): Outcome<void> {
  const lock = getLock(draft.kernel, name);
  if (lock.waitingWriters.includes(pid)) {
    change(
      draft,
      { ...lock, waitingWriters: without(lock.waitingWriters, pid) },
      `${namePid(pid)} has given up writing`,
    );
  }
  return fail("ETIMEDOUT");
}

export const pthread_rwlock_init: CallModel<"pthread_rwlock_init"> = {
  touches: touchesLock,
  perform(draft, _process, name, prefer) {
    putShared(draft, { ...initial, name, prefer });
    return succeed(undefined);
  },
};

export const pthread_rwlock_destroy: CallModel<"pthread_rwlock_destroy"> = {
  touches: touchesLock,
  perform(draft, _process, name) {
    const lock = getLock(draft.kernel, name);
    if (!isFree(lock)) return fail("EBUSY");
    removeShared(draft, lock);
    return succeed(undefined);
  },
};

export const pthread_rwlock_rdlock: CallModel<"pthread_rwlock_rdlock"> = {
  restarts: "always",
  touches: touchesLock,
  blocks: findReadBlock,
  perform: lockToRead,
  object: objectOf,
};

export const pthread_rwlock_timedrdlock: CallModel<"pthread_rwlock_timedrdlock"> = {
  restarts: "always",
  touches: touchesLock,
  blocks: (kernel, process, name, timeoutMs) => withTimeout(findReadBlock(kernel, process, name), timeoutMs),
  perform: lockToRead,
  expire: () => fail("ETIMEDOUT"),
  object: objectOf,
};

export const pthread_rwlock_wrlock = resumable<"pthread_rwlock_wrlock">({
  touches: touchesLock,
  blocks: findWriteBlock,
  perform: lockToWrite,
  object: objectOf,
});

export const pthread_rwlock_timedwrlock = resumable<"pthread_rwlock_timedwrlock">({
  touches: touchesLock,
  blocks: (kernel, process, name, timeoutMs) => withTimeout(findWriteBlock(kernel, process, name), timeoutMs),
  perform: lockToWrite,
  expire: giveUpWriting,
  object: objectOf,
});

const cannotRead = (kernel: Kernel, name: string): boolean => {
  const { writer, waitingWriters } = getLock(kernel, name);
  return writer !== null || waitingWriters.length > 0;
};
const cannotWrite = (kernel: Kernel, name: string): boolean => !isFree(getLock(kernel, name));

export const pthread_rwlock_tryrdlock: CallModel<"pthread_rwlock_tryrdlock"> = {
  touches: (kernel, _process, name) => [(cannotRead(kernel, name) ? reads : writes)(lockName(name))],
  perform: (draft, process, name) =>
    cannotRead(draft.kernel, name) ? fail("EBUSY") : lockToRead(draft, process, name),
  object: objectOf,
};

export const pthread_rwlock_trywrlock: CallModel<"pthread_rwlock_trywrlock"> = {
  touches: (kernel, _process, name) => [(cannotWrite(kernel, name) ? reads : writes)(lockName(name))],
  perform: (draft, process, name) =>
    cannotWrite(draft.kernel, name) ? fail("EBUSY") : lockToWrite(draft, process, name),
  object: objectOf,
};

export const pthread_rwlock_unlock: CallModel<"pthread_rwlock_unlock"> = {
  touches: touchesLock,
  perform(draft, { pid }, name) {
    const lock = getLock(draft.kernel, name);
    const why = `${namePid(pid)} has unlocked ${lockName(name)}`;
    const held = lock.readers.indexOf(pid);
    if (lock.writer === pid) change(draft, { ...lock, writer: null }, why);
    else if (held >= 0) change(draft, { ...lock, readers: lock.readers.toSpliced(held, 1) }, why);
    else return fail("EPERM");
    return succeed(undefined);
  },
  object: objectOf,
};

const listWaits = (kernel: Kernel, pid: Pid): ReadWriteLock[] =>
  listShared(kernel, "rwlock").filter(({ waitingWriters }) => waitingWriters.includes(pid));

/** A writer that ends keeps nobody from reading. */
function leaveLocks(draft: Draft, pid: Pid): void {
  for (const lock of listWaits(draft.kernel, pid)) {
    change(draft, { ...lock, waitingWriters: without(lock.waitingWriters, pid) }, `${namePid(pid)} has ended`);
  }
}

/** Reader–writer locks, as the kernel loads them. */
export const readWriteLocks: Mechanism = {
  calls: {
    pthread_rwlock_init,
    pthread_rwlock_destroy,
    pthread_rwlock_rdlock,
    pthread_rwlock_wrlock,
    pthread_rwlock_tryrdlock,
    pthread_rwlock_trywrlock,
    pthread_rwlock_timedrdlock,
    pthread_rwlock_timedwrlock,
    pthread_rwlock_unlock,
  },
  parameters: {
    pthread_rwlock_init: [...object, ["prefer", oneOf(["reader", "writer"])]],
    pthread_rwlock_destroy: object,
    pthread_rwlock_rdlock: object,
    pthread_rwlock_wrlock: object,
    pthread_rwlock_tryrdlock: object,
    pthread_rwlock_trywrlock: object,
    pthread_rwlock_timedrdlock: timed,
    pthread_rwlock_timedwrlock: timed,
    pthread_rwlock_unlock: object,
  },
  lifecycle: {
    endThread: (draft, { pid }) => leaveLocks(draft, pid),
    touches: (kernel, { common: { threads } }) =>
      threads.flatMap((thread) => listWaits(kernel, thread).map((lock) => writes(nameObject(lock)))),
  },
};
