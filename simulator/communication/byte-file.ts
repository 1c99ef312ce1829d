/**
 * Files that are bytes by their place, regular files and shared memory alike: an offset in the open file description, and a page cache
 * between program and file into which every read and write copies.
 */
import { O_APPEND, POLLIN, POLLOUT, SEEK_CUR, SEEK_END, SEEK_SET } from "../../schema/constants.ts";
import type { ErrnoName } from "../../schema/errno.ts";
import { touchesObject } from "../kernel/accesses.ts";
import { findName, findOpen, findOpenFor } from "../kernel/file.ts";
import { getObject, type Draft, type Kernel, type KernelObject, type Process } from "../kernel/kernel.ts";
import { listLifecycles, operationsOf } from "../kernel/mechanism.ts";
import {
  fail,
  succeed,
  writes,
  type ByteOperations,
  type CallModel,
  type FileOperations,
  type OpenObject,
  type Outcome,
} from "../kernel/model.ts";
import { noteCopy } from "./open-object.ts";

export const PAGE_CACHE = "page cache";

/** What a call does with bytes, once it has found whose they are. */
type Bytes = ByteOperations<KernelObject["kind"]>;

/** An open file with bytes by their place. */
interface OpenBytes {
  readonly open: OpenObject;
  readonly bytes: Bytes;
}

/** The bytes of `fd`, or why there are none that could be used so: EBADF, or `without` for other kinds of file. */
function findBytes(
  kernel: Kernel,
  process: Process,
  fd: number,
  use: "read" | "write" | null,
  without: ErrnoName,
): OpenBytes | ErrnoName {
  const open = findOpen(kernel, process, fd);
  if (!open) return "EBADF";
  const { bytes } = operationsOf(open.object);
  if (!bytes) return without;
  return use && !findOpenFor(kernel, process, fd, use) ? "EBADF" : { open, bytes };
}

function readAt(draft: Draft, process: Process, { open, bytes }: OpenBytes, offset: number, count: number): Uint8Array {
  const most = Math.max(0, Math.min(count, bytes.size(open.object) - offset));
  const data = bytes.readAt(open.object, offset, most);
  noteCopy(draft, process, PAGE_CACHE, "user", most);
  return data;
}

/** As much as fits below the largest size; what is skipped becomes zeros. */
function writeAt(
  draft: Draft,
  process: Process,
  { open, bytes }: OpenBytes,
  offset: number,
  data: Uint8Array,
): Outcome<number> {
  const part = data.subarray(0, Math.max(0, bytes.mostBytes - offset));
  if (part.length === 0) return data.length > 0 ? fail("EFBIG") : succeed(0);
  const index = open.file.object;
  if (offset + part.length > bytes.size(open.object)) bytes.resize(draft, index, offset + part.length);
  bytes.writeAt(draft, index, offset, part);
  noteCopy(draft, process, "user", PAGE_CACHE, part.length);
  return succeed(part.length);
}

function moveTo(draft: Draft, { fileIndex, file }: OpenObject, offset: number): void {
  draft.kernel = { ...draft.kernel, files: draft.kernel.files.with(fileIndex, { ...file, offset }) };
}

/** What such a file does when it is read, written and polled: it never waits. */
export function byteFileOperations<Kind extends KernelObject["kind"]>(bytes: ByteOperations<Kind>) {
  const find = (open: OpenObject<Kind>) => ({ open, bytes }) as unknown as OpenBytes;
  return {
    readBlocks: () => null,
    read(draft, process, open, count) {
      const found = find(open);
      const offset = found.open.file.offset ?? 0;
      const data = readAt(draft, process, found, offset, count);
      moveTo(draft, found.open, offset + data.length);
      return succeed(data);
    },
    writeBlocks: () => null,
    write(draft, process, open, data) {
      const found = find(open);
      const { flags, offset = 0 } = found.open.file;
      const start = flags & O_APPEND ? bytes.size(open.object) : offset;
      const outcome = writeAt(draft, process, found, start, data);
      if (outcome.kind === "return" && outcome.value > 0) moveTo(draft, found.open, start + outcome.value);
      return outcome;
    },
    ready: () => POLLIN | POLLOUT,
    channels: () => [],
    release: () => undefined,
    bytes,
  } satisfies FileOperations<Kind>;
}

/** Sets the size, and tells those who have the object mapped. */
export function resize(draft: Draft, index: number, size: number): void {
  operationsOf(getObject(draft.kernel, index)).bytes?.resize(draft, index, size);
  for (const { resized } of listLifecycles()) resized?.(draft, index, size);
}

/** The offset is part of the open file description, so that moving it changes that too. */
const touchesOffset = (kernel: Kernel, process: Process, fd: number) =>
  touchesObject(kernel, process, fd).map(({ object }) => writes(object));

export const lseek: CallModel<"lseek"> = {
  touches: touchesOffset,
  perform(draft, process, fd, offset, whence) {
    const found = findBytes(draft.kernel, process, fd, null, "ESPIPE");
    if (typeof found === "string") return fail(found);
    const { open, bytes } = found;
    if (whence !== SEEK_SET && whence !== SEEK_CUR && whence !== SEEK_END) return fail("EINVAL");
    const base = { [SEEK_SET]: 0, [SEEK_CUR]: open.file.offset ?? 0, [SEEK_END]: bytes.size(open.object) }[whence];
    const to = base + offset;
    if (to < 0 || !Number.isSafeInteger(to)) return fail("EINVAL");
    moveTo(draft, open, to);
    return succeed(to);
  },
  object: findName,
};

export const pread: CallModel<"pread"> = {
  touches: touchesObject,
  perform(draft, process, fd, count, offset) {
    if (offset < 0) return fail("EINVAL");
    const found = findBytes(draft.kernel, process, fd, "read", "ESPIPE");
    return typeof found === "string" ? fail(found) : succeed(readAt(draft, process, found, offset, count));
  },
  object: findName,
};

/** With O_APPEND Linux appends whatever the offset; POSIX says that it must not. */
export const pwrite: CallModel<"pwrite"> = {
  touches: touchesObject,
  perform(draft, process, fd, data, offset) {
    if (offset < 0) return fail("EINVAL");
    const found = findBytes(draft.kernel, process, fd, "write", "ESPIPE");
    if (typeof found === "string") return fail(found);
    const { file, object } = found.open;
    return writeAt(draft, process, found, file.flags & O_APPEND ? found.bytes.size(object) : offset, data);
  },
  object: findName,
};

export const ftruncate: CallModel<"ftruncate"> = {
  touches: touchesObject,
  perform(draft, process, fd, length) {
    if (length < 0) return fail("EINVAL");
    const found = findBytes(draft.kernel, process, fd, null, "EINVAL");
    if (typeof found === "string") return fail(found);
    const { open, bytes } = found;
    if (!findOpenFor(draft.kernel, process, fd, "write")) return fail("EINVAL");
    if (length > bytes.mostBytes) return fail("EFBIG");
    resize(draft, open.file.object, length);
    return succeed(undefined);
  },
  object: findName,
};
