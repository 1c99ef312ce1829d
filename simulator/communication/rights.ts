/** Descriptors in flight (SCM_RIGHTS in unix(7)): a message holds a reference to each until it is received or lost. */
import { countReferences, descriptorsOf, findFreeDescriptors, findOpen, setDescriptor } from "../kernel/file.ts";
import {
  accessName,
  getObject,
  getProcess,
  listProcesses,
  type Access,
  type Draft,
  type Kernel,
  type Process,
} from "../kernel/kernel.ts";
import { operationsOf } from "../kernel/mechanism.ts";
import { writes } from "../kernel/model.ts";
import { changeSocket, getSocket } from "./socket.ts";

/** The open file descriptions of `fds`, each with one more reference; null (EBADF) where one is not open. */
export function takeRights(draft: Draft, process: Process, fds: readonly number[]): readonly number[] | null {
  const open = fds.map((fd) => findOpen(draft.kernel, process, fd));
  if (open.includes(null)) return null;
  const files = open.flatMap((one) => (one ? [one.fileIndex] : []));
  for (const file of files) countReferences(draft, file, 1);
  return files;
}

/** One more reference to each: for a message that is only looked at. */
export function duplicateRights(draft: Draft, files: readonly number[]): void {
  for (const file of files) countReferences(draft, file, 1);
}

/** Gives up references; what nobody else has open is closed. */
export function dropRights(draft: Draft, files: readonly number[]): void {
  for (const fileIndex of files) {
    const file = draft.kernel.files[fileIndex];
    if (!file) continue;
    countReferences(draft, fileIndex, -1);
    const object = getObject(draft.kernel, file.object);
    if (file.references === 1) operationsOf(object).release(draft, { file, fileIndex, object });
  }
}

/** Makes descriptors of at most `count` files in flight, the lowest numbers first; the others are lost. */
export function receiveRights(draft: Draft, process: Process, files: readonly number[], count: number): number[] {
  const fds: number[] = [];
  for (const file of files.slice(0, count)) {
    const fd = findFreeDescriptors(draft.kernel, getProcess(draft.kernel, process.pid), 1)?.[0];
    if (fd === undefined) break;
    setDescriptor(draft, process.pid, fd, { file, closeOnExec: false });
    fds.push(fd);
  }
  dropRights(draft, files);
  return fds;
}

/** Files that a process names, or that are in flight to a socket that can still be received from. */
function findReachable(kernel: Kernel): Set<number> {
  const reached = new Set<number>();
  const visitSocket = (index: number): void => {
    const object = getObject(kernel, index);
    if (object.kind !== "socket") return;
    for (const { rights } of object.packets) for (const file of rights) visitFile(file);
    for (const connection of object.connections) visitSocket(connection);
  };
  const visitFile = (fileIndex: number): void => {
    const file = kernel.files[fileIndex];
    if (!file || reached.has(fileIndex)) return;
    reached.add(fileIndex);
    visitSocket(file.object);
  };
  for (const process of listProcesses(kernel))
    for (const descriptor of descriptorsOf(kernel, process)) if (descriptor) visitFile(descriptor.file);
  return reached;
}

/**
 * Sockets that are in flight only to each other are open for ever though nobody can reach them. As Linux (net/unix/garbage.c), this looks
 * for them when a socket is closed, and empties their queues.
 */
export function collectGarbage(draft: Draft): void {
  const inFlight = draft.kernel.objects.some(
    (object) => object.kind === "socket" && object.packets.some(({ rights }) => rights.length > 0),
  );
  if (!inFlight) return;
  const reached = findReachable(draft.kernel);
  for (const [fileIndex, file] of draft.kernel.files.entries()) {
    if (!file || reached.has(fileIndex) || !draft.kernel.files[fileIndex]) continue;
    if (getObject(draft.kernel, file.object).kind !== "socket") continue;
    const { packets } = getSocket(draft.kernel, file.object);
    changeSocket(draft, file.object, { packets: [] });
    dropRights(draft, packets.flatMap(({ rights }) => rights)); // prettier-ignore
  }
}

/**
 * What changes with a socket that is used or closed: the other end, those who wait to be accepted, whose packets it has; and, while
 * descriptors are in flight, the files that these are, since closing one socket may lose messages of others.
 */
export function touchesConnected(kernel: Kernel, index: number): Access[] {
  const object = getObject(kernel, index);
  if (object.kind !== "socket") return [];
  const { peer, packets, connections } = object;
  const ends = connections.flatMap((connection) => [connection, getSocket(kernel, connection).peer]);
  const others = [peer, ...ends, ...packets.map(({ socket }) => socket)].filter((other) => other !== null);
  const files = kernel.objects.flatMap((one) =>
    one.kind === "socket" ? one.packets.flatMap(({ rights }) => rights) : [],
  );
  const behind = files.flatMap((fileIndex) => {
    const file = kernel.files[fileIndex];
    return file ? [writes(`file ${fileIndex}`), writes(accessName(getObject(kernel, file.object)))] : [];
  });
  return [...[...new Set(others)].map((other) => writes(getObject(kernel, other).name)), ...behind];
}
