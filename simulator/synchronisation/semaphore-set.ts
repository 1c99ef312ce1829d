/** System V semaphores: sets, operations on several at once, wait for zero, and what is undone at the end (semop(2), semctl(2)). */
import {
  GETALL,
  GETNCNT,
  GETPID,
  GETVAL,
  GETZCNT,
  IPC_NOWAIT,
  SEM_UNDO,
  SEMVMX,
  SETALL,
  SETVAL,
} from "../../schema/calls/synchronisation-constants.ts";
import type { SemaphoreOperation } from "../../schema/calls/synchronisation.ts";
import { IPC_CREAT, IPC_EXCL, IPC_PRIVATE, IPC_RMID } from "../../schema/calls/system-v-constants.ts";
import { listProcesses, namePid, type Draft, type Kernel, type Pid, type Process } from "../kernel/kernel.ts";
import type { Mechanism, Parameter } from "../kernel/mechanism.ts";
import { fail, reads, succeed, writes, type CallModel, type Outcome } from "../kernel/model.ts";
import { integer, list, optional, record, size } from "../kernel/parameters.ts";
import { wakeAll, type Block } from "../kernel/sleep.ts";
import { timeoutMs } from "./checks.ts";
import type { SemaphoreKeys, SemaphoreSet } from "./objects.ts";
import { findShared, listShared, nameObject, putShared, removeShared, withTimeout } from "./shared.ts";

/** The limits of Linux: semaphores of a set (SEMMSL), operations of a call (SEMOPM). */
const mostSemaphores = 32_000;
const mostOperations = 500;

const setName = (id: number) => `semaphore set ${id}`;
const findSet = (kernel: Kernel, id: number) => findShared(kernel, "semaphore set", String(id));
const keysName = "semaphore keys of the system";

const noKeys: SemaphoreKeys = { kind: "semaphore keys", name: "of the system", made: 0, ids: {} };
const getKeys = (kernel: Kernel): SemaphoreKeys => findShared(kernel, "semaphore keys", "of the system") ?? noKeys;

export const semget: CallModel<"semget"> = {
  touches: () => [writes(keysName)],
  perform(draft, _process, key, count, flags) {
    const keys = getKeys(draft.kernel);
    const id = key === IPC_PRIVATE ? undefined : keys.ids[key];
    if (id !== undefined) {
      if (flags & IPC_CREAT && flags & IPC_EXCL) return fail("EEXIST");
      return count > (findSet(draft.kernel, id)?.values.length ?? 0) ? fail("EINVAL") : succeed(id);
    }
    if (key !== IPC_PRIVATE && !(flags & IPC_CREAT)) return fail("ENOENT");
    if (count === 0 || count > mostSemaphores) return fail("EINVAL");
    const made = keys.made;
    const ids = key === IPC_PRIVATE ? keys.ids : { ...keys.ids, [key]: made };
    putShared(draft, { ...keys, made: made + 1, ids });
    const zeros = Array.from({ length: count }, () => 0);
    putShared(draft, { kind: "semaphore set", name: String(made), key, values: zeros, lastPids: zeros, undo: {} });
    return succeed(made);
  },
};

/** The values after all operations, or the first operation that has to wait, or goes out of range. */
function tryOperations(before: readonly number[], operations: readonly SemaphoreOperation[]) {
  const values = [...before];
  for (const operation of operations) {
    const { num, op } = operation;
    const value = values[num] ?? 0;
    if (op === 0 ? value !== 0 : value + op < 0) return { waits: operation, value };
    if (value + op > SEMVMX) return { outOfRange: true } as const;
    values[num] = value + op;
  }
  return { values };
}

const isTooMany = (operations: readonly SemaphoreOperation[]) => operations.length > mostOperations;
const isOutside = ({ values }: SemaphoreSet, operations: readonly SemaphoreOperation[]) =>
  operations.some(({ num }) => num >= values.length);

function findBlock(
  kernel: Kernel,
  _process: Process,
  id: number,
  operations: readonly SemaphoreOperation[],
): Block | null {
  const set = findSet(kernel, id);
  if (!set || isTooMany(operations) || isOutside(set, operations)) return null;
  const tried = tryOperations(set.values, operations);
  if (!tried.waits || (tried.waits.flags ?? 0) & IPC_NOWAIT) return null;
  const { num, op } = tried.waits;
  const why =
    op === 0 ? `semaphore ${num} is ${tried.value} and not 0` : `semaphore ${num} is ${tried.value}, less than ${-op}`;
  return { on: setName(id), why, channels: [setName(id)], exclusive: false };
}

function operate(
  draft: Draft,
  { group, inside }: Process,
  id: number,
  operations: readonly SemaphoreOperation[],
): Outcome<void> {
  const set = findSet(draft.kernel, id);
  if (!set) return fail(inside ? "EIDRM" : "EINVAL");
  if (operations.length === 0) return fail("EINVAL");
  if (isTooMany(operations)) return fail("E2BIG");
  if (isOutside(set, operations)) return fail("EFBIG");
  const tried = tryOperations(set.values, operations);
  if (tried.waits) return fail("EAGAIN");
  if (!tried.values) return fail("ERANGE");
  const lastPids = [...set.lastPids];
  const undo = [...(set.undo[group] ?? set.values.map(() => 0))];
  for (const { num, op, flags = 0 } of operations) {
    lastPids[num] = group;
    if (flags & SEM_UNDO) undo[num] = (undo[num] ?? 0) - op;
  }
  const undone = operations.some(({ flags = 0 }) => flags & SEM_UNDO) ? { ...set.undo, [group]: undo } : set.undo;
  change(
    draft,
    { ...set, values: tried.values, lastPids, undo: undone },
    `${namePid(group)} has changed ${setName(id)}`,
  );
  return succeed(undefined);
}

function change(draft: Draft, set: SemaphoreSet, why: string): void {
  putShared(draft, set);
  wakeAll(draft, nameObject(set), why);
}

const touchesSet = (_kernel: Kernel, _process: Process, id: number) => [writes(setName(id))];
const objectOf = (_kernel: Kernel, _process: Process, id: number) => setName(id);

export const semop: CallModel<"semop"> = {
  restarts: "never",
  touches: touchesSet,
  blocks: findBlock,
  perform: operate,
  object: objectOf,
};

export const semtimedop: CallModel<"semtimedop"> = {
  restarts: "never",
  touches: touchesSet,
  blocks: (kernel, process, id, operations, timeoutMs) =>
    withTimeout(findBlock(kernel, process, id, operations), timeoutMs),
  perform: operate,
  expire: () => fail("EAGAIN"),
  object: objectOf,
};

/** How many processes wait for semaphore `num` to grow, or to become 0. */
const countWaiting = (kernel: Kernel, set: SemaphoreSet, num: number, forZero: boolean): number =>
  listProcesses(kernel).filter(({ inside, call }) => {
    if (!inside || (call?.name !== "semop" && call?.name !== "semtimedop")) return false;
    const [id, operations] = call.args as readonly [number, readonly SemaphoreOperation[]];
    if (String(id) !== set.name) return false;
    const { waits } = tryOperations(set.values, operations);
    return waits?.num === num && (waits.op === 0) === forZero;
  }).length;

export const semctl: CallModel<"semctl"> = {
  touches: (_kernel, _process, id, _num, command) =>
    command === IPC_RMID
      ? [writes(setName(id)), writes(keysName)]
      : [writeCommands.has(command) ? writes(setName(id)) : reads(setName(id))],
  perform(draft, { pid }, id, num, command, argument) {
    const set = findSet(draft.kernel, id);
    if (!set) return fail("EINVAL");
    if (command === IPC_RMID) return removeSet(draft, pid, set);
    if (command === GETALL) return succeed(set.values);
    if (command === SETALL) return setAll(draft, pid, set, argument);
    const value = set.values[num];
    if (value === undefined) return fail("EINVAL");
    if (command === GETVAL) return succeed(value);
    if (command === GETPID) return succeed(set.lastPids[num] ?? 0);
    if (command === GETNCNT) return succeed(countWaiting(draft.kernel, set, num, false));
    if (command === GETZCNT) return succeed(countWaiting(draft.kernel, set, num, true));
    if (command !== SETVAL || typeof argument !== "number") return fail("EINVAL");
    return setAll(draft, pid, set, set.values.with(num, argument), num);
  },
  object: objectOf,
};

const writeCommands: ReadonlySet<number> = new Set([SETVAL, SETALL]);

function removeSet(draft: Draft, pid: Pid, set: SemaphoreSet): Outcome<number> {
  removeShared(draft, set);
  const keys = getKeys(draft.kernel);
  const { [set.key]: id, ...ids } = keys.ids;
  if (String(id) === set.name) putShared(draft, { ...keys, ids });
  wakeAll(draft, nameObject(set), `${namePid(pid)} has removed ${nameObject(set)}`);
  return succeed(0);
}

/** Sets the values, and forgets for those that are set (all, or `num`) what was to be undone. */
function setAll(
  draft: Draft,
  pid: Pid,
  set: SemaphoreSet,
  values: number | readonly number[],
  num?: number,
): Outcome<number> {
  if (typeof values === "number" || values.length !== set.values.length) return fail("EINVAL");
  if (values.some((value) => value < 0 || value > SEMVMX)) return fail("ERANGE");
  const isSet = (index: number) => num === undefined || index === num;
  const undo = Object.fromEntries(
    Object.entries(set.undo).map(([owner, undone]) => [owner, undone.map((part, index) => (isSet(index) ? 0 : part))]),
  );
  const lastPids = set.lastPids.map((last, index) => (isSet(index) ? pid : last));
  change(draft, { ...set, values: [...values], undo, lastPids }, `${namePid(pid)} has set ${nameObject(set)}`);
  return succeed(0);
}

const listUndone = (kernel: Kernel, pid: Pid): SemaphoreSet[] =>
  listShared(kernel, "semaphore set").filter(({ undo }) => undo[pid]);

/** At the end of a process its operations with SEM_UNDO are taken back; Linux stops at 0 and at the largest value. */
function undoOperations(draft: Draft, pid: Pid): void {
  for (const set of listUndone(draft.kernel, pid)) {
    const { [pid]: undone, ...undo } = set.undo;
    const values = set.values.map((value, index) => Math.min(SEMVMX, Math.max(0, value + (undone?.[index] ?? 0))));
    change(draft, { ...set, values, undo }, `${namePid(pid)} has ended, and its operations are undone`);
  }
}

const id: Parameter = ["id", integer];
const operations: Parameter = [
  "operations",
  list(record({ num: size, op: integer, flags: optional(integer) }, ""), "a list of { num, op, flags? }"),
];
const numbers = list(integer, "a whole number or a list of them");

/** System V semaphores, as the kernel loads them. */
export const semaphoreSets: Mechanism = {
  calls: { semget, semop, semtimedop, semctl },
  parameters: {
    semget: [
      ["key", integer],
      ["count", size],
      ["flags", integer],
    ],
    semop: [id, operations],
    semtimedop: [id, operations, timeoutMs],
    semctl: [id, ["num", integer], ["command", integer], ["argument", (value) => integer(value) && numbers(value)]],
  },
  lifecycle: {
    exit: (draft, { pid }) => undoOperations(draft, pid),
    touches: (kernel, { pid }) => listUndone(kernel, pid).map((set) => writes(nameObject(set))),
  },
};
