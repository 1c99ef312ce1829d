/** From descriptor to object: a process's descriptor table, the open file descriptions that it names, and what is behind them. */
import { FD_CLOEXEC, O_WRONLY, O_RDWR, O_RDONLY } from "../../schema/constants.ts";
import {
  getObject,
  getProcess,
  accessName,
  updateProcess,
  type Access,
  type Descriptor,
  type Draft,
  type Kernel,
  type KernelObject,
  type Pid,
  type Process,
} from "./kernel.ts";
import { MAX_DESCRIPTORS } from "./limits.ts";
import { reads, writes, type FileOperations, type OpenObject } from "./model.ts";
import { pipeOperations } from "./pipe.ts";
import { inputOperations, outputOperations } from "./stream.ts";

const operations: { readonly [Kind in KernelObject["kind"]]: FileOperations<Kind> } = {
  input: inputOperations,
  output: outputOperations,
  pipe: pipeOperations,
};

/** The operations of the kind that `object` is. */
export const operationsOf = (object: KernelObject) => operations[object.kind] as FileOperations<KernelObject["kind"]>;

/** What `fd` names; null (EBADF) where it is not open. */
export function findOpen(kernel: Kernel, process: Process, fd: number): OpenObject | null {
  const descriptor = process.descriptors[fd];
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

/** A call that looks at the open file description of `fd` and changes the object behind it. */
export function touchesObject(kernel: Kernel, process: Process, fd: number): Access[] {
  const open = findOpen(kernel, process, fd);
  return open ? [reads(`file ${open.fileIndex}`), writes(accessName(open.object))] : [];
}

/** A call that adds or drops a name of the open file description of `fd`; with the last one it changes the object. */
export function touchesFile(kernel: Kernel, process: Process, fd: number): Access[] {
  const open = findOpen(kernel, process, fd);
  if (!open) return [];
  const last = open.file.references === 1;
  return last
    ? [writes(`file ${open.fileIndex}`), writes(accessName(open.object))]
    : [writes(`file ${open.fileIndex}`)];
}

/** What happens to every descriptor of a process when it forks or ends. */
export const touchesEveryFile = (kernel: Kernel, process: Process): Access[] =>
  process.descriptors.flatMap((_descriptor, fd) => touchesFile(kernel, process, fd));

/** The lowest free descriptors from `from` on, as many as `count`; null (EMFILE) where there are not so many. */
export function findFreeDescriptors(process: Process, count: number, from = 0): number[] | null {
  const free: number[] = [];
  for (let fd = from; fd < MAX_DESCRIPTORS && free.length < count; fd += 1) if (!process.descriptors[fd]) free.push(fd);
  return free.length === count ? free : null;
}

/** Adds an open file description that nobody names yet; answers with its place. */
export function addFile(draft: Draft, object: number, flags: number): number {
  draft.kernel = { ...draft.kernel, files: [...draft.kernel.files, { object, flags, references: 0 }] };
  return draft.kernel.files.length - 1;
}

/** Makes `fd` a name of a file. */
export function setDescriptor(draft: Draft, pid: Pid, fd: number, descriptor: Descriptor): void {
  const descriptors = [...getProcess(draft.kernel, pid).descriptors];
  while (descriptors.length < fd) descriptors.push(null);
  descriptors[fd] = descriptor;
  updateProcess(draft, pid, { descriptors });
  countReferences(draft, descriptor.file, 1);
}

/** close(2): forgets the name, and the file with its last name. */
export function closeDescriptor(draft: Draft, pid: Pid, fd: number): void {
  const process = getProcess(draft.kernel, pid);
  const open = findOpen(draft.kernel, process, fd);
  if (!open) return;
  updateProcess(draft, pid, { descriptors: process.descriptors.with(fd, null) });
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
