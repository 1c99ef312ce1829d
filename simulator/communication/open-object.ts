/** What every mechanism of communication does with descriptors and names. */
import { O_CLOEXEC } from "../../schema/constants.ts";
import { addFile, findFreeDescriptors, findOpen, setDescriptor } from "../kernel/file.ts";
import { getObject, getProcess, type Draft, type Kernel, type KernelObject, type Process } from "../kernel/kernel.ts";
import { fail, succeed, type OpenObject, type Outcome } from "../kernel/model.ts";

/** An open file description, whatever is behind it. */
export type Description = Pick<OpenObject, "file" | "fileIndex">;

/** What `fd` names, if it is of this kind. */
export function findKind<Kind extends KernelObject["kind"]>(
  kernel: Kernel,
  process: Process,
  fd: number,
  kind: Kind,
): OpenObject<Kind> | null {
  const open = findOpen(kernel, process, fd);
  return open?.object.kind === kind ? (open as unknown as OpenObject<Kind>) : null;
}

/** The object at `index`, of which the caller knows the kind. */
export const getKind = <Kind extends KernelObject["kind"]>(kernel: Kernel, index: number, _kind: Kind) =>
  getObject(kernel, index) as Extract<KernelObject, { kind: Kind }>;

/** A new descriptor for `object`; `flags` are those of open(2). EMFILE */
export function openObject(draft: Draft, process: Process, object: () => number, flags: number): Outcome<number> {
  const fd = findFreeDescriptors(draft.kernel, getProcess(draft.kernel, process.pid), 1)?.[0];
  if (fd === undefined) return fail("EMFILE");
  const file = addFile(draft, object(), flags & ~O_CLOEXEC);
  setDescriptor(draft, process.pid, fd, { file, closeOnExec: (flags & O_CLOEXEC) !== 0 });
  return succeed(fd);
}

const isTaken = (kernel: Kernel, name: string) => kernel.objects.some((object) => object.name === name);

/** `socket 1` for main's first, `socket 2 of main.1` for the second of its first child, whatever others do meanwhile. */
export function numberName({ kernel }: Draft, { role }: Process, kind: string): string {
  const owner = role === "main" ? "" : ` of ${role}`;
  const isOwn = ({ name }: KernelObject) => {
    const number = name.startsWith(`${kind} `) && name.endsWith(owner) ? name.slice(kind.length + 1, name.length - owner.length) : ""; // prettier-ignore
    return /^\d+$/.test(number);
  };
  return `${kind} ${kernel.objects.filter(isOwn).length + 1}${owner}`;
}

/** A trace shows short names; this leaves room for a number. */
const longestName = 180;

/** `mq /jobs`, or `mq /jobs (2)` where one that had this name is still to be seen. */
export function distinguishName({ kernel }: Draft, name: string): string {
  const short = name.slice(0, longestName);
  if (!isTaken(kernel, short)) return short;
  const earlier = kernel.objects.filter((object) => object.name.startsWith(`${short} (`)).length;
  for (let number = earlier + 2; ; number += 1) {
    const distinct = `${short} (${number})`;
    if (!isTaken(kernel, distinct)) return distinct;
  }
}

/** Notes that `bytes` bytes went from one memory to another; none is no copy. */
export function noteCopy(draft: Draft, { pid }: Process, from: string, to: string, bytes: number): void {
  if (bytes > 0) draft.events.push({ kind: "copy", pid, from, to, bytes });
}
