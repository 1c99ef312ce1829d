/** Handlers: what runs on top of a program, and what comes after it (sigaction(2), sigreturn(2)). */
import type { Call } from "../../schema/call.ts";
import type { SignalAction, SignalHandler } from "../../schema/calls/process.ts";
import { SA_NODEFER, SA_RESETHAND, SA_RESTART } from "../../schema/calls/process-constants.ts";
import { deliver } from "./delivery.ts";
import {
  getProcess,
  updateCommon,
  updateProcess,
  updateSignals,
  type Draft,
  type FinalResult,
  type Frame,
  type PendingSignal,
  type Pid,
  type Result,
} from "./kernel.ts";
import { MAX_HANDLERS } from "./limits.ts";
import { modelOf } from "./mechanism.ts";
import { fail, touchesNothing, type CallModel } from "./model.ts";
import { beginEnd, hasFlag } from "./signal.ts";
import { concludeCall, describeEntry, describeExit } from "./words.ts";

/** Puts a handler on top of the program: its mask holds until it comes back, and so does the call that it has interrupted. */
export function handle(
  draft: Draft,
  pid: Pid,
  { signal, info }: PendingSignal,
  action: SignalAction,
  handler: SignalHandler,
  result: FinalResult | null,
): Result | null {
  const { group, call, inside, signals } = getProcess(draft.kernel, pid);
  const { mask, suspended, frames } = signals;
  if (frames.length >= MAX_HANDLERS) {
    beginEnd(draft, group, { exitStatus: null, termSignal: "SIGSEGV" }, "its stack is full of handlers");
    return deliver(draft, pid);
  }
  const after =
    call && inside ? interrupt(draft, pid, call, hasFlag(action, SA_RESTART)) : { call, inside: null, result };
  const own = hasFlag(action, SA_NODEFER) ? [] : [signal];
  updateProcess(draft, pid, { call: null, inside: null });
  updateSignals(draft, pid, {
    suspended: null,
    mask: [...new Set([...mask, ...(action.mask ?? []), ...own])].filter(
      (one) => one !== "SIGKILL" && one !== "SIGSTOP",
    ),
    frames: [...frames, { mask: suspended ?? mask, ...after }],
  });
  if (hasFlag(action, SA_RESETHAND)) {
    const { dispositions } = getProcess(draft.kernel, group).common;
    updateCommon(draft, group, { dispositions: { ...dispositions, [signal]: "SIG_DFL" } });
  }
  draft.events.push({ kind: "signal", pid, signal, action: "handle" });
  return { kind: "handle", handler, signal, info };
}

/** What becomes of a slow call once a handler has run: it fails (EINTR), or begins again, or says what it has done so far. */
function interrupt(draft: Draft, pid: Pid, call: Call, restart: boolean): Omit<Frame, "mask"> {
  const { interrupt: comeOut, restarts, computes } = modelOf(call);
  if (computes) {
    const why = "it goes on after the handler";
    draft.events.push({ kind: "fail", pid, call: call.name, errno: "ERESTARTSYS", why });
    return { call, inside: getProcess(draft.kernel, pid).inside, result: null };
  }
  const outcome = comeOut?.(draft, getProcess(draft.kernel, pid), ...call.args) ?? null;
  if (outcome?.kind === "return" || outcome?.kind === "fail") {
    draft.events.push(describeExit(pid, call, outcome));
    return { call: null, inside: null, result: concludeCall(call, outcome) };
  }
  if (restarts === "always" || (restart && restarts !== "never")) {
    const why = "it begins again after the handler";
    draft.events.push({ kind: "fail", pid, call: call.name, errno: "ERESTARTSYS", why });
    return { call, inside: null, result: null };
  }
  const failed = { kind: "fail", errno: "EINTR" } as const;
  draft.events.push(describeExit(pid, call, failed));
  return { call: null, inside: null, result: concludeCall(call, failed) };
}

/** The end of a handler: the program below goes on, or the call that the handler has interrupted. */
export const sigreturn: CallModel<"sigreturn"> = {
  touches: touchesNothing,
  perform(draft, { pid, signals: { frames } }) {
    const frame = frames.at(-1);
    if (!frame) return fail("EINVAL");
    const { mask, call, inside, result } = frame;
    updateProcess(draft, pid, { call, inside });
    updateSignals(draft, pid, { frames: frames.slice(0, -1), mask });
    draft.events.push({ kind: "return", pid, call: "sigreturn", result: "" });
    if (call && inside) draft.events.push(describeEntry(draft.kernel, getProcess(draft.kernel, pid), call));
    return { kind: "tell", told: { kind: "resume", result }, result };
  },
};
