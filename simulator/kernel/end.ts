/** The end of threads and processes: what they let go, who inherits their children, and who hears of it (_exit(2), kernel/exit.c). */
import { SA_NOCLDWAIT } from "../../schema/calls/process-constants.ts";
import { closeDescriptor } from "./file.ts";
import {
  findProcess,
  getGroup,
  getProcess,
  INIT,
  namePid,
  removeProcess,
  updateCommon,
  updateProcess,
  updateSignals,
  updateThread,
  type Draft,
  type End,
  type Kernel,
  type Pid,
  type Process,
} from "./kernel.ts";
import { listLifecycles } from "./mechanism.ts";
import { actionOf, beginEnd, hasFlag, notifyParent } from "./signal.ts";
import { wakeAll } from "./sleep.ts";

/** exit(2) by one thread: the others end as well, each as soon as it runs. */
export function endProcess(draft: Draft, pid: Pid, end: End): void {
  const { group } = getProcess(draft.kernel, pid);
  const { threads } = getProcess(draft.kernel, group).common;
  if (threads.length > 1) beginEnd(draft, group, end, `${namePid(pid)} ends the process`);
  endThread(draft, pid, end);
}

/** One thread is gone, and with the last one its process. `end`: how that one ends, where it is decided already. */
export function endThread(draft: Draft, pid: Pid, end: End | null, value?: unknown): void {
  const thread = getProcess(draft.kernel, pid);
  for (const { endThread: leave } of listLifecycles()) leave?.(draft, thread);
  const group = getGroup(draft.kernel, thread);
  const threads = group.common.threads.filter((other) => other !== pid);
  const isLast = threads.length === 0;
  const gone = end ?? { exitStatus: 0, termSignal: null };
  draft.events.push({
    kind: "exit",
    pid,
    ...gone,
    ...(isLast && pid === group.pid ? {} : { why: "one thread of its process" }),
  });
  updateCommon(draft, group.pid, { threads });
  updateProcess(draft, pid, { state: "zombie", call: null, inside: null, blocked: null });
  updateSignals(draft, pid, { pending: [], told: null, frames: [] });
  updateThread(draft, pid, { value });
  const { detached } = thread.thread;
  const isJoinable = !detached && end === null && !isLast;
  if (isJoinable) updateCommon(draft, group.pid, { endedThreads: [...group.common.endedThreads, pid] });
  else if (pid !== group.pid) forgetThread(draft, pid, detached ? "it is detached" : "its process ends");
  wakeAll(draft, `thread ${pid}`, `${namePid(pid)} has ended`);
  wakeAll(draft, `threads of ${group.pid}`, `${namePid(pid)} has ended`);
  if (isLast) leave(draft, group.pid, gone);
}

/** Nobody can join the thread any more. */
export function forgetThread(draft: Draft, pid: Pid, why: string, by?: Pid): void {
  const { group } = getProcess(draft.kernel, pid);
  const { endedThreads } = getProcess(draft.kernel, group).common;
  updateCommon(draft, group, { endedThreads: endedThreads.filter((other) => other !== pid) });
  if (pid === group) return;
  removeProcess(draft, pid);
  draft.events.push({ kind: "reap", pid: by ?? group, child: pid, why });
}

/** The last thread is gone: closes everything, gives the children away, and leaves a zombie unless nobody will ask for it. */
function leave(draft: Draft, pid: Pid, end: End): void {
  for (const { exit } of listLifecycles()) exit?.(draft, getProcess(draft.kernel, pid));
  const { parent, common } = getProcess(draft.kernel, pid);
  const { descriptors, children, endedThreads } = common;
  for (const thread of endedThreads) forgetThread(draft, thread, "its process has ended");
  for (const fd of descriptors.keys()) closeDescriptor(draft, pid, fd);
  const heir = findHeir(draft.kernel, getProcess(draft.kernel, pid));
  for (const child of children) give(draft, child, heir);
  updateCommon(draft, pid, { children: [], pending: [], news: null, alarm: null, exiting: null, end });
  if (parent === INIT) reapByInit(draft, pid);
  else report(draft, pid, parent, end);
}

/** Tells the parent, who will wait for it or does not want to. */
function report(draft: Draft, pid: Pid, parent: Pid, end: End): void {
  const father = getProcess(draft.kernel, parent);
  const action = actionOf(father.common, "SIGCHLD");
  const ignores = action.handler === "SIG_IGN";
  if (!ignores) {
    const code = end.termSignal ? "CLD_KILLED" : "CLD_EXITED";
    notifyParent(draft, parent, { signal: "SIGCHLD", code, pid, value: 0 });
  }
  if (ignores || hasFlag(action, SA_NOCLDWAIT)) {
    forgetChild(draft, pid);
    const why = `${namePid(parent)} ${ignores ? "ignores SIGCHLD" : "has set SA_NOCLDWAIT"}`;
    draft.events.push({ kind: "reap", pid: parent, child: pid, why });
  }
  wakeAll(draft, `children of ${parent}`, `${namePid(pid)} has ended`);
  wakeAll(draft, `child ${pid}`, `${namePid(pid)} has ended`);
}

/** The zombie is gone for good. */
export function forgetChild(draft: Draft, pid: Pid): void {
  const { parent } = getProcess(draft.kernel, pid);
  const father = findProcess(draft.kernel, parent);
  if (father) updateCommon(draft, parent, { children: father.common.children.filter((child) => child !== pid) });
  removeProcess(draft, pid);
}

/** Who inherits the children of a process: its nearest ancestor that asked to (prctl(2)), else init. */
export function findHeir(kernel: Kernel, process: Process): Pid {
  for (let pid = process.parent; pid !== INIT;) {
    const ancestor = getProcess(kernel, pid);
    if (ancestor.common.subreaper && ancestor.common.threads.length > 0) return pid;
    pid = ancestor.parent;
  }
  return INIT;
}

function give(draft: Draft, child: Pid, heir: Pid): void {
  updateProcess(draft, child, { parent: heir });
  const { end } = getProcess(draft.kernel, child).common;
  if (heir !== INIT) {
    const { children } = getProcess(draft.kernel, heir).common;
    updateCommon(draft, heir, { children: [...children, child].toSorted((a, b) => a - b) });
    if (end) report(draft, child, heir, end);
  } else if (end) reapByInit(draft, child);
}

function reapByInit(draft: Draft, child: Pid): void {
  const { role } = getProcess(draft.kernel, child);
  removeProcess(draft, child);
  // Who waits for the first program is outside of the picture.
  if (role === "main") return;
  draft.events.push({ kind: "reap", pid: INIT, child, why: "init waits for the orphans that it was given" });
}
