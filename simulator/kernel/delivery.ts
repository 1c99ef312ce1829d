/** Acting on a pending signal, which a process does itself: before it goes back to its program, or instead of waiting any longer. */
import { getProcess, updateProcess, type Draft, type Pid } from "./kernel.ts";
import { endProcess } from "./process.ts";
import { defaultAction } from "./signal.ts";

export function deliver(draft: Draft, pid: Pid): void {
  const [signal, ...pending] = getProcess(draft.kernel, pid).pending;
  if (signal === undefined) return;
  if (defaultAction(signal) === "stop") {
    updateProcess(draft, pid, { state: "stopped", pending });
    draft.events.push({ kind: "signal", pid, signal, action: "stop" });
    return;
  }
  draft.events.push({ kind: "signal", pid, signal, action: "terminate" });
  endProcess(draft, pid, { exitStatus: null, termSignal: signal });
}
