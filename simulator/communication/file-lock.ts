/**
 * File locks of three kinds: flock(2), fcntl(2)'s record locks, and its locks of open file descriptions (OFD). All are advisory: read
 * and write ask nobody. Only regular files can be locked here; Linux locks FIFOs and others too.
 */
import type { RecordLock } from "../../schema/calls/communication.ts";
import {
  F_GETLK,
  F_OFD_GETLK,
  F_OFD_SETLK,
  F_OFD_SETLKW,
  F_RDLCK,
  F_SETLK,
  F_SETLKW,
  F_UNLCK,
  F_WRLCK,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
} from "../../schema/calls/communication-constants.ts";
import type { ErrnoName } from "../../schema/errno.ts";
import { touchesObject } from "../kernel/accesses.ts";
import { findName, findOpen, findOpenFor } from "../kernel/file.ts";
import { listProcesses, namePid, type Kernel, type Pid, type Process } from "../kernel/kernel.ts";
import { fail, succeed, type CallModel, type OpenObject } from "../kernel/model.ts";
import type { Block } from "../kernel/sleep.ts";
import { changeLocks, findConflict, lockChannel, setLocks, type FileLock, type LockOwner } from "./lock-table.ts";
import { findKind, type Description } from "./open-object.ts";

const types: { readonly [operation: number]: number } = { [LOCK_SH]: F_RDLCK, [LOCK_EX]: F_WRLCK, [LOCK_UN]: F_UNLCK };

/** What flock asks for; null: EINVAL. */
function toFlock({ fileIndex }: Description, operation: number): FileLock | null {
  const type = types[operation & ~LOCK_NB];
  return type === undefined ? null : { owner: { kind: "flock", id: fileIndex }, type, start: 0, end: Infinity };
}

const holds = ({ object }: OpenObject<"file">, { owner, type }: FileLock): boolean =>
  object.locks.some((lock) => lock.owner.kind === owner.kind && lock.owner.id === owner.id && lock.type !== type);

export const flock: CallModel<"flock"> = {
  touches: touchesObject,
  blocks(kernel, process, fd, operation) {
    const open = findKind(kernel, process, fd, "file");
    const wanted = open && toFlock(open, operation);
    // To change a lock is to release it first: that is done before the call waits.
    if (!wanted || operation & LOCK_NB || wanted.type === F_UNLCK || holds(open, wanted)) return null;
    return describeWait(open, wanted);
  },
  perform(draft, process, fd, operation) {
    const any = findOpen(draft.kernel, process, fd);
    if (!any) return fail("EBADF");
    const wanted = toFlock(any, operation);
    if (!wanted || any.object.kind !== "file") return fail("EINVAL");
    const { object, file } = any;
    const conflict = wanted.type === F_UNLCK ? undefined : findConflict(object.locks, wanted);
    const locks = changeLocks(object.locks, conflict ? { ...wanted, type: F_UNLCK } : wanted);
    if (locks.length < object.locks.length || !conflict) setLocks(draft, file.object, object, locks);
    if (!conflict) return succeed(undefined);
    return operation & LOCK_NB ? fail("EAGAIN") : { kind: "continue", progress: 0 };
  },
  object: findName,
};

function describeWait({ object }: OpenObject<"file">, wanted: FileLock): Block | null {
  const conflict = findConflict(object.locks, wanted);
  if (!conflict) return null;
  return {
    on: `lock of ${object.name}`.slice(0, 200),
    why: `${describeOwner(conflict.owner)} holds a ${conflict.type === F_WRLCK ? "write" : "read"} lock there`,
    channels: [lockChannel(object)],
    exclusive: false,
  };
}

const describeOwner = ({ kind, id }: LockOwner) => (kind === "process" ? namePid(id) : "another open file description");

interface Request {
  readonly open: OpenObject<"file">;
  readonly wanted: FileLock;
  readonly waits: boolean;
  readonly asks: boolean;
}

const commands: ReadonlySet<number> = new Set([F_GETLK, F_SETLK, F_SETLKW, F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW]);

/** What fcntl asks for, or the errno with which it is refused. */
function toRequest(
  kernel: Kernel,
  process: Process,
  fd: number,
  command: number,
  lock: RecordLock,
): Request | ErrnoName {
  if (!findOpen(kernel, process, fd)) return "EBADF";
  const open = findKind(kernel, process, fd, "file");
  const isDescription = command >= F_OFD_GETLK;
  const asks = command === F_GETLK || command === F_OFD_GETLK;
  const start = lock.length < 0 ? lock.start + lock.length : lock.start;
  const end = lock.length === 0 ? Infinity : lock.length < 0 ? lock.start : lock.start + lock.length;
  const known = lock.type === F_RDLCK || lock.type === F_WRLCK || (lock.type === F_UNLCK && !asks);
  if (!open || !commands.has(command) || !known || start < 0 || (isDescription && lock.pid !== 0)) return "EINVAL";
  const use = lock.type === F_WRLCK ? "write" : "read";
  if (!asks && lock.type !== F_UNLCK && !findOpenFor(kernel, process, fd, use)) return "EBADF";
  const owner: LockOwner = isDescription
    ? { kind: "description", id: open.fileIndex }
    : { kind: "process", id: process.group };
  const waits = command === F_SETLKW || command === F_OFD_SETLKW;
  return { open, wanted: { owner, type: lock.type, start, end }, waits, asks };
}

/** The process whose record lock `process` waits for; null where it waits for none. */
function findHolder(kernel: Kernel, process: Process): Pid | null {
  if (process.state !== "blocked" || process.call?.name !== "fcntl_lock") return null;
  const request = toRequest(kernel, process, ...(process.call.args as [number, number, RecordLock]));
  const conflict = typeof request === "string" ? undefined : findConflict(request.open.object.locks, request.wanted);
  return conflict?.owner.kind === "process" ? conflict.owner.id : null;
}

/** Whether waiting for `wanted` would close a circle of processes that wait for each other's record locks. */
function wouldDeadlock(kernel: Kernel, process: Process, { open, wanted }: Request): boolean {
  const first = findConflict(open.object.locks, wanted)?.owner;
  if (wanted.owner.kind !== "process" || first?.kind !== "process") return false;
  const seen = new Set<Pid>();
  for (let holder: Pid | null = first.id; holder !== null && !seen.has(holder);) {
    if (holder === process.group) return true;
    seen.add(holder);
    const group: Pid = holder;
    const waiting: Process | undefined = listProcesses(kernel).find(
      (one) => one.group === group && findHolder(kernel, one) !== null,
    );
    holder = waiting ? findHolder(kernel, waiting) : null;
  }
  return false;
}

/** fcntl(2)'s locks. EDEADLK: for record locks only, as on Linux. EAGAIN where POSIX permits EACCES too. */
export const fcntl_lock: CallModel<"fcntl_lock"> = {
  touches: touchesObject,
  blocks(kernel, process, fd, command, lock) {
    const request = toRequest(kernel, process, fd, command, lock);
    if (typeof request === "string" || !request.waits || request.wanted.type === F_UNLCK) return null;
    return wouldDeadlock(kernel, process, request) ? null : describeWait(request.open, request.wanted);
  },
  perform(draft, process, fd, command, lock) {
    const request = toRequest(draft.kernel, process, fd, command, lock);
    if (typeof request === "string") return fail(request);
    const { open, wanted, waits, asks } = request;
    const { locks } = open.object;
    const conflict = wanted.type === F_UNLCK ? undefined : findConflict(locks, wanted);
    if (asks) return succeed(conflict ? toRecord(conflict) : { ...lock, type: F_UNLCK });
    if (conflict) return fail(waits ? "EDEADLK" : "EAGAIN");
    setLocks(draft, open.file.object, open.object, changeLocks(locks, wanted));
    return succeed(null);
  },
  object: findName,
};

const toRecord = ({ owner, type, start, end }: FileLock): RecordLock => ({
  type,
  start,
  length: end === Infinity ? 0 : end - start,
  pid: owner.kind === "process" ? owner.id : -1,
});
