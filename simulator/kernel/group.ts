/** Process groups, sessions, and who inherits orphans (setpgid(2), setsid(2), credentials(7), prctl(2)). */
import { PR_GET_CHILD_SUBREAPER, PR_SET_CHILD_SUBREAPER } from "../../schema/calls/process-constants.ts";
import {
  commonOf,
  findProcess,
  getGroup,
  getProcess,
  listProcesses,
  updateCommon,
  type Draft,
  type Kernel,
  type Pid,
  type Process,
} from "./kernel.ts";
import { touchesThreads } from "./accesses.ts";
import { findHeir } from "./end.ts";
import type { Mechanism } from "./mechanism.ts";
import { fail, reads, succeed, writes, type CallModel } from "./model.ts";
import { integer } from "./parameters.ts";
import { raise } from "./signal.ts";

/** Processes come and go between groups: calls that look at them or move them do not change places. */
const touchesGroups: () => [{ object: string; writes: boolean }] = () => [writes("process groups")];

/** The process that `pid` means: 0 the caller's own. */
function findMeant(kernel: Kernel, process: Process, pid: Pid): Process | undefined {
  const found = pid === 0 ? process : findProcess(kernel, pid);
  return found && getGroup(kernel, found);
}

const getpgid: CallModel<"getpgid"> = {
  touches: () => [reads("process groups")],
  perform(draft, process, pid) {
    const found = findMeant(draft.kernel, process, pid);
    return found ? succeed(found.common.processGroup) : fail("ESRCH");
  },
};

const getpgrp: CallModel<"getpgrp"> = {
  touches: () => [reads("process groups")],
  perform: (draft, process) => succeed(commonOf(draft.kernel, process).processGroup),
};

const getsid: CallModel<"getsid"> = {
  touches: () => [reads("process groups")],
  perform(draft, process, pid) {
    const found = findMeant(draft.kernel, process, pid);
    return found ? succeed(found.common.session) : fail("ESRCH");
  },
};

const setpgid: CallModel<"setpgid"> = {
  touches: touchesGroups,
  perform(draft, process, pid, wanted) {
    if (wanted < 0) return fail("EINVAL");
    const caller = getGroup(draft.kernel, process);
    const found = findMeant(draft.kernel, process, pid);
    const isChild = found?.parent === caller.pid;
    if (!found || (found.pid !== caller.pid && !isChild)) return fail("ESRCH");
    const { session, executed } = found.common;
    if (isChild && session !== caller.common.session) return fail("EPERM");
    if (isChild && executed) return fail("EACCES");
    if (session === found.pid) return fail("EPERM");
    const group = wanted === 0 ? found.pid : wanted;
    if (group !== found.pid && !listGroup(draft.kernel, group).some(({ common }) => common.session === session))
      return fail("EPERM");
    updateCommon(draft, found.pid, { processGroup: group });
    return succeed(undefined);
  },
};

const listGroup = (kernel: Kernel, group: Pid): Process[] =>
  listProcesses(kernel).filter((process) => process.pid === process.group && process.common.processGroup === group);

const setsid: CallModel<"setsid"> = {
  touches: touchesGroups,
  perform(draft, { group }) {
    if (listGroup(draft.kernel, group).length > 0) return fail("EPERM");
    updateCommon(draft, group, { session: group, processGroup: group });
    return succeed(group);
  },
};

const prctl: CallModel<"prctl"> = {
  touches: (_kernel, { group }) => [writes(`children of ${group}`)],
  perform(draft, process, option, argument) {
    if (option === PR_GET_CHILD_SUBREAPER) return succeed(commonOf(draft.kernel, process).subreaper ? 1 : 0);
    if (option !== PR_SET_CHILD_SUBREAPER) return fail("EINVAL");
    updateCommon(draft, process.group, { subreaper: argument !== 0 });
    return succeed(0);
  },
};

/** The groups that nobody of their session looks after once `process` has ended, though its end is what makes them so. */
function listOrphaned(kernel: Kernel, process: Process): Process[][] {
  const { children, processGroup, session } = process.common;
  const heir = findHeir(kernel, process);
  /** Whether a member has a parent in the same session, but in another group. */
  const isLookedAfter = ({ pid, parent, common }: Process, group: Pid): boolean => {
    const found = pid === process.pid ? undefined : findProcess(kernel, parent === process.pid ? heir : parent);
    return found !== undefined && found.common.session === common.session && found.common.processGroup !== group;
  };
  const left = children.map((child) => getProcess(kernel, child).common).filter((child) => child.session === session);
  const candidates = new Set(left.map((child) => child.processGroup).filter((group) => group !== processGroup));
  const parent = findProcess(kernel, process.parent)?.common;
  if (parent?.session === session && parent.processGroup !== processGroup) candidates.add(processGroup);
  return [...candidates]
    .map((group) => ({ group, members: listGroup(kernel, group).filter(({ common }) => common.end === null) }))
    .filter(({ group, members }) => !members.some((member) => isLookedAfter(member, group)))
    .map(({ members }) => members.filter(({ pid }) => pid !== process.pid));
}

/** Nobody could let the stopped ones go on any more: they are told (POSIX, _exit; kill_orphaned_pgrp in Linux). */
function signalOrphaned(draft: Draft, process: Process): void {
  for (const members of listOrphaned(draft.kernel, process)) {
    if (!members.some(({ state }) => state === "stopped")) continue;
    for (const signal of ["SIGHUP", "SIGCONT"] as const) for (const { pid } of members) raise(draft, pid, signal);
  }
}

export const groups: Mechanism = {
  calls: { getpgid, setpgid, getpgrp, setsid, getsid, prctl },
  parameters: {
    getpgid: [["pid", integer]],
    setpgid: [
      ["pid", integer],
      ["group", integer],
    ],
    getpgrp: [],
    setsid: [],
    getsid: [["pid", integer]],
    prctl: [
      ["option", integer],
      ["argument", integer],
    ],
  },
  lifecycle: {
    exit: signalOrphaned,
    touches: (kernel, process) => [
      reads("process groups"),
      ...listOrphaned(kernel, process).flat().flatMap(touchesThreads),
    ],
  },
};
