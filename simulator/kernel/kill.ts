/** Sending signals to processes, and saying what they do (kill(2), sigaction(2)). */
import type { SignalInfo } from "../../schema/calls/process.ts";
import type { Signal } from "../../schema/signal.ts";
import {
  commonOf,
  findProcess,
  getGroup,
  getProcess,
  INIT,
  listProcesses,
  updateCommon,
  type Kernel,
  type Pid,
  type Process,
} from "./kernel.ts";
import { fail, succeed, type BasicModel } from "./model.ts";
import { drop, isIgnored, listTakers, raise } from "./signal.ts";

/** The processes that `kill(pid)` means. */
export function listTargets(kernel: Kernel, sender: Process, pid: Pid): readonly Process[] {
  if (pid > 0) {
    const found = findProcess(kernel, pid);
    return found ? [getGroup(kernel, found)] : [];
  }
  const processes = listProcesses(kernel).filter((process) => process.group === process.pid);
  if (pid === -1) return processes.filter((process) => process.pid !== sender.group);
  const group = pid === 0 ? commonOf(kernel, sender).processGroup : -pid;
  return processes.filter(({ common }) => common.processGroup === group);
}

export const kill: BasicModel<"kill"> = {
  choices: (kernel, process, pid, signal) => countTakers(kernel, listTargets(kernel, process, pid), signal),
  perform(draft, process, pid, signal) {
    // Signals that init does not handle do not reach it.
    if (pid === INIT) return succeed(undefined);
    const targets = listTargets(draft.kernel, process, pid);
    if (targets.length === 0) return fail("ESRCH");
    for (const target of targets) raise(draft, target.pid, signal, from(process, signal, "SI_USER"));
    return succeed(undefined);
  },
};

export const from = ({ group }: Process, signal: Signal, code: SignalInfo["code"]): SignalInfo => ({
  signal,
  code,
  pid: group,
  value: 0,
});

/** Of one process, any thread that does not hold the signal back may take it. */
const countTakers = (kernel: Kernel, [target, ...others]: readonly Process[], signal: Signal): number =>
  target && others.length === 0 ? Math.max(1, listTakers(kernel, target, signal).length) : 1;

export const sigaction: BasicModel<"sigaction"> = {
  perform(draft, process, signal, action) {
    if (signal === "SIGKILL" || signal === "SIGSTOP") return fail("EINVAL");
    const { dispositions } = commonOf(draft.kernel, process);
    updateCommon(draft, process.group, { dispositions: { ...dispositions, [signal]: action } });
    const group = getGroup(draft.kernel, getProcess(draft.kernel, process.pid));
    if (isIgnored(group.common, signal)) drop(draft, group.pid, (other) => other === signal);
    return succeed(undefined);
  },
};
