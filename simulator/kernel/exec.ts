/** exec: a process goes on as another program (execve(2)). */
import { touchesEveryFile, touchesLifecycle, touchesThreads } from "./accesses.ts";
import { endThread } from "./end.ts";
import { closeDescriptor, descriptorsOf } from "./file.ts";
import {
  commonOf,
  getGroup,
  getProcess,
  listThreads,
  namePid,
  updateCommon,
  updateProcess,
  updateSignals,
  updateThread,
  type Draft,
  type Process,
} from "./kernel.ts";
import { MAX_ARGUMENT_LENGTH } from "./limits.ts";
import { listLifecycles, type Mechanism } from "./mechanism.ts";
import { fail, type CallModel } from "./model.ts";
import { list, program, string } from "./parameters.ts";
import { rouse } from "./signal.ts";

/** The other threads end first; then the first one goes on as the new program, also where another one has asked (de_thread in Linux). */
const exec: CallModel<"exec"> = {
  touches: (kernel, process) => [
    ...touchesEveryFile(kernel, process),
    ...touchesThreads(getGroup(kernel, process)),
    ...touchesLifecycle(kernel, process),
  ],
  blocks(kernel, process) {
    if (!process.inside || commonOf(kernel, process).threads.length === 1) return null;
    return {
      on: "its threads",
      why: "the other threads have not ended",
      channels: [`threads of ${process.group}`],
      exclusive: false,
    };
  },
  restarts: "always",
  perform(draft, process, program, args) {
    const group = getGroup(draft.kernel, process);
    if (args.reduce((sum, word) => sum + word.length + 1, 0) > MAX_ARGUMENT_LENGTH) return fail("E2BIG");
    // POSIX has the new program run in whichever thread called; here the first one's record must still be there for that.
    if (group.state === "zombie") return fail("ENOSYS");
    if (group.common.threads.length > 1) return endOthers(draft, process, group);
    closeOnExec(draft, group);
    const kept = Object.entries(group.common.dispositions).filter(
      ([, action]) => action === "SIG_IGN" || (typeof action === "object" && action.handler === "SIG_IGN"),
    );
    for (const { exec } of listLifecycles()) exec?.(draft, getProcess(draft.kernel, group.pid));
    updateProcess(draft, group.pid, { call: null, inside: null });
    updateSignals(draft, group.pid, { frames: [], suspended: null });
    updateCommon(draft, group.pid, { dispositions: Object.fromEntries(kept), executed: true });
    draft.events.push({ kind: "return", pid: group.pid, call: "exec", result: "" });
    return { kind: "tell", told: { kind: "exec", program, args }, result: null };
  },
};

function endOthers(
  draft: Draft,
  process: Process,
  group: Process,
): { kind: "continue"; progress: number } | { kind: "end" } {
  const why = `${namePid(process.pid)} has called exec`;
  for (const { pid, state } of listThreads(draft.kernel, group)) {
    if (pid === process.pid || pid === group.pid) continue;
    updateSignals(draft, pid, { told: { kind: "end" } });
    rouse(draft, pid, state, why);
  }
  if (process.pid === group.pid) return { kind: "continue", progress: 1 };
  const { call, inside, state } = group;
  rouse(draft, group.pid, state, why);
  if (call && inside) draft.events.push({ kind: "fail", pid: group.pid, call: call.name, errno: "EINTR", why });
  updateProcess(draft, group.pid, { call: process.call, inside: { progress: 1, expired: false } });
  updateSignals(draft, group.pid, { frames: [], told: null });
  draft.events.push({
    kind: "call",
    pid: group.pid,
    call: "exec",
    args: [],
    why: `in place of ${namePid(process.pid)}`,
  });
  updateThread(draft, process.pid, { detached: true });
  endThread(draft, process.pid, null);
  return { kind: "end" };
}

function closeOnExec(draft: Draft, group: Process): void {
  for (const [fd, descriptor] of descriptorsOf(draft.kernel, group).entries())
    if (descriptor?.closeOnExec) closeDescriptor(draft, group.pid, fd);
}

const shownWords = 10;

export const programs: Mechanism = {
  calls: { exec },
  parameters: { exec: [["program", program], ["args", list(string, "a list of strings")]] }, // prettier-ignore
  descriptions: {
    arguments: {
      exec: ({ name }, args) => [
        name || "a program",
        ...args.slice(0, shownWords).map((word) => JSON.stringify(word.slice(0, 32))),
        ...(args.length > shownWords ? [`… (${args.length} words)`] : []),
      ],
    },
  },
};
