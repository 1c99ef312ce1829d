/** System V shared memory: shmget, shmat, shmdt, shmctl. */
import { PROT_READ, PROT_WRITE, SHM_RDONLY, SHM_RND, SHMLBA } from "../../schema/calls/memory-constants.ts";
import { IPC_CREAT, IPC_EXCL, IPC_PRIVATE, IPC_RMID, IPC_STAT } from "../../schema/calls/system-v-constants.ts";
import {
  addObject,
  bindName,
  findNamed,
  getGroup,
  getObject,
  listProcesses,
  unbindName,
  updateObject,
  type Access,
  type Draft,
  type Kernel,
  type KernelObject,
} from "../kernel/kernel.ts";
import { fail, reads, succeed, writes, type CallModel } from "../kernel/model.ts";
import { MAX_OBJECT_SIZE, SHMMNI } from "./limits.ts";
import { getSpace, isAligned, roundUp } from "./mapping.ts";
import { place, touchesMappings, touchesUnmapping } from "./mmap.ts";
import type { Segment, SharedMemory } from "./objects.ts";
import { unmap } from "./page-table.ts";
import { createSharedMemory } from "./shared-memory.ts";

const nameOfKey = (key: number): string => `shm key ${key}`;
const nameOfId = (id: number): string => `segment ${id}`;
/** Whether it is there and how often it is attached, as accesses name that. */
const attachmentsOf = (id: number): string => `${nameOfId(id)} attachments`;

type SegmentMemory = SharedMemory & { readonly segment: Segment };

/** How often a segment is attached, over all processes. */
const countAttached = (kernel: Kernel, index: number): number =>
  listProcesses(kernel).flatMap(({ memory }) => memory?.mappings.filter(({ object }) => object === index) ?? []).length;

/** The segment with an identifier; null (EINVAL) where there is none, or it went with its last attachment. */
function findSegment(kernel: Kernel, id: number): { readonly index: number; readonly memory: SegmentMemory } | null {
  const index = findNamed(kernel, nameOfId(id));
  if (index === undefined) return null;
  const memory = getObject(kernel, index) as SegmentMemory;
  return memory.segment.removed && countAttached(kernel, index) === 0 ? null : { index, memory };
}

export const shmget: CallModel<"shmget"> = {
  touches: (kernel, _process, key, _size, flags) =>
    key === IPC_PRIVATE || (flags & IPC_CREAT && findNamed(kernel, nameOfKey(key)) === undefined)
      ? [writes("files"), writes(nameOfKey(key)), writes(attachmentsOf(nextId(kernel)))]
      : [reads(nameOfKey(key))],
  perform(draft, _process, key, size, flags) {
    const found = key === IPC_PRIVATE ? undefined : findNamed(draft.kernel, nameOfKey(key));
    if (found === undefined) {
      if (key !== IPC_PRIVATE && !(flags & IPC_CREAT)) return fail("ENOENT");
      if (size < 1 || size > MAX_OBJECT_SIZE) return fail("EINVAL");
      const isKept = (object: KernelObject) => object.kind === "shared memory" && object.segment?.removed === false;
      if (draft.kernel.objects.filter(isKept).length >= SHMMNI) return fail("ENOSPC");
      return succeed(createSegment(draft, key, size));
    }
    if (flags & IPC_CREAT && flags & IPC_EXCL) return fail("EEXIST");
    const memory = getObject(draft.kernel, found) as SegmentMemory;
    return size > memory.size ? fail("EINVAL") : succeed(memory.segment.id);
  },
};

/** Identifiers count from 0. */
const nextId = ({ objects }: Kernel): number =>
  objects.filter((object) => object.kind === "shared memory" && object.segment).length;

function createSegment(draft: Draft, key: number, size: number): number {
  const id = nextId(draft.kernel);
  const memory = { ...createSharedMemory(nameOfId(id), size), segment: { id, key, removed: false } };
  const index = addObject(draft, memory);
  bindName(draft, nameOfId(id), index);
  if (key !== IPC_PRIVATE) bindName(draft, nameOfKey(key), index);
  return id;
}

export const shmat: CallModel<"shmat"> = {
  touches: (kernel, process, id) => [...touchesMappings(kernel, process), writes(attachmentsOf(id))],
  perform(draft, process, id, address, flags) {
    const found = findSegment(draft.kernel, id);
    if (!found || flags & ~(SHM_RDONLY | SHM_RND)) return fail("EINVAL");
    const at = address === null ? null : flags & SHM_RND ? Math.floor(address / SHMLBA) * SHMLBA : address;
    if (at !== null && !isAligned(at)) return fail("EINVAL");
    const length = roundUp(found.memory.size);
    const { mappings } = getSpace(draft.kernel, process);
    // Without SHM_REMAP nothing that is mapped is replaced.
    if (at !== null && mappings.some(({ start, end }) => start < at + length && at < end)) return fail("EINVAL");
    const readOnly = (flags & SHM_RDONLY) !== 0;
    const content = { shared: true, object: found.index, offset: 0, mayWrite: !readOnly, name: found.memory.name };
    const protection = readOnly ? PROT_READ : PROT_READ | PROT_WRITE;
    return place(draft, process, content, { address: at, length, protection, isFixed: at !== null });
  },
  object: (_kernel, _process, id) => nameOfId(id),
};

export const shmdt: CallModel<"shmdt"> = {
  touches(kernel, process, address) {
    const { mappings } = getSpace(kernel, process);
    const attached = mappings.find(({ start }) => start === address);
    return [...touchesUnmapping(kernel, process), ...(attached ? [writes(`${attached.name} attachments`)] : [])];
  },
  perform(draft, process, address) {
    const { mappings } = getSpace(draft.kernel, process);
    const object = mappings.find(({ start, offset }) => start === address && offset === 0)?.object ?? null;
    const memory = object === null ? null : getObject(draft.kernel, object);
    if (memory?.kind !== "shared memory" || !memory.segment) return fail("EINVAL");
    const parts = mappings.filter((one) => one.object === object && one.start - one.offset === address);
    for (const { start, end } of parts) unmap(draft, getGroup(draft.kernel, process).pid, start, end);
    return succeed(undefined);
  },
  object: (kernel, process, address) => getSpace(kernel, process).mappings.find(({ start }) => start === address)?.name,
};

export const shmctl: CallModel<"shmctl"> = {
  touches: (kernel, _process, id, command) => touchesControl(kernel, id, command === IPC_RMID),
  perform(draft, _process, id, command) {
    const found = findSegment(draft.kernel, id);
    if (!found || (command !== IPC_RMID && command !== IPC_STAT)) return fail("EINVAL");
    const { index, memory } = found;
    const { segment, size } = memory;
    if (command === IPC_STAT) {
      const { key, removed } = segment;
      return succeed({ key, size, attached: countAttached(draft.kernel, index), removed });
    }
    if (segment.key !== IPC_PRIVATE) unbindName(draft, nameOfKey(segment.key));
    updateObject(draft, index, { ...memory, segment: { ...segment, key: IPC_PRIVATE, removed: true } });
    return succeed(null);
  },
  object: (_kernel, _process, id) => nameOfId(id),
};

function touchesControl(kernel: Kernel, id: number, isChange: boolean): Access[] {
  const found = findSegment(kernel, id);
  const key = found ? [{ object: nameOfKey(found.memory.segment.key), writes: isChange }] : [];
  return [{ object: attachmentsOf(id), writes: isChange }, ...key];
}
