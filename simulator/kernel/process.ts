/** Processes: fork, exit, wait, zombies and orphans (fork(2), _exit(2), wait(2)). */
import type { WaitResult } from "../../schema/call.ts";
import { WNOHANG } from "../../schema/constants.ts";
import { signalNumbers } from "../../schema/signal.ts";
import { closeDescriptor, countReferences, touchesEveryFile } from "./file.ts";
import {
  findProcess,
  FIRST_PID,
  getProcess,
  INIT,
  listChildren,
  listProcesses,
  namePid,
  removeProcess,
  updateProcess,
  type Access,
  type Draft,
  type End,
  type Kernel,
  type Pid,
  type Process,
} from "./kernel.ts";
import { MAX_PROCESSES } from "./limits.ts";
import { fail, succeed, touchesNothing, writes, type CallModel, type Outcome } from "./model.ts";
import { wakeAll, type Block } from "./sleep.ts";

export const fork: CallModel<"fork"> = {
  touches: (kernel, process) => [
    writes("processes"),
    writes(`children of ${process.pid}`),
    ...touchesEveryFile(kernel, process).map(({ object }) => writes(object)),
  ],
  perform(draft, parent) {
    if (listProcesses(draft.kernel).length >= MAX_PROCESSES) return fail("EAGAIN");
    const pid = FIRST_PID + draft.kernel.processes.length;
    const role = `${parent.role}.${parent.forks + 1}`;
    const child = {
      ...parent,
      pid,
      parent: parent.pid,
      role,
      forks: 0,
      pipes: 0,
      call: null,
      inside: null,
      pending: [],
    };
    draft.kernel = { ...draft.kernel, processes: [...draft.kernel.processes, child] };
    updateProcess(draft, parent.pid, { forks: parent.forks + 1 });
    for (const descriptor of parent.descriptors) if (descriptor) countReferences(draft, descriptor.file, 1);
    draft.events.push({ kind: "start", pid, role, parent: parent.pid });
    return succeed(pid);
  },
};

export const exit: CallModel<"exit"> = {
  touches: touchesEnd,
  silent: () => true,
  perform(draft, { pid }, status) {
    endProcess(draft, pid, { exitStatus: status & 0xff, termSignal: null });
    return { kind: "end" };
  },
};

export const getpid: CallModel<"getpid"> = {
  touches: touchesNothing,
  perform: (_draft, process) => succeed(process.pid),
};

export const getppid: CallModel<"getppid"> = {
  touches: touchesNothing,
  perform: (_draft, process) => succeed(process.parent),
};

export const waitpid: CallModel<"waitpid"> = {
  touches: (_kernel, { pid }) => [writes(`children of ${pid}`)],
  blocks(kernel, process, which, options) {
    if (options & ~WNOHANG || options & WNOHANG) return null;
    const children = listChildren(kernel, process.pid).filter((child) => isMeant(child, which));
    if (children.length === 0 || children.some(({ state }) => state === "zombie")) return null;
    return describeWait(process, which, children);
  },
  perform(draft, process, which, options) {
    if (options & ~WNOHANG) return fail("EINVAL");
    return reap(draft, process, which);
  },
};

export const wait: CallModel<"wait"> = {
  touches: (kernel, process) => waitpid.touches(kernel, process, -1, 0),
  blocks: (kernel, process) => waitpid.blocks?.(kernel, process, -1, 0) ?? null,
  // Without WNOHANG the result is never null.
  perform: (draft, process) => reap(draft, process, -1) as Outcome<WaitResult>,
};

/** -1 means any child; 0 and a negative number a group, and all processes are of the group of the first. */
const isMeant = (child: Process, which: number): boolean =>
  which > 0 ? child.pid === which : which === -1 || which === 0 || which === -FIRST_PID;

function describeWait(process: Process, which: number, children: readonly Process[]): Block {
  const only = children.length === 1 ? children[0] : undefined;
  return {
    on: which > 0 ? `process ${which}` : "a child",
    why: only ? `${namePid(only.pid)} has not ended` : `none of ${children.length} children has ended`,
    channels: [which > 0 ? `child ${which}` : `children of ${process.pid}`],
    exclusive: false,
  };
}

/** Takes the ended child that was born first, as Linux does (POSIX leaves it open). */
function reap(draft: Draft, { pid }: Process, which: number): Outcome<WaitResult | null> {
  const children = listChildren(draft.kernel, pid).filter((child) => isMeant(child, which));
  if (children.length === 0) return fail("ECHILD");
  const zombie = children.find(({ state }) => state === "zombie");
  if (!zombie?.end) return succeed(null);
  removeProcess(draft, zombie.pid);
  draft.events.push({ kind: "reap", pid, child: zombie.pid });
  const { exitStatus, termSignal } = zombie.end;
  const status = termSignal ? signalNumbers[termSignal] : (exitStatus ?? 0) << 8;
  return succeed({ pid: zombie.pid, status, exitStatus, termSignal });
}

/** What the end of a process touches: all that it holds, its parent's children, and its own, which init inherits. */
export function touchesEnd(kernel: Kernel, process: Process): readonly Access[] {
  return [
    ...touchesEveryFile(kernel, process),
    writes(`children of ${process.parent}`),
    writes(`process ${process.pid}`),
    writes(`children of ${process.pid}`),
    ...listChildren(kernel, process.pid).map((child) => writes(`process ${child.pid}`)),
  ];
}

/** Closes everything, gives the children to init, and leaves a zombie unless nobody will ask for it. */
export function endProcess(draft: Draft, pid: Pid, end: End): void {
  draft.events.push({ kind: "exit", pid, ...end });
  const { descriptors, parent } = getProcess(draft.kernel, pid);
  for (const fd of descriptors.keys()) closeDescriptor(draft, pid, fd);
  for (const child of listChildren(draft.kernel, pid)) orphan(draft, child);
  updateProcess(draft, pid, { state: "zombie", call: null, inside: null, blocked: null, pending: [], end });
  if (parent === INIT) return reapByInit(draft, pid);
  const ignores = findProcess(draft.kernel, parent)?.dispositions.SIGCHLD === "SIG_IGN";
  if (ignores) {
    removeProcess(draft, pid);
    draft.events.push({ kind: "reap", pid: parent, child: pid, why: `${namePid(parent)} ignores SIGCHLD` });
  }
  wakeAll(draft, `children of ${parent}`, `${namePid(pid)} has ended`);
  wakeAll(draft, `child ${pid}`, `${namePid(pid)} has ended`);
}

function orphan(draft: Draft, child: Process): void {
  updateProcess(draft, child.pid, { parent: INIT });
  if (child.state === "zombie") reapByInit(draft, child.pid);
}

function reapByInit(draft: Draft, child: Pid): void {
  const { role } = getProcess(draft.kernel, child);
  removeProcess(draft, child);
  // Who waits for the first program is outside of the picture.
  if (role === "main") return;
  draft.events.push({ kind: "reap", pid: INIT, child, why: "init waits for the orphans that it was given" });
}
