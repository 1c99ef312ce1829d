/** Acting on a signal, which a thread does itself: before it goes back to its program, or instead of waiting any longer (get_signal in Linux). */
import { endThread } from "./end.ts";
import {
  getGroup,
  getProcess,
  listThreads,
  updateProcess,
  updateSignals,
  type Draft,
  type FinalResult,
  type PendingSignal,
  type Pid,
  type Process,
  type Result,
} from "./kernel.ts";
import { findHandle } from "./mechanism.ts";
import { actionOf, beginEnd, defaultAction, dequeue, tellParent } from "./signal.ts";
import { wake } from "./sleep.ts";

/** Acts on what waits for the thread, until a handler has to run (its result), or the thread stops or ends, or nothing is left. */
export function deliver(draft: Draft, pid: Pid, result: FinalResult | null = null): Result | null {
  for (;;) {
    const thread = getProcess(draft.kernel, pid);
    const group = getGroup(draft.kernel, thread);
    const { exiting } = group.common;
    const { told } = thread.signals;
    if (exiting || told?.kind === "end") {
      const signal = exiting?.termSignal;
      if (signal) draft.events.push({ kind: "signal", pid, signal, action: "terminate" });
      endThread(draft, pid, exiting);
      return null;
    }
    if (told) {
      stop(draft, thread, told.signal);
      return null;
    }
    const next = dequeue(draft, pid);
    if (!next) return null;
    const action = actionOf(group.common, next.signal);
    if (typeof action.handler === "function") return findHandle()(draft, pid, next, action, action.handler, result);
    const effect = action.handler === "SIG_IGN" ? "ignore" : defaultAction(next.signal);
    if (effect === "stop") {
      stopAll(draft, thread, next.signal);
      return null;
    }
    if (effect === "terminate")
      beginEnd(draft, group.pid, { exitStatus: null, termSignal: next.signal }, `${next.signal} ends the process`);
    else draft.events.push({ kind: "signal", pid, signal: next.signal, action: "ignore" });
  }
}

/** One thread stops; the others do so as soon as they run. */
function stopAll(draft: Draft, thread: Process, signal: PendingSignal["signal"]): void {
  for (const { pid, state } of listThreads(draft.kernel, getGroup(draft.kernel, thread))) {
    if (pid === thread.pid) continue;
    updateSignals(draft, pid, { told: { kind: "stop", signal } });
    if (state === "blocked") wake(draft, pid, `${signal} stops its process`);
  }
  stop(draft, thread, signal);
}

function stop(draft: Draft, { pid, group }: Process, signal: PendingSignal["signal"]): void {
  updateProcess(draft, pid, { state: "stopped" });
  updateSignals(draft, pid, { told: null });
  draft.events.push({ kind: "signal", pid, signal, action: "stop" });
  const threads = listThreads(draft.kernel, getProcess(draft.kernel, group));
  if (threads.every(({ state }) => state === "stopped")) tellParent(draft, group, "stopped", signal);
}
