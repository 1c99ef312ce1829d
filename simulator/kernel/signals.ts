/** Signals held back, waited for, handled and timed (sigprocmask(2), sigwait(3), sigaction(2), alarm(2)). */
import {
  SA_RESETHAND,
  SIG_BLOCK,
  SIG_SETMASK,
  SIG_UNBLOCK,
  type SignalAction,
  type SignalInfo,
} from "../../schema/calls/process.ts";
import { numberSignal, type Signal } from "../../schema/signal.ts";
import { touchesThreads } from "./accesses.ts";
import {
  commonOf,
  findProcess,
  getGroup,
  updateCommon,
  updateSignals,
  type Draft,
  type Kernel,
  type PendingSignal,
  type Process,
} from "./kernel.ts";
import { handle, sigreturn } from "./handler.ts";
import { from, kill, listTargets } from "./kill.ts";
import type { Mechanism, Occurrence, Parameter } from "./mechanism.ts";
import { fail, reads, succeed, touchesNothing, writes, type CallModel, type Outcome } from "./model.ts";
import { integer, list, signalName, size } from "./parameters.ts";
import { actionOf, dequeue, raise as send, raiseThread, retarget } from "./signal.ts";
import type { Block } from "./sleep.ts";

const sigqueue: CallModel<"sigqueue"> = {
  touches: (kernel, process, pid) => listTargets(kernel, process, pid).flatMap(touchesThreads),
  choices: (kernel, process, pid, signal) => kill.choices?.(kernel, process, pid, signal) ?? 1,
  perform(draft, process, pid, signal, value) {
    const target = pid > 0 ? findProcess(draft.kernel, pid) : undefined;
    if (!target) return fail("ESRCH");
    return send(draft, pid, signal, { ...from(process, signal, "SI_QUEUE"), value })
      ? succeed(undefined)
      : fail("EAGAIN");
  },
};

const raise: CallModel<"raise"> = {
  touches: (kernel, process) => touchesThreads(getGroup(kernel, process)),
  perform(draft, process, signal) {
    raiseThread(draft, process.pid, signal, from(process, signal, "SI_TKILL"));
    return succeed(undefined);
  },
};

/** A handler may run once; when it comes back, the call begins again and finds the default. */
const abort: CallModel<"abort"> = {
  touches: (kernel, process) => touchesThreads(getGroup(kernel, process)),
  blocks: (_kernel, { inside }) =>
    inside ? { on: "SIGABRT", why: "SIGABRT is pending", channels: [], exclusive: false } : null,
  restarts: "always",
  perform(draft, process) {
    const common = commonOf(draft.kernel, process);
    const action = actionOf(common, "SIGABRT");
    const once = typeof action.handler === "function" ? { ...action, flags: SA_RESETHAND } : "SIG_DFL";
    updateCommon(draft, process.group, { dispositions: { ...common.dispositions, SIGABRT: once } });
    updateSignals(draft, process.pid, { mask: process.signals.mask.filter((signal) => signal !== "SIGABRT") });
    raiseThread(draft, process.pid, "SIGABRT", from(process, "SIGABRT", "SI_TKILL"));
    return { kind: "continue", progress: 1 };
  },
};

const isMaskable = (signal: Signal) => signal !== "SIGKILL" && signal !== "SIGSTOP";

const sigprocmask: CallModel<"sigprocmask"> = {
  touches: (kernel, process) => {
    const group = getGroup(kernel, process);
    return group.common.threads.length > 1 ? touchesThreads(group) : [];
  },
  perform(draft, { pid, signals: { mask } }, how, set) {
    const next = {
      [SIG_BLOCK]: [...new Set([...mask, ...set])],
      [SIG_UNBLOCK]: mask.filter((signal) => !set.includes(signal)),
      [SIG_SETMASK]: [...new Set(set)],
    }[how];
    if (!next) return fail("EINVAL");
    updateSignals(draft, pid, { mask: next.filter(isMaskable) });
    retarget(draft, pid);
    return succeed(mask);
  },
};

const sigpending: CallModel<"sigpending"> = {
  touches: (_kernel, { group, pid }) => (group === pid ? [] : [reads(`process ${group}`)]),
  perform(draft, process) {
    const waiting = [...process.signals.pending, ...commonOf(draft.kernel, process).pending].map(
      ({ signal }) => signal,
    );
    return succeed(sortSignals(waiting.filter((signal) => process.signals.mask.includes(signal))));
  },
};

const sortSignals = (signals: readonly Signal[]): Signal[] =>
  [...new Set(signals)].toSorted((a, b) => (numberSignal(a) ?? 0) - (numberSignal(b) ?? 0));

const pause: CallModel<"pause"> = {
  touches: touchesNothing,
  blocks: () => ({ on: "a signal", why: "no handler has run", channels: [], exclusive: false }),
  restarts: "never",
  perform: () => fail("EINTR"),
};

const sigsuspend: CallModel<"sigsuspend"> = {
  touches: touchesNothing,
  blocks: (_kernel, { inside }) =>
    inside ? { on: "a signal", why: "no handler has run", channels: [], exclusive: false } : null,
  restarts: "never",
  perform(draft, { pid, signals: { mask } }, set) {
    updateSignals(draft, pid, { suspended: mask, mask: set.filter(isMaskable) });
    retarget(draft, pid);
    return { kind: "continue", progress: 1 };
  },
};

/** Signals of `set` that wait for the thread or its process. */
const isIn =
  (set: readonly Signal[]) =>
  ({ signal }: PendingSignal): boolean =>
    set.includes(signal);

function waitBlock(kernel: Kernel, process: Process, set: readonly Signal[]): Block | null {
  if ([...process.signals.pending, ...commonOf(kernel, process).pending].some(isIn(set))) return null;
  return { on: set.join(" or ") || "a signal", why: "none is pending", channels: [], exclusive: false };
}

function take(draft: Draft, { pid }: Process, set: readonly Signal[]): Outcome<SignalInfo> {
  const taken = dequeue(draft, pid, isIn(set));
  return taken ? succeed(taken.info) : fail("EAGAIN");
}

const touchesWaiting: CallModel<"sigwaitinfo">["touches"] = (_kernel, { group, pid }) =>
  group === pid ? [] : [writes(`process ${group}`)];

const sigwaitinfo: CallModel<"sigwaitinfo"> = {
  touches: touchesWaiting,
  blocks: waitBlock,
  restarts: "never",
  perform: take,
};

const sigtimedwait: CallModel<"sigtimedwait"> = {
  touches: touchesWaiting,
  blocks(kernel, process, set, timeoutMs) {
    const block = timeoutMs === 0 ? null : waitBlock(kernel, process, set);
    return block && timeoutMs > 0 ? { ...block, timeoutMs } : block;
  },
  restarts: "never",
  perform: take,
};

const sigwait: CallModel<"sigwait"> = {
  touches: touchesWaiting,
  blocks: waitBlock,
  restarts: "always",
  perform(draft, process, set) {
    const taken = take(draft, process, set);
    return taken.kind === "return" ? succeed(taken.value.signal) : taken;
  },
};

/** A new value each time, so that a clock notices. The core has no clock: what is left of the alarm before, it cannot say. */
const alarm: CallModel<"alarm"> = {
  touches: (_kernel, { group }) => [writes(`process ${group}`)],
  perform(draft, process, seconds) {
    const before = commonOf(draft.kernel, process).alarm?.seconds ?? 0;
    updateCommon(draft, process.group, { alarm: seconds > 0 ? { seconds } : null });
    return succeed(before);
  },
};

const goesOff: Occurrence = {
  find(kernel, pid) {
    const process = findProcess(kernel, pid);
    return process?.common.alarm && process.common.threads.length > 0 ? touchesThreads(process) : null;
  },
  happen(draft, pid) {
    updateCommon(draft, pid, { alarm: null });
    send(draft, pid, "SIGALRM");
  },
};

const signalNames = list(signalName, "a list of names of signals");
const isHandler = (value: unknown) => value === "SIG_DFL" || value === "SIG_IGN" || typeof value === "function";
const action = (value: unknown) => {
  if (value === "SIG_DFL" || value === "SIG_IGN") return null;
  const { handler, mask = [], flags = 0 } = (value ?? {}) as Record<string, unknown>;
  const isAction = isHandler(handler) && !signalNames(mask) && !integer(flags);
  return isAction ? null : "SIG_DFL, SIG_IGN or { handler: function* (signal) { … }, mask?, flags? }";
};
const describeHandler = ({ handler }: SignalAction): string => (typeof handler === "string" ? handler : "a handler");

const signal: Parameter = ["signal", signalName];
const set: Parameter = ["set", signalNames];
const words = (list: readonly string[]) => `{${list.join(" ")}}`;
const maskings: Readonly<Record<number, string>> = {
  [SIG_BLOCK]: "SIG_BLOCK",
  [SIG_UNBLOCK]: "SIG_UNBLOCK",
  [SIG_SETMASK]: "SIG_SETMASK",
};

export const signals: Mechanism = {
  calls: {
    sigqueue,
    raise,
    abort,
    sigreturn,
    sigprocmask,
    sigpending,
    sigsuspend,
    pause,
    sigwait,
    sigwaitinfo,
    sigtimedwait,
    alarm,
  },
  parameters: {
    sigaction: [signal, ["disposition", action]],
    sigqueue: [["pid", integer], signal, ["value", integer]],
    raise: [signal],
    abort: [],
    sigreturn: [],
    sigprocmask: [["how", integer], set], // prettier-ignore
    sigpending: [],
    sigsuspend: [["mask", signalNames]],
    pause: [],
    sigwait: [set],
    sigwaitinfo: [set],
    sigtimedwait: [set, ["timeoutMs", integer]],
    alarm: [["seconds", size]],
  },
  descriptions: {
    arguments: {
      sigaction: (signal, action) => [signal, typeof action === "string" ? action : describeHandler(action)],
      sigprocmask: (how, mask) => [maskings[how] ?? String(how), words(mask)],
      sigsuspend: (mask) => [words(mask)],
      sigwait: (mask) => [words(mask)],
      sigwaitinfo: (mask) => [words(mask)],
      sigtimedwait: (mask, timeoutMs) => [words(mask), String(timeoutMs)],
    },
    results: { sigprocmask: words, sigpending: words },
  },
  handle,
  occurrences: { alarm: goesOff },
};
