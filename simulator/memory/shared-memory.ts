/** Shared memory by descriptor: shm_open, shm_unlink, memfd_create, ftruncate (shm_overview(7)). */
import { MFD_CLOEXEC } from "../../schema/calls/memory-constants.ts";
import { O_CREAT, O_EXCL, O_RDWR, O_TRUNC, O_WRONLY, PAGE_SIZE } from "../../schema/constants.ts";
import { addFile, findFreeDescriptors, setDescriptor } from "../kernel/file.ts";
import {
  addObject,
  bindName,
  findNamed,
  getObject,
  unbindName,
  updateObject,
  type Access,
  type Kernel,
} from "../kernel/kernel.ts";
import { fail, succeed, writes, type ByteOperations, type CallModel, type FileOperations } from "../kernel/model.ts";
import { byteFileOperations, resize } from "../communication/byte-file.ts";
import { overwrite } from "./frames.ts";
import { touchesMappers } from "./lifecycle.ts";
import { MAX_OBJECT_SIZE, NAME_MAX } from "./limits.ts";
import { pageOf, roundUp } from "./mapping.ts";
import type { SharedMemory } from "./objects.ts";

/** As long as a trace shows names. */
const shorten = (name: string): string => name.slice(0, 200);

export const createSharedMemory = (name: string, size = 0): SharedMemory => ({
  kind: "shared memory",
  name: shorten(name),
  size,
  pages: [],
});

const getMemory = (kernel: Kernel, index: number): SharedMemory => getObject(kernel, index) as SharedMemory;

const bytes: ByteOperations<"shared memory"> = {
  mostBytes: MAX_OBJECT_SIZE,
  size: ({ size }) => size,
  readAt({ pages }, offset, count) {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const begin = (offset + at) % PAGE_SIZE;
      const page = pages[pageOf(offset + at)];
      if (page) bytes.set(page.subarray(begin, begin + count - at), at);
      at += PAGE_SIZE - begin;
    }
    return bytes;
  },
  writeAt(draft, index, offset, data) {
    const memory = getMemory(draft.kernel, index);
    const pages = [...memory.pages];
    for (let at = 0; at < data.length;) {
      const begin = (offset + at) % PAGE_SIZE;
      const page = pageOf(offset + at);
      const part = data.subarray(at, at + PAGE_SIZE - begin);
      while (pages.length < page) pages.push(undefined);
      pages[page] = overwrite(pages[page] ?? new Uint8Array(), begin, part);
      at += part.length;
    }
    updateObject(draft, index, { ...memory, pages });
  },
  resize(draft, index, size) {
    const memory = getMemory(draft.kernel, index);
    const last = pageOf(size);
    const pages = memory.pages
      .slice(0, pageOf(roundUp(size)))
      .map((page, at) => (at === last ? page?.slice(0, size % PAGE_SIZE) : page));
    updateObject(draft, index, { ...memory, size, pages });
  },
};

export const memoryOperations: FileOperations<"shared memory"> = byteFileOperations(bytes);

const pathOf = (name: string): string => `/dev/shm/${name.replace(/^\/+/, "")}`;

/** What a call that looks up or changes a name touches. */
const touchesName = (name: string, isChange: boolean): Access[] => [{ object: pathOf(name), writes: isChange }];

export const shm_open: CallModel<"shm_open"> = {
  touches(kernel, _process, name, flags) {
    const found = findNamed(kernel, pathOf(name));
    const truncated =
      found !== undefined && flags & O_TRUNC
        ? [writes(getObject(kernel, found).name), ...touchesMappers(kernel, found)]
        : [];
    return [writes("files"), ...touchesName(name, (flags & O_CREAT) !== 0), ...truncated];
  },
  perform(draft, process, name, flags) {
    const plain = name.replace(/^\/+/, "");
    if (plain === "" || plain.includes("/") || flags & O_WRONLY) return fail("EINVAL");
    if (plain.length > NAME_MAX) return fail("ENAMETOOLONG");
    const found = findNamed(draft.kernel, pathOf(name));
    if (found === undefined && !(flags & O_CREAT)) return fail("ENOENT");
    if (found !== undefined && flags & O_CREAT && flags & O_EXCL) return fail("EEXIST");
    const fd = findFreeDescriptors(draft.kernel, process, 1)?.[0];
    if (fd === undefined) return fail("EMFILE");
    const object = found ?? addObject(draft, createSharedMemory(`/${plain}`));
    if (found === undefined) bindName(draft, pathOf(name), object);
    else if (flags & O_TRUNC && flags & O_RDWR) resize(draft, object, 0);
    const file = addFile(draft, object, flags & O_RDWR);
    setDescriptor(draft, process.pid, fd, { file, closeOnExec: true });
    return succeed(fd);
  },
  object: (_kernel, _process, name) => shorten(name),
};

export const shm_unlink: CallModel<"shm_unlink"> = {
  touches: (_kernel, _process, name) => touchesName(name, true),
  perform(draft, _process, name) {
    if (findNamed(draft.kernel, pathOf(name)) === undefined) return fail("ENOENT");
    unbindName(draft, pathOf(name));
    return succeed(undefined);
  },
  object: (_kernel, _process, name) => shorten(name),
};

export const memfd_create: CallModel<"memfd_create"> = {
  touches: () => [writes("files")],
  perform(draft, process, name, flags) {
    // The prefix `memfd:` counts.
    if (flags & ~MFD_CLOEXEC || name.length > NAME_MAX - 6) return fail("EINVAL");
    const fd = findFreeDescriptors(draft.kernel, process, 1)?.[0];
    if (fd === undefined) return fail("EMFILE");
    const file = addFile(draft, addObject(draft, createSharedMemory(`memfd:${name}`)), O_RDWR);
    setDescriptor(draft, process.pid, fd, { file, closeOnExec: (flags & MFD_CLOEXEC) !== 0 });
    return succeed(fd);
  },
  object: (_kernel, _process, name) => shorten(`memfd:${name}`),
};
