/** A reader's choice: what may happen next, each in words, and on which CPU. */
import { describeArguments } from "../../schema/describe.ts";
import { enabled, type Transition } from "../kernel/core.ts";
import { findProcess, type Kernel, type Pid } from "../kernel/kernel.ts";
import type { Choice, Situation } from "./driver.ts";

export interface ManualChoice extends Choice {
  /** `main calls read(3, 64) and waits: the pipe is empty, and P101 may still write`. */
  readonly words: string;
  /** It is made in the same tick as the step before. */
  readonly joins: boolean;
}

/** What has been used up in a tick. */
export interface Used {
  readonly cpus: ReadonlySet<number>;
  /** Who has stepped in it, or became ready in it. */
  readonly pids: ReadonlySet<Pid>;
}

/** Everything that may happen next; with `permitted`, in every way that POSIX permits. */
export function listManualChoices(
  { kernel, running }: Situation,
  used: Used,
  permitted: boolean,
): readonly ManualChoice[] {
  return enabled(kernel, { permitted }).map((transition) => {
    const isTimed = transition.action === "call" || transition.action === "signal";
    const { cpu, joins } = isTimed ? place(kernel, running, used, transition.pid) : { cpu: 0, joins: false };
    return {
      transition,
      cpu,
      joins,
      why: "chosen by hand",
      preempts: "another was chosen by hand",
      words: describeChoice(kernel, transition),
    };
  });
}

/** Its own CPU, else the first that is idle, else the first; in this tick while there is one left for it, else in the next. */
function place(kernel: Kernel, running: Situation["running"], used: Used, pid: Pid): { cpu: number; joins: boolean } {
  const affinity = findProcess(kernel, pid)?.thread.affinity;
  const allowed = running.map((_, cpu) => cpu).filter((cpu) => affinity?.includes(cpu) ?? true);
  const left = used.pids.has(pid) ? [] : allowed.filter((cpu) => !used.cpus.has(cpu));
  const joins = used.pids.size > 0 && left.length > 0;
  const cpus = joins ? left : allowed;
  const own = running.indexOf(pid);
  const cpu = cpus.includes(own) ? own : (cpus.find((one) => running[one] === null) ?? cpus[0] ?? 0);
  return { cpu, joins };
}

function describeChoice(kernel: Kernel, { pid, action, block, choice }: Transition): string {
  const process = findProcess(kernel, pid);
  const role = process?.role ?? "";
  const call = process?.call;
  const words = call ? `${call.name}(${describeArguments(call).join(", ")})` : "";
  if (action === "alarm") return `the alarm of ${role} goes off`;
  if (action === "signal") return `${role} acts on a signal before ${words}`;
  if (action === "timeout") return `the timeout of ${role} in ${words} is over`;
  if (action === "flush") return `the oldest store of ${role} reaches the memory`;
  const verb = process?.inside ? "goes on with" : "calls";
  const way = choice > 0 ? `, in way ${choice + 1} of those that POSIX permits` : "";
  return `${role} ${verb} ${words}${block ? ` and waits: ${block.why}` : way}`;
}
