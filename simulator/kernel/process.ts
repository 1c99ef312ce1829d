/** Processes: fork, exit, and who they are (fork(2), _exit(2), getpid(2)). */
import { countReferences } from "./file.ts";
import { endProcess } from "./end.ts";
import {
  FIRST_PID,
  getGroup,
  INIT,
  listProcesses,
  updateCommon,
  updateThread,
  type Common,
  type Draft,
  type Pid,
  type Process,
  type Signals,
  type Thread,
} from "./kernel.ts";
import { MAX_PROCESSES } from "./limits.ts";
import { listLifecycles } from "./mechanism.ts";
import { fail, succeed, type BasicModel } from "./model.ts";

const noSignals: Signals = { pending: [], mask: [], suspended: null, frames: [], told: null };
const firstThread: Thread = { forks: 0, pipes: 0, value: undefined, detached: false, affinity: null };
const firstCommon: Common = {
  threads: [FIRST_PID],
  endedThreads: [],
  children: [],
  descriptors: [0, 1, 2].map((file) => ({ file, closeOnExec: false })),
  processGroup: FIRST_PID,
  session: FIRST_PID,
  executed: false,
  subreaper: false,
  nice: 0,
  dispositions: {},
  pending: [],
  news: null,
  alarm: null,
  exiting: null,
  end: null,
};

/** Of all threads but the first. */
const noCommon: Common = { ...firstCommon, threads: [], descriptors: [] };

/** The first process, before it has done anything. */
export const firstProcess: Process = {
  pid: FIRST_PID,
  group: FIRST_PID,
  parent: INIT,
  role: "main",
  state: "ready",
  call: null,
  inside: null,
  blocked: null,
  signals: noSignals,
  thread: firstThread,
  common: firstCommon,
};

/** A thread of the process `group` that `creator` makes. */
export function createThread(pid: Pid, group: Process, creator: Process): Process {
  const { forks, affinity } = creator.thread;
  return {
    ...firstProcess,
    pid,
    group: group.pid,
    parent: group.parent,
    role: `${creator.role}/${forks + 1}`,
    signals: { ...noSignals, mask: creator.signals.mask },
    thread: { ...firstThread, affinity },
    common: noCommon,
  };
}

/** Adds a process or a thread; false (EAGAIN) where there are too many. */
export function addProcess(draft: Draft, process: Process): boolean {
  if (draft.kernel.processes.length >= MAX_PROCESSES && listProcesses(draft.kernel).length >= MAX_PROCESSES)
    return false;
  draft.kernel = { ...draft.kernel, processes: [...draft.kernel.processes, process] };
  draft.events.push({
    kind: "start",
    pid: process.pid,
    role: process.role,
    parent: process.pid === process.group ? process.parent : process.group,
  });
  return true;
}

export const nextPid = (draft: Draft): Pid => FIRST_PID + draft.kernel.processes.length;

export const fork: BasicModel<"fork"> = {
  perform(draft, parent) {
    const pid = nextPid(draft);
    const group = getGroup(draft.kernel, parent);
    const { mask, frames } = parent.signals;
    const forks = parent.thread.forks + 1;
    const { children, descriptors, processGroup, session, nice, dispositions } = group.common;
    const common = { ...firstCommon, threads: [pid], descriptors, processGroup, session, nice, dispositions };
    const child: Process = {
      ...group,
      pid,
      group: pid,
      parent: parent.group,
      role: `${parent.role}.${forks}`,
      state: "ready",
      call: null,
      inside: null,
      blocked: null,
      signals: { ...noSignals, mask, frames },
      thread: { ...firstThread, affinity: parent.thread.affinity },
      common,
    };
    if (!addProcess(draft, child)) return fail("EAGAIN");
    updateThread(draft, parent.pid, { forks });
    updateCommon(draft, group.pid, { children: [...children, pid] });
    for (const descriptor of descriptors) if (descriptor) countReferences(draft, descriptor.file, 1);
    for (const { fork } of listLifecycles()) fork?.(draft, parent, child);
    return succeed(pid);
  },
};

export const exit: BasicModel<"exit"> = {
  silent: () => true,
  perform(draft, { pid }, status) {
    endProcess(draft, pid, { exitStatus: status & 0xff, termSignal: null });
    return { kind: "end" };
  },
};

export const getpid: BasicModel<"getpid"> = {
  perform: (_draft, process) => succeed(process.group),
};

export const getppid: BasicModel<"getppid"> = {
  perform: (draft, process) => succeed(getGroup(draft.kernel, process).parent),
};
