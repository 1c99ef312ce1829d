/** From descriptor to object: a process's descriptor table, the open file descriptions that it names, and what is behind them. */
import { FD_CLOEXEC, O_WRONLY, O_RDWR, O_RDONLY } from "../../schema/constants.ts";
import {
  commonOf,
  getGroup,
  getObject,
  getProcess,
  updateCommon,
  type Descriptor,
  type Draft,
  type Kernel,
  type Pid,
  type Process,
} from "./kernel.ts";
import { MAX_DESCRIPTORS } from "./limits.ts";
import { operationsOf } from "./mechanism.ts";
import type { OpenObject } from "./model.ts";

/** The bits of `flags` that say what a descriptor is for. */
export const O_ACCMODE = O_WRONLY | O_RDWR;
export const isReader = (flags: number): boolean => (flags & O_ACCMODE) !== O_WRONLY;
export const isWriter = (flags: number): boolean => (flags & O_ACCMODE) !== O_RDONLY;

/** The descriptor table that `thread` uses: its process's. */
export const descriptorsOf = (kernel: Kernel, thread: Process): readonly (Descriptor | null)[] =>
  commonOf(kernel, thread).descriptors;

/** What `fd` names; null (EBADF) where it is not open. */
export function findOpen(kernel: Kernel, process: Process, fd: number): OpenObject | null {
  const descriptor = descriptorsOf(kernel, process)[fd];
  const file = descriptor && kernel.files[descriptor.file];
  return file ? { file, fileIndex: descriptor.file, object: getObject(kernel, file.object) } : null;
}

/** The same, if it may be used so: reading through a write end is EBADF too. */
export function findOpenFor(kernel: Kernel, process: Process, fd: number, use: "read" | "write"): OpenObject | null {
  const open = findOpen(kernel, process, fd);
  const refused = use === "read" ? O_WRONLY : O_RDONLY;
  return open && (open.file.flags & (O_WRONLY | O_RDWR)) !== refused ? open : null;
}

/** The name of what `fd` names, for the trace. */
export const findName = (kernel: Kernel, process: Process, fd: number): string | undefined =>
  findOpen(kernel, process, fd)?.object.name;

/** The lowest free descriptors from `from` on, as many as `count`; null (EMFILE) where there are not so many. */
export function findFreeDescriptors(kernel: Kernel, process: Process, count: number, from = 0): number[] | null {
  const descriptors = descriptorsOf(kernel, process);
  const free: number[] = [];
  for (let fd = from; fd < MAX_DESCRIPTORS && free.length < count; fd += 1) if (!descriptors[fd]) free.push(fd);
  return free.length === count ? free : null;
}

/** Adds an open file description that nobody names yet; answers with its place. */
export function addFile(draft: Draft, object: number, flags: number): number {
  draft.kernel = { ...draft.kernel, files: [...draft.kernel.files, { object, flags, references: 0 }] };
  return draft.kernel.files.length - 1;
}

/** Makes `fd` a name of a file. */
export function setDescriptor(draft: Draft, pid: Pid, fd: number, descriptor: Descriptor): void {
  const group = getGroup(draft.kernel, getProcess(draft.kernel, pid));
  const descriptors = [...group.common.descriptors];
  while (descriptors.length < fd) descriptors.push(null);
  descriptors[fd] = descriptor;
  updateCommon(draft, group.pid, { descriptors });
  countReferences(draft, descriptor.file, 1);
}

/** Changes the flags of a descriptor that is open. */
export function changeDescriptor(draft: Draft, process: Process, fd: number, descriptor: Descriptor): void {
  const group = getGroup(draft.kernel, process);
  updateCommon(draft, group.pid, { descriptors: group.common.descriptors.with(fd, descriptor) });
}

/** close(2): forgets the name, and the file with its last name. */
export function closeDescriptor(draft: Draft, pid: Pid, fd: number): void {
  const group = getGroup(draft.kernel, getProcess(draft.kernel, pid));
  const open = findOpen(draft.kernel, group, fd);
  if (!open) return;
  updateCommon(draft, group.pid, { descriptors: group.common.descriptors.with(fd, null) });
  operationsOf(open.object).flush?.(draft, group, open);
  countReferences(draft, open.fileIndex, -1);
  if (open.file.references === 1) operationsOf(open.object).release(draft, open);
}

/** One more or one less descriptor names the file; it is gone with the last. */
export function countReferences(draft: Draft, fileIndex: number, change: 1 | -1): void {
  const file = draft.kernel.files[fileIndex];
  if (!file) throw new RangeError(`there is no open file ${fileIndex} in this kernel`);
  const references = file.references + change;
  const files = draft.kernel.files.with(fileIndex, references === 0 ? null : { ...file, references });
  draft.kernel = { ...draft.kernel, files };
}

/** `FD_CLOEXEC` as `F_GETFD` gives it. */
export const descriptorFlags = (descriptor: Descriptor): number => (descriptor.closeOnExec ? FD_CLOEXEC : 0);
