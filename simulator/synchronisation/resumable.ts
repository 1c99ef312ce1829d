/** Calls that wait in a queue: a signal handler interrupts the waiting, and afterwards it goes on where it was. */
import type { CallName } from "../../schema/call.ts";
import type { Kernel, Process } from "../kernel/kernel.ts";
import { writes, type CallModel } from "../kernel/model.ts";
import type { Interrupted } from "./objects.ts";
import { findShared, nameObject, putShared, removeShared } from "./shared.ts";

/** A handler may interrupt a handler: each depth has its own. */
const nameOf = ({ pid, signals }: Process): string => `${pid} at depth ${signals.frames.length}`;

const findInterrupted = (kernel: Kernel, process: Process): Interrupted | undefined =>
  process.inside?.progress ? undefined : findShared(kernel, "interrupted", nameOf(process));

/** The same call, which no handler makes begin anew: it would join its queue twice, or give back a mutex that it has not. */
export const resumable = <Name extends CallName>(model: CallModel<Name>): CallModel<Name> => ({
  ...model,
  restarts: "always",
  touches(kernel, process, ...args) {
    const interrupted = findInterrupted(kernel, process);
    return interrupted ? [writes(nameObject(interrupted))] : model.touches(kernel, process, ...args);
  },
  blocks: (kernel, process, ...args) =>
    findInterrupted(kernel, process) ? null : (model.blocks?.(kernel, process, ...args) ?? null),
  choices: (kernel, process, ...args) =>
    findInterrupted(kernel, process) ? 1 : (model.choices?.(kernel, process, ...args) ?? 1),
  perform(draft, process, ...args) {
    const interrupted = findInterrupted(draft.kernel, process);
    if (!interrupted) return model.perform(draft, process, ...args);
    removeShared(draft, interrupted);
    return { kind: "continue", progress: interrupted.progress, pause: true };
  },
  interrupt(draft, process, ..._args) {
    const progress = process.inside?.progress ?? 0;
    if (progress > 0) putShared(draft, { kind: "interrupted", name: nameOf(process), progress });
    return null;
  },
});
