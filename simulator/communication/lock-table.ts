/** The locks of a file: ranges of bytes and whose they are. Three kinds of owner (flock(2), fcntl(2)). */
import { F_UNLCK, F_WRLCK } from "../../schema/calls/communication-constants.ts";
import { updateObject, type Draft, type Process } from "../kernel/kernel.ts";
import type { OpenObject } from "../kernel/model.ts";
import { wakeAll } from "../kernel/sleep.ts";
import { getKind } from "./open-object.ts";
import type { RegularFile } from "./regular-file.ts";

/** `process`: a record lock. `description`: an OFD lock of an open file description. `flock`: one too, in a world of its own. */
export interface LockOwner {
  readonly kind: "process" | "description" | "flock";
  /** The process, or the place in `Kernel.files`. */
  readonly id: number;
}

export interface FileLock {
  readonly owner: LockOwner;
  readonly type: number;
  /** The bytes from `start` up to `end`; Infinity: however long the file gets. */
  readonly start: number;
  readonly end: number;
}

export const lockChannel = (file: RegularFile): string => `${file.name} locks`;

const isSame = (a: LockOwner, b: LockOwner): boolean => a.kind === b.kind && a.id === b.id;
const overlaps = (a: FileLock, b: FileLock): boolean => a.start < b.end && b.start < a.end;

/** A lock of somebody else that is in the way; flock's locks and those of fcntl do not see each other. */
export const findConflict = (locks: readonly FileLock[], wanted: FileLock): FileLock | undefined =>
  locks.find(
    (lock) =>
      !isSame(lock.owner, wanted.owner) &&
      (lock.owner.kind === "flock") === (wanted.owner.kind === "flock") &&
      overlaps(lock, wanted) &&
      (lock.type === F_WRLCK || wanted.type === F_WRLCK),
  );

/** The table with `wanted` (or its release): it replaces what its owner had there, splitting and joining ranges. */
export function changeLocks(locks: readonly FileLock[], wanted: FileLock): readonly FileLock[] {
  const own = locks.filter(({ owner }) => isSame(owner, wanted.owner));
  const others = locks.filter(({ owner }) => !isSame(owner, wanted.owner));
  const left = own.flatMap((lock) =>
    [
      { ...lock, end: Math.min(lock.end, wanted.start) },
      { ...lock, start: Math.max(lock.start, wanted.end) },
    ].filter(({ start, end }) => start < end),
  );
  const added = wanted.type === F_UNLCK ? left : [...left, wanted];
  return [...others, ...joinRanges(added.toSorted((a, b) => a.start - b.start))];
}

/** Neighbours of one type become one. */
function joinRanges(sorted: readonly FileLock[]): FileLock[] {
  const joined: FileLock[] = [];
  for (const lock of sorted) {
    const last = joined.at(-1);
    if (last && last.type === lock.type && last.end >= lock.start)
      joined[joined.length - 1] = { ...last, end: lock.end };
    else joined.push(lock);
  }
  return joined;
}

/** Sets the table of a file; where somebody's lock got less, wakes who waits for one: each tries again, longest waiting first. */
export function setLocks(draft: Draft, index: number, file: RegularFile, locks: readonly FileLock[]): void {
  updateObject(draft, index, { ...file, locks });
  const isKept = (old: FileLock) =>
    locks.some(
      (lock) =>
        isSame(lock.owner, old.owner) && lock.type === old.type && lock.start <= old.start && old.end <= lock.end,
    );
  if (!file.locks.every(isKept)) wakeAll(draft, lockChannel(file), "a lock was released or changed");
}

/** The file as it is now: closing has changed it already where both kinds go. */
function dropLocks(draft: Draft, index: number, isMeant: (owner: LockOwner) => boolean): void {
  const file = getKind(draft.kernel, index, "file");
  const kept = file.locks.filter(({ owner }) => !isMeant(owner));
  if (kept.length < file.locks.length) setLocks(draft, index, file, kept);
}

/** The trap of record locks: closing any descriptor of a file releases all that the process has locked in it. */
export const dropProcessLocks = (draft: Draft, { group }: Process, { file }: OpenObject<"file">): void =>
  dropLocks(draft, file.object, ({ kind, id }) => kind === "process" && id === group);

/** The locks of an open file description go with its last descriptor. */
export const dropFileLocks = (draft: Draft, { file, fileIndex }: OpenObject<"file">): void =>
  dropLocks(draft, file.object, ({ kind, id }) => kind !== "process" && id === fileIndex);
