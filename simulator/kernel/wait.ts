/** Waiting for children: those that have ended, stopped or go on again (wait(2)). */
import type { WaitResult } from "../../schema/call.ts";
import { WCONTINUED, WNOHANG, WUNTRACED } from "../../schema/constants.ts";
import { numberSignal } from "../../schema/signal.ts";
import { forgetChild } from "./end.ts";
import { getGroup, listChildren, namePid, updateCommon, type Draft, type Kernel, type Process } from "./kernel.ts";
import { fail, succeed, type BasicModel, type Outcome } from "./model.ts";
import type { Block } from "./sleep.ts";

const known = WNOHANG | WUNTRACED | WCONTINUED;

export const waitpid: BasicModel<"waitpid"> = {
  blocks(kernel, process, which, options) {
    if (options & ~known || options & WNOHANG) return null;
    const children = listMeant(kernel, process, which);
    return children.length === 0 || children.some((child) => hasNews(child, options))
      ? null
      : describeWait(process, which, children);
  },
  choices: (kernel, process, which, options) =>
    Math.max(1, listMeant(kernel, process, which).filter((child) => hasNews(child, options)).length),
  perform(draft, process, which, options) {
    if (options & ~known) return fail("EINVAL");
    const children = listMeant(draft.kernel, process, which);
    if (children.length === 0) return fail("ECHILD");
    const ready = children.filter((child) => hasNews(child, options));
    // Linux takes the child that was born first; POSIX leaves it open.
    const child = ready[draft.choice % ready.length];
    return child ? succeed(report(draft, process, child)) : succeed(null);
  },
};

export const wait: BasicModel<"wait"> = {
  blocks: (kernel, process) => waitpid.blocks?.(kernel, process, -1, 0) ?? null,
  choices: (kernel, process) => waitpid.choices?.(kernel, process, -1, 0) ?? 1,
  // Without WNOHANG the result is never null.
  perform: (draft, process) => waitpid.perform(draft, process, -1, 0) as Outcome<WaitResult>,
};

/** The children that `which` means: > 0 one, -1 all, 0 those of the caller's process group, < -1 those of the group -`which`. */
function listMeant(kernel: Kernel, process: Process, which: number): Process[] {
  const { pid, common } = getGroup(kernel, process);
  const group = which === 0 ? common.processGroup : -which;
  return listChildren(kernel, pid).filter((child) =>
    which > 0 ? child.pid === which : which === -1 || child.common.processGroup === group,
  );
}

const hasNews = ({ common: { end, news } }: Process, options: number): boolean =>
  end !== null || (news !== null && (options & (news.kind === "stopped" ? WUNTRACED : WCONTINUED)) !== 0);

function describeWait({ group }: Process, which: number, children: readonly Process[]): Block {
  const only = children.length === 1 ? children[0] : undefined;
  return {
    on: which > 0 ? `process ${which}` : "a child",
    why: only ? `${namePid(only.pid)} has not ended` : `none of ${children.length} children has ended`,
    channels: [which > 0 ? `child ${which}` : `children of ${group}`],
    exclusive: false,
    holders: children.flatMap(({ common }) => common.threads),
    anyHolder: true,
  };
}

/** What wait(2) tells of the child. One that has ended is gone with that, other news are told once. */
function report(draft: Draft, process: Process, { pid, common: { end, news } }: Process): WaitResult {
  if (end) {
    forgetChild(draft, pid);
    draft.events.push({ kind: "reap", pid: process.pid, child: pid });
    const { exitStatus, termSignal } = end;
    const status = termSignal ? (numberSignal(termSignal) ?? 0) : (exitStatus ?? 0) << 8;
    return { pid, status, exitStatus, termSignal };
  }
  updateCommon(draft, pid, { news: null });
  const none = { pid, exitStatus: null, termSignal: null };
  if (news?.kind !== "stopped") return { ...none, status: 0xffff, continued: true };
  return { ...none, status: ((numberSignal(news.signal) ?? 0) << 8) | 0x7f, stopSignal: news.signal };
}
