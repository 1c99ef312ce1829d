/** mmap, munmap, mprotect, msync: the mappings of a process. */
import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_PRIVATE,
  MAP_SHARED,
  MS_ASYNC,
  MS_INVALIDATE,
  MS_SYNC,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
} from "../../schema/calls/memory-constants.ts";
import { O_RDWR, PAGE_SIZE } from "../../schema/constants.ts";
import type { ErrnoName } from "../../schema/errno.ts";
import { touchesObject } from "../kernel/accesses.ts";
import { findName, findOpen, findOpenFor } from "../kernel/file.ts";
import {
  addObject,
  getGroup,
  updateProcess,
  type Access,
  type Draft,
  type Kernel,
  type Process,
} from "../kernel/kernel.ts";
import { fail, reads, succeed, writes, type CallModel, type Outcome } from "../kernel/model.ts";
import { findMappingName, spaceName } from "./access.ts";
import { bytesOf, PHYSICAL } from "./frames.ts";
import { ADDRESS_END, ADDRESS_START, MAX_MAPPINGS } from "./limits.ts";
import { changeRange, findGap, chooseAddress, getSpace, insertMapping, isAligned, pageOf, roundUp } from "./mapping.ts";
import type { AddressSpace, Mapping } from "./objects.ts";
import { unmap } from "./page-table.ts";
import { createSharedMemory } from "./shared-memory.ts";

const PROTECTIONS = PROT_READ | PROT_WRITE | PROT_EXEC;

/** What a new mapping shows, before it has a place. */
export type Content = Omit<Mapping, "start" | "end" | "protection">;

export const mmap: CallModel<"mmap"> = {
  touches: (kernel, process, _address, _length, _protection, flags, fd) => [
    ...touchesMappings(kernel, process),
    ...(flags & MAP_ANONYMOUS
      ? [writes("files")]
      : touchesObject(kernel, process, fd).map(({ object }) => reads(object))),
  ],
  perform(draft, process, address, length, protection, flags, fd, offset) {
    const isShared = (flags & MAP_SHARED) !== 0;
    if (length <= 0 || isShared === ((flags & MAP_PRIVATE) !== 0)) return fail("EINVAL");
    if (!isAligned(offset) || offset < 0 || protection & ~PROTECTIONS) return fail("EINVAL");
    if (flags & ~(MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS)) return fail("EINVAL");
    const isFixed = (flags & MAP_FIXED) !== 0;
    if (isFixed && !isAligned(address ?? 0)) return fail("EINVAL");
    const content =
      flags & MAP_ANONYMOUS
        ? mapAnonymous(draft, process, length, isShared)
        : mapFile(draft.kernel, process, fd, { isShared, protection, offset });
    if (typeof content === "string") return fail(content);
    return place(draft, process, content, { address, length: roundUp(length), protection, isFixed });
  },
  object: (kernel, process, _address, _length, _protection, flags, fd) =>
    flags & MAP_ANONYMOUS ? undefined : findName(kernel, process, fd),
};

function mapAnonymous(draft: Draft, process: Process, length: number, shared: boolean): Content {
  if (!shared) return { shared, object: null, offset: 0, mayWrite: true, name: "private memory" };
  const space = getSpace(draft.kernel, process);
  const { pid, role } = getGroup(draft.kernel, process);
  const made = space.made + 1;
  const name = role === "main" ? `shared memory ${made}` : `shared memory ${made} of ${role}`;
  const object = addObject(draft, createSharedMemory(name, roundUp(length)));
  updateProcess(draft, pid, { memory: { ...space, made } });
  return { shared, object, offset: 0, mayWrite: true, name };
}

function mapFile(
  kernel: Kernel,
  process: Process,
  fd: number,
  {
    isShared,
    protection,
    offset,
  }: { readonly isShared: boolean; readonly protection: number; readonly offset: number },
): Content | ErrnoName {
  const open = findOpen(kernel, process, fd);
  if (!open) return "EBADF";
  if (!findOpenFor(kernel, process, fd, "read")) return "EACCES";
  const mayWrite = !isShared || (open.file.flags & O_RDWR) !== 0;
  if (protection & PROT_WRITE && !mayWrite) return "EACCES";
  if (!bytesOf(open.object)) return "ENODEV";
  return { shared: isShared, object: open.file.object, offset, mayWrite, name: open.object.name };
}

interface Wish {
  readonly address: number | null;
  readonly length: number;
  readonly protection: number;
  /** What is mapped there already goes; otherwise the address is a hint. */
  readonly isFixed: boolean;
}

/** Adds a mapping; gives its address. */
export function place(draft: Draft, process: Process, content: Content, wish: Wish): Outcome<number> {
  const { length, protection, isFixed } = wish;
  const space = getSpace(draft.kernel, process);
  if (space.mappings.length >= MAX_MAPPINGS) return fail("ENOMEM");
  const start = findPlace(space, wish);
  if (start === null) return fail("ENOMEM");
  const { pid } = getGroup(draft.kernel, process);
  if (isFixed) unmap(draft, pid, start, start + length);
  const left = getSpace(draft.kernel, process);
  const mappings = insertMapping(left.mappings, { ...content, start, end: start + length, protection });
  updateProcess(draft, pid, { memory: { ...left, mappings } });
  return succeed(start);
}

function findPlace(space: AddressSpace, { address, length, isFixed }: Wish): number | null {
  const fits = (at: number) => at >= ADDRESS_START && at + length <= ADDRESS_END;
  if (isFixed) return fits(address ?? 0) ? (address ?? 0) : null;
  const hint = address === null ? 0 : pageOf(address) * PAGE_SIZE;
  const isFree = !space.mappings.some(({ start, end }) => start < hint + length && hint < end);
  return hint > 0 && fits(hint) && isFree ? hint : chooseAddress(space, length);
}

export const munmap: CallModel<"munmap"> = {
  touches: touchesUnmapping,
  perform(draft, process, address, length) {
    if (!isAligned(address) || length <= 0 || address < 0 || address + length > ADDRESS_END) return fail("EINVAL");
    unmap(draft, getGroup(draft.kernel, process).pid, address, address + roundUp(length));
    return succeed(undefined);
  },
  object: findMappingName,
};

export const mprotect: CallModel<"mprotect"> = {
  touches: touchesMappings,
  perform(draft, process, address, length, protection) {
    if (!isAligned(address) || length < 0 || protection & ~PROTECTIONS) return fail("EINVAL");
    const end = address + roundUp(length);
    const space = getSpace(draft.kernel, process);
    const gap = Math.min(end, findGap(space, address));
    const barred = space.mappings.find(
      (mapping) => protection & PROT_WRITE && !mapping.mayWrite && mapping.start < gap && address < mapping.end,
    );
    // What lies before the obstacle is changed all the same, as in Linux; POSIX leaves that open.
    const range = [address, barred ? Math.max(address, barred.start) : gap] as const;
    const mappings = changeRange(space.mappings, range, (mapping) => ({ ...mapping, protection }));
    updateProcess(draft, getGroup(draft.kernel, process).pid, { memory: { ...space, mappings } });
    if (barred) return fail("EACCES");
    return gap < end ? fail("ENOMEM") : succeed(undefined);
  },
  object: findMappingName,
};

export const msync: CallModel<"msync"> = {
  touches: (kernel, process) => [reads(spaceName(kernel, process))],
  perform(draft, process, address, length, flags) {
    const isBoth = flags & MS_ASYNC && flags & MS_SYNC;
    if (!isAligned(address) || flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC) || isBoth) return fail("EINVAL");
    const gap = findGap(getSpace(draft.kernel, process), address);
    return gap < address + roundUp(length) ? fail("ENOMEM") : succeed(undefined);
  },
  object: findMappingName,
};

export function touchesMappings(kernel: Kernel, process: Process): Access[] {
  return [writes(spaceName(kernel, process))];
}

/** Unmapping gives back frames, too. */
export function touchesUnmapping(kernel: Kernel, process: Process): Access[] {
  return [...touchesMappings(kernel, process), writes(PHYSICAL)];
}
