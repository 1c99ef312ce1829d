/** Regular files: the page cache, and the device, which has what fsync(2) has written back. (Linux writes back by itself too, after seconds.) */
import { PAGE_SIZE } from "../../schema/constants.ts";
import { touchesObject } from "../kernel/accesses.ts";
import { findName, findOpen } from "../kernel/file.ts";
import { updateObject } from "../kernel/kernel.ts";
import { fail, succeed, type ByteOperations, type CallModel, type FileOperations } from "../kernel/model.ts";
import { byteFileOperations, PAGE_CACHE } from "./byte-file.ts";
import { MAX_FILE_SIZE } from "./limits.ts";
import { dropFileLocks, dropProcessLocks, type FileLock } from "./lock-table.ts";
import { getKind, noteCopy } from "./open-object.ts";

export interface RegularFile {
  readonly kind: "file";
  readonly name: string;
  readonly mode: number;
  /** As the page cache has it. */
  readonly contents: Uint8Array;
  /** As the device has it: what is left when the machine fails. */
  readonly stored: Uint8Array;
  /** Pages of the cache that the device does not have, ascending. */
  readonly dirty: readonly number[];
  readonly locks: readonly FileLock[];
}

export const createFile = (name: string, mode: number): RegularFile => ({
  kind: "file",
  name,
  mode,
  contents: new Uint8Array(),
  stored: new Uint8Array(),
  dirty: [],
  locks: [],
});

const pagesOf = (from: number, to: number): number[] =>
  Array.from(
    { length: Math.ceil(to / PAGE_SIZE) - Math.floor(from / PAGE_SIZE) },
    (_, index) => Math.floor(from / PAGE_SIZE) + index,
  );

/** The file with new contents between two places. */
const soil = (file: RegularFile, contents: Uint8Array, from: number, to: number): RegularFile => ({
  ...file,
  contents,
  dirty: [...new Set([...file.dirty, ...pagesOf(from, to)])].toSorted((a, b) => a - b),
});

const bytes: ByteOperations<"file"> = {
  mostBytes: MAX_FILE_SIZE,
  size: ({ contents }) => contents.length,
  readAt({ contents }, offset, count) {
    const data = new Uint8Array(count);
    data.set(contents.subarray(offset, offset + count));
    return data;
  },
  writeAt(draft, index, offset, data) {
    const file = getKind(draft.kernel, index, "file");
    const contents = file.contents.slice();
    contents.set(data, offset);
    updateObject(draft, index, soil(file, contents, offset, offset + data.length));
  },
  resize(draft, index, size) {
    const file = getKind(draft.kernel, index, "file");
    const contents = new Uint8Array(size);
    contents.set(file.contents.subarray(0, size));
    const dirty = file.dirty.filter((page) => page * PAGE_SIZE < size);
    updateObject(draft, index, soil({ ...file, dirty }, contents, Math.min(size, file.contents.length), size));
  },
};

export const fileOperations: FileOperations<"file"> = {
  ...byteFileOperations(bytes),
  flush: dropProcessLocks,
  release: dropFileLocks,
};

export const fsync: CallModel<"fsync"> = {
  touches: touchesObject,
  perform(draft, process, fd) {
    const open = findOpen(draft.kernel, process, fd);
    if (!open) return fail("EBADF");
    if (open.object.kind !== "file") return fail("EINVAL");
    const { object } = open;
    noteCopy(draft, process, PAGE_CACHE, "device", object.dirty.length * PAGE_SIZE);
    updateObject(draft, open.file.object, { ...object, stored: object.contents, dirty: [] });
    return succeed(undefined);
  },
  object: findName,
};
