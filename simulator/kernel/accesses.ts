/**
 * What transitions touch, for those who explore in which orders they can happen: two that touch no common object, or only read it, may
 * change places. Mechanisms say it with their calls; of the basic calls it is here.
 */
import type { PortableCalls } from "../../schema/call.ts";
import { POLLERR } from "../../schema/constants.ts";
import type { Transition } from "./core.ts";
import { findHeir } from "./end.ts";
import { descriptorsOf, findOpen, findOpenFor } from "./file.ts";
import { standardOutput } from "./input-output.ts";
import {
  accessName,
  commonOf,
  findProcess,
  getGroup,
  getProcess,
  INIT,
  listChildren,
  type Access,
  type Kernel,
  type Process,
} from "./kernel.ts";
import { listTargets } from "./kill.ts";
import { findStoreBuffers, listLifecycles, listOccurrences, modelOf, operationsOf, type Touches } from "./mechanism.ts";
import { reads, touchesNothing, writes, type CallModel, type OpenObject } from "./model.ts";
import { listOpen } from "./poll.ts";
import { hasSignal, isIgnored } from "./signal.ts";

/** Two transitions depend on each other if they touch one object and one of them changes it: only then does their order matter. */
export function dependent(one: Transition, other: Transition): boolean {
  const others = listAccesses(other);
  return listAccesses(one).some((a) => others.some((b) => a.object === b.object && (a.writes || b.writes)));
}

/** What a transition touches in its kernel. */
export function listAccesses({ kernel, pid, action }: Transition): readonly Access[] {
  if (action === "alarm" || action === "flush") return listOccurrences().get(action)?.find(kernel, pid) ?? [];
  const process = getProcess(kernel, pid);
  const { call } = process;
  if (!call) return [];
  const own = { object: `process ${pid}`, writes: action === "timeout" };
  const model = modelOf(call);
  const touches = model.touches ?? (basic[call.name as keyof PortableCalls] as Touches);
  const buffers = model.unfenced ? null : findStoreBuffers(kernel);
  const touched = [own, ...touches(kernel, process, ...call.args), ...(buffers ? [reads(buffers.name(pid))] : [])];
  const isSignalled = hasSignal(kernel, process);
  const group = getGroup(kernel, process);
  if (isSignalled && group.common.threads.length > 1) touched.push(...touchesThreads(group));
  const mayEnd =
    action !== "timeout" && (isSignalled || touched.some((one) => one.writes && one.object === own.object));
  return mayEnd ? [...touched, ...touchesEnd(kernel, process)] : touched;
}

const touchesChildren = (_kernel: Kernel, { group }: Process): Access[] => [writes(`children of ${group}`)];

const basic: { readonly [Name in keyof PortableCalls]: CallModel<Name>["touches"] } = {
  fork: (kernel, process) => [
    writes("processes"),
    writes(`children of ${process.group}`),
    ...touchesEveryFile(kernel, process).map(({ object }) => writes(object)),
    ...touchesLifecycle(kernel, process),
  ],
  exit: touchesEnd,
  wait: touchesChildren,
  waitpid: touchesChildren,
  getpid: touchesNothing,
  getppid: (_kernel, { group, pid }) => (group === pid ? [] : [reads(`process ${group}`)]),
  kill: (kernel, process, pid) => listTargets(kernel, process, pid).flatMap(touchesThreads),
  sigaction: (kernel, process, signal) => [
    ...(signal === "SIGCHLD" ? touchesChildren(kernel, process) : []),
    ...(commonOf(kernel, process).threads.length > 1 ? touchesThreads(getGroup(kernel, process)) : []),
  ],
  pipe2: (kernel, process) => [writes("files"), ...touchesTable(kernel, process, true)],
  read: touchesObject,
  write: touchesWriting,
  close: touchesFile,
  dup2: (kernel, process, oldFd, newFd) => [
    ...touchesFile(kernel, process, oldFd),
    ...touchesFile(kernel, process, newFd),
  ],
  fcntl: (kernel, process, fd) => [
    ...touchesFile(kernel, process, fd).map(({ object }) => writes(object)),
    ...touchesObject(kernel, process, fd),
  ],
  poll: (kernel, process, requests) =>
    listOpen(kernel, process, requests).flatMap((open) => [
      reads(`file ${open.fileIndex}`),
      reads(accessName(open.object)),
    ]),
  print: (kernel, process) => touchesWriting(kernel, process, standardOutput),
};

export const touchesLifecycle = (kernel: Kernel, process: Process): readonly Access[] =>
  listLifecycles().flatMap(({ touches }) => touches?.(kernel, process) ?? []);

/** What signals to a process touch: each of its threads may take them. */
export const touchesThreads = (group: Process): Access[] =>
  group.common.threads.map((thread) => writes(`process ${thread}`));

/** What the end of a process touches: all that it holds, its parent and its children, and its own, which somebody inherits. */
export function touchesEnd(kernel: Kernel, thread: Process): readonly Access[] {
  const group = getGroup(kernel, thread);
  const parent = findProcess(kernel, group.parent);
  const heir = findHeir(kernel, group);
  return [
    ...touchesEveryFile(kernel, thread),
    ...touchesLifecycle(kernel, group),
    ...touchesThreads(group),
    writes(`process ${thread.pid}`),
    writes(`thread ${thread.pid}`),
    writes(`children of ${group.parent}`),
    ...(parent && !isIgnored(parent.common, "SIGCHLD") ? touchesThreads(parent) : []),
    writes(`children of ${group.pid}`),
    ...(group.common.children.length > 0 && heir !== INIT ? [writes(`children of ${heir}`)] : []),
    ...listChildren(kernel, group.pid).map((child) => writes(`process ${child.pid}`)),
  ];
}

/** The table itself, which the threads of a process share: a call that opens or closes, or only uses a descriptor. */
export const touchesTable = (kernel: Kernel, { group }: Process, changes: boolean): Access[] =>
  (findProcess(kernel, group)?.common.threads.length ?? 0) > 1
    ? [{ object: `descriptors of ${group}`, writes: changes }]
    : [];

/** The object behind an open file description, and what changes with it because it watches that. */
const touchesBehind = (kernel: Kernel, { file, object }: OpenObject): Access[] => [
  writes(accessName(object)),
  ...listLifecycles().flatMap(({ watchers }) => watchers?.(kernel, file.object) ?? []),
];

/** A call that looks at the open file description of `fd` and changes the object behind it. */
export function touchesObject(kernel: Kernel, process: Process, fd: number): Access[] {
  const open = findOpen(kernel, process, fd);
  const table = touchesTable(kernel, process, false);
  return open ? [reads(`file ${open.fileIndex}`), ...touchesBehind(kernel, open), ...table] : table;
}

/** A call that adds or drops a name of the open file description of `fd`; with the last one it changes the object. */
export function touchesFile(kernel: Kernel, process: Process, fd: number): Access[] {
  const open = findOpen(kernel, process, fd);
  const table = touchesTable(kernel, process, true);
  if (!open) return table;
  const last = open.file.references === 1;
  return [writes(`file ${open.fileIndex}`), ...(last ? touchesBehind(kernel, open) : []), ...table];
}

/** What happens to every descriptor of a process when it forks or ends. */
export const touchesEveryFile = (kernel: Kernel, process: Process): Access[] =>
  descriptorsOf(kernel, process).flatMap((_descriptor, fd) => touchesFile(kernel, process, fd));

/** A write that will raise SIGPIPE (which poll foretells by POLLERR) may end the writer. */
function touchesWriting(kernel: Kernel, process: Process, fd: number): Access[] {
  const touched = touchesObject(kernel, process, fd);
  const open = findOpenFor(kernel, process, fd, "write");
  const raises = open && (operationsOf(open.object).ready(open, kernel) & POLLERR) !== 0;
  return raises ? [...touched, writes(`process ${process.pid}`)] : touched;
}
