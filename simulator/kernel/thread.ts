/** Threads: several lines of execution in one process (pthreads(7)). Their programs are the machine's. */
import { touchesEnd, touchesThreads } from "./accesses.ts";
import { forgetThread, endThread } from "./end.ts";
import { findProcess, getGroup, namePid, updateCommon, updateThread, type Kernel, type Process } from "./kernel.ts";
import { from } from "./kill.ts";
import type { Mechanism, Parameter } from "./mechanism.ts";
import { fail, reads, succeed, touchesNothing, writes, type CallModel } from "./model.ts";
import { integer, program, signalName } from "./parameters.ts";
import { addProcess, createThread, nextPid } from "./process.ts";
import { raiseThread } from "./signal.ts";

const pthread_create: CallModel<"pthread_create"> = {
  touches: (_kernel, { group }) => [writes("processes"), writes(`process ${group}`)],
  perform(draft, creator) {
    const pid = nextPid(draft);
    const group = getGroup(draft.kernel, creator);
    if (!addProcess(draft, createThread(pid, group, creator))) return fail("EAGAIN");
    updateThread(draft, creator.pid, { forks: creator.thread.forks + 1 });
    updateCommon(draft, group.pid, { threads: [...group.common.threads, pid] });
    return succeed(pid);
  },
};

/** Another thread of the same process, or null (ESRCH). */
function findThread(kernel: Kernel, process: Process, pid: number): Process | null {
  const found = findProcess(kernel, pid);
  return found?.group === process.group ? found : null;
}

const pthread_join: CallModel<"pthread_join"> = {
  touches: (_kernel, { group }, thread) => [writes(`thread ${thread}`), writes(`process ${group}`)],
  restarts: "always",
  blocks(kernel, process, thread) {
    const found = findThread(kernel, process, thread);
    if (!found || found.state === "zombie" || refuses(process, found)) return null;
    return {
      on: `thread ${thread}`,
      why: `${namePid(thread)} has not ended`,
      channels: [`thread ${thread}`],
      exclusive: false,
      holders: [thread],
    };
  },
  perform(draft, process, pid) {
    const thread = findThread(draft.kernel, process, pid);
    if (!thread) return fail("ESRCH");
    const refused = refuses(process, thread);
    if (refused) return fail(refused);
    forgetThread(draft, pid, "", process.pid);
    return succeed(thread.thread.value);
  },
};

/** Why nobody, or not this one, may join the thread. Joining one that another one joins is the error that POSIX advises. */
function refuses({ pid }: Process, thread: Process): "EDEADLK" | "EINVAL" | null {
  const { call } = thread;
  if (thread.pid === pid || (call?.name === "pthread_join" && call.args[0] === pid && thread.inside)) return "EDEADLK";
  return thread.thread.detached ? "EINVAL" : null;
}

const pthread_exit: CallModel<"pthread_exit"> = {
  touches: touchesEnd,
  silent: () => true,
  perform(draft, { pid }, value) {
    endThread(draft, pid, null, value);
    return { kind: "end" };
  },
};

const pthread_self: CallModel<"pthread_self"> = { touches: touchesNothing, perform: (_draft, { pid }) => succeed(pid) };

const gettid: CallModel<"gettid"> = { touches: touchesNothing, perform: (_draft, { pid }) => succeed(pid) };

const pthread_detach: CallModel<"pthread_detach"> = {
  touches: (_kernel, { group }, thread) => [writes(`thread ${thread}`), writes(`process ${group}`)],
  perform(draft, process, pid) {
    const thread = findThread(draft.kernel, process, pid);
    if (!thread) return fail("ESRCH");
    if (thread.thread.detached) return fail("EINVAL");
    if (thread.state === "zombie") forgetThread(draft, pid, "it is detached");
    if (findProcess(draft.kernel, pid)) updateThread(draft, pid, { detached: true });
    return succeed(undefined);
  },
};

const pthread_kill: CallModel<"pthread_kill"> = {
  touches: (kernel, process, thread) => {
    const found = findProcess(kernel, thread);
    return found?.group === process.group ? touchesThreads(getGroup(kernel, process)) : [reads(`thread ${thread}`)];
  },
  perform(draft, process, thread, signal) {
    const found = findProcess(draft.kernel, thread);
    if (found?.group !== process.group || found.state === "zombie") return fail("ESRCH");
    raiseThread(draft, thread, signal, from(process, signal, "SI_TKILL"));
    return succeed(undefined);
  },
};

const thread: Parameter = ["thread", integer];

export const threads: Mechanism = {
  calls: { pthread_create, pthread_join, pthread_exit, pthread_self, pthread_detach, pthread_kill, gettid },
  parameters: {
    pthread_create: [["program", program]],
    pthread_join: [thread],
    pthread_exit: [["value", () => null]],
    pthread_self: [],
    pthread_detach: [thread],
    pthread_kill: [thread, ["signal", signalName]],
    gettid: [],
  },
};
