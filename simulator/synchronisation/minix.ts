/**
 * Message passing as in MINIX 3: rendezvous between processes, a reply that takes the message's place, notifications that never wait,
 * and a look for deadlocks before anybody waits (kernel/proc.c: mini_send, mini_receive, mini_notify, deadlock). Where MINIX says
 * EDEADSRCDST, this says ESRCH.
 */
import { ANY, type Message, type Received } from "../../schema/calls/messages.ts";
import { namePid, type Access, type Draft, type Kernel, type Pid, type Process } from "../kernel/kernel.ts";
import type { Mechanism, Parameter } from "../kernel/mechanism.ts";
import { fail, reads, succeed, touchesNothing, writes, type CallModel, type Outcome } from "../kernel/model.ts";
import { integer, oneOf } from "../kernel/parameters.ts";
import type { Block } from "../kernel/sleep.ts";
import { message, showMessage } from "./message.ts";
import type { MinixOptions, MinixProcess } from "./objects.ts";
import { resumable } from "./resumable.ts";
import {
  findShared,
  hasEnded,
  listShared,
  nameObject,
  putShared,
  removeShared,
  wakeSleeper,
  without,
} from "./shared.ts";

const partName = (pid: Pid) => `minix ${namePid(pid)}`;
const initial = {
  kind: "minix",
  sending: null,
  receiving: null,
  replyPending: false,
  senders: [],
  notifiers: [],
  received: null,
  failed: false,
} as const;
const getPart = (kernel: Kernel, pid: Pid): MinixProcess =>
  findShared(kernel, "minix", namePid(pid)) ?? { ...initial, name: namePid(pid) };

function updatePart(draft: Draft, pid: Pid, changes: Partial<MinixProcess>): void {
  putShared(draft, { ...getPart(draft.kernel, pid), ...changes });
}

type DeadlockCheck = MinixOptions["deadlockCheck"];
const checkOf = (kernel: Kernel): DeadlockCheck =>
  findShared(kernel, "minix options", "of the kernel")?.deadlockCheck ?? "3.4";

/** Whom a process waits for: first the one that it sends to, then the one that it receives from. */
function waitsFor(kernel: Kernel, pid: Pid, check: DeadlockCheck): Pid | null {
  const { sending, receiving } = getPart(kernel, pid);
  if (sending) return sending.to;
  return check === "3.4" && receiving !== ANY ? receiving : null;
}

/** The processes from `other` on, each of which waits for the next. It ends: a cycle is refused before it closes. */
function listChain(kernel: Kernel, caller: Pid, other: Pid): readonly Pid[] {
  const check = checkOf(kernel);
  const chain = [other];
  if (check === "none") return chain;
  for (;;) {
    const next = waitsFor(kernel, chain.at(-1) ?? other, check);
    if (next === null || chain.includes(next)) return chain;
    chain.push(next);
    if (next === caller) return chain;
  }
}

/** Whether waiting for `other` would close a cycle. One that sends to one that receives from it is none, in whichever order they come. */
function isDeadlock(kernel: Kernel, caller: Pid, other: Pid, function_: "send" | "receive"): boolean {
  const chain = listChain(kernel, caller, other);
  if (chain.length < 2 || chain.at(-1) !== caller) return false;
  if (chain.length > 2) return true;
  const otherSends = getPart(kernel, other).sending !== null;
  return otherSends === (function_ === "send");
}

/** Whether `to` waits for a message that `from` may give it. */
function willReceive(kernel: Kernel, to: Pid, from: Pid): boolean {
  const { sending, receiving } = getPart(kernel, to);
  return sending === null && (receiving === from || receiving === ANY);
}

function observeMessage(draft: Draft, to: Pid, from: Pid, message: Message): void {
  const text = message === null ? "notification" : showMessage(message);
  draft.events.push({ kind: "message", pid: to, from, text });
}

function deliver(draft: Draft, to: Pid, received: Received): void {
  updatePart(draft, to, { receiving: null, replyPending: false, received });
  wakeSleeper(draft, to, `${namePid(received.from)} has ${received.message === null ? "notified" : "sent to"} it`);
}

/** Delivers at once, or joins the queue of the receiver. */
function beginSend(draft: Draft, pid: Pid, to: Pid, message: Message, awaitsReply: boolean): Outcome<never> | null {
  if (hasEnded(draft.kernel, to)) return fail("ESRCH");
  const isTaken = willReceive(draft.kernel, to, pid);
  if (!isTaken && isDeadlock(draft.kernel, pid, to, "send")) return fail("ELOCKED");
  if (isTaken) deliver(draft, to, { from: pid, message });
  else updatePart(draft, to, { senders: [...getPart(draft.kernel, to).senders, pid] });
  const reply = awaitsReply ? { receiving: to, replyPending: true } : {};
  updatePart(draft, pid, { sending: isTaken ? null : { to, message }, received: null, failed: false, ...reply });
  return null;
}

/** What is there for `from`: a notification of the process with the lowest number, else the message of the first in the queue. */
function takeWaiting(draft: Draft, pid: Pid, from: Pid): Received | null {
  const { notifiers, senders } = getPart(draft.kernel, pid);
  const isMeant = (other: Pid) => from === ANY || from === other;
  const notifier = notifiers.filter(isMeant).toSorted((a, b) => a - b)[0];
  if (notifier !== undefined) {
    updatePart(draft, pid, { notifiers: without(notifiers, notifier) });
    return { from: notifier, message: null };
  }
  const sender = senders.find(isMeant);
  if (sender === undefined) return null;
  const { sending } = getPart(draft.kernel, sender);
  updatePart(draft, pid, { senders: without(senders, sender) });
  updatePart(draft, sender, { sending: null });
  const { replyPending } = getPart(draft.kernel, sender);
  if (!replyPending) wakeSleeper(draft, sender, `${namePid(pid)} has received its message`);
  return { from: sender, message: sending?.message ?? null };
}

const touchesPeer = (kernel: Kernel, { pid, inside }: Process, to: Pid): readonly Access[] => {
  const own = writes(partName(pid));
  if (inside?.progress) return [own];
  const others = willReceive(kernel, to, pid) ? [] : listChain(kernel, pid, to);
  return [
    own,
    writes(partName(to)),
    ...others.filter((other) => other !== pid && other !== to).map((other) => reads(partName(other))),
  ];
};

function touchesReceive(kernel: Kernel, process: Process, from: Pid): readonly Access[] {
  const own = writes(partName(process.pid));
  if (process.inside?.progress) return [own];
  const sender = getPart(kernel, process.pid).senders.find((other) => from === ANY || from === other);
  const chain = from === ANY ? [] : listChain(kernel, process.pid, from);
  return [
    own,
    ...(sender === undefined ? [] : [writes(partName(sender))]),
    ...chain.filter((other) => other !== process.pid).map((other) => reads(partName(other))),
  ];
}

function findBlock(kernel: Kernel, { pid, inside }: Process): Block | null {
  const { sending, receiving } = getPart(kernel, pid);
  if (!inside?.progress || (!sending && receiving === null)) return null;
  const peer = sending?.to ?? receiving ?? ANY;
  const on = peer === ANY ? "any message" : `${sending ? "receiver" : "message of"} ${namePid(peer)}`;
  const waits = peer === ANY ? "nobody has sent it one" : `${namePid(peer)} has not sent it one`;
  const why = sending ? `${namePid(peer)} does not receive` : waits;
  return { on, why, channels: [], exclusive: false, ...(peer === ANY ? {} : { holders: [peer] }) };
}

/** How a send comes out once it need not wait. */
function endSend(draft: Draft, pid: Pid): Outcome<void> {
  return getPart(draft.kernel, pid).failed ? fail("ESRCH") : succeed(undefined);
}

function endReceive(draft: Draft, pid: Pid): Outcome<Received> {
  const { received } = getPart(draft.kernel, pid);
  if (!received) return fail("ESRCH");
  updatePart(draft, pid, { received: null });
  observeMessage(draft, pid, received.from, received.message);
  return succeed(received);
}

export const minix_boot: CallModel<"minix_boot"> = {
  touches: () => [writes("minix options of the kernel")],
  perform(draft, _process, deadlockCheck) {
    putShared(draft, { kind: "minix options", name: "of the kernel", deadlockCheck });
    return succeed(undefined);
  },
};

export const minix_send = resumable<"minix_send">({
  touches: touchesPeer,
  blocks: findBlock,
  perform(draft, { pid, inside }, to, message) {
    if (inside?.progress) return endSend(draft, pid);
    return beginSend(draft, pid, to, message, false) ?? { kind: "continue", progress: 1 };
  },
});

export const minix_receive = resumable<"minix_receive">({
  touches: touchesReceive,
  blocks: findBlock,
  perform(draft, { pid, inside }, from) {
    if (inside?.progress) return endReceive(draft, pid);
    const taken = takeWaiting(draft, pid, from);
    if (taken) {
      observeMessage(draft, pid, taken.from, taken.message);
      return succeed(taken);
    }
    if (from !== ANY && hasEnded(draft.kernel, from)) return fail("ESRCH");
    if (from !== ANY && checkOf(draft.kernel) === "3.4" && isDeadlock(draft.kernel, pid, from, "receive")) {
      return fail("ELOCKED");
    }
    updatePart(draft, pid, { receiving: from, received: null, failed: false });
    return { kind: "continue", progress: 1 };
  },
});

export const minix_sendrec = resumable<"minix_sendrec">({
  touches: touchesPeer,
  blocks: findBlock,
  perform(draft, { pid, inside }, to, message) {
    if (!inside?.progress) return beginSend(draft, pid, to, message, true) ?? { kind: "continue", progress: 1 };
    const reply = endReceive(draft, pid);
    return reply.kind === "return" ? succeed(reply.value.message) : reply;
  },
});

export const minix_notify: CallModel<"minix_notify"> = {
  touches: (_kernel, _process, to) => [writes(partName(to))],
  perform(draft, { pid }, to) {
    if (hasEnded(draft.kernel, to)) return fail("ESRCH");
    const { replyPending, notifiers } = getPart(draft.kernel, to);
    if (!replyPending && willReceive(draft.kernel, to, pid)) deliver(draft, to, { from: pid, message: null });
    else if (!notifiers.includes(pid)) updatePart(draft, to, { notifiers: [...notifiers, pid] });
    return succeed(undefined);
  },
};

/** Those whose wait is for `pid` alone, and those in whose queue it stands. */
const listPeers = (kernel: Kernel, pid: Pid) =>
  listShared(kernel, "minix").filter(
    ({ sending, receiving, senders }) => sending?.to === pid || receiving === pid || senders.includes(pid),
  );

/** Who waits for a process that ends gets ESRCH. */
function abandonMessages(draft: Draft, pid: Pid): void {
  for (const part of listPeers(draft.kernel, pid)) {
    const isStranded = part.sending?.to === pid || part.receiving === pid;
    const senders = without(part.senders, pid);
    const ended = { sending: null, receiving: null, replyPending: false, failed: true };
    putShared(draft, { ...part, senders, ...(isStranded ? ended : {}) });
    if (isStranded) wakeSleeper(draft, Number(part.name.slice(1)), `${namePid(pid)} has ended`);
  }
  const own = findShared(draft.kernel, "minix", namePid(pid));
  if (own) removeShared(draft, own);
}

const touchesMessages = (kernel: Kernel, pid: Pid): readonly Access[] =>
  findShared(kernel, "minix", namePid(pid)) || listPeers(kernel, pid).length > 0
    ? [writes(partName(pid)), ...listPeers(kernel, pid).map((part) => writes(nameObject(part)))]
    : touchesNothing();

const to: Parameter = ["to", integer];
const sent: Parameter = ["message", message];

/** MINIX's messages, as the kernel loads them. */
export const minixMessages: Mechanism = {
  calls: { minix_boot, minix_send, minix_receive, minix_sendrec, minix_notify },
  parameters: {
    minix_boot: [["deadlockCheck", oneOf(["none", "3.1", "3.4"])]],
    minix_send: [to, sent],
    minix_receive: [["from", integer]],
    minix_sendrec: [to, sent],
    minix_notify: [to],
  },
  lifecycle: {
    endThread: (draft, { pid }) => abandonMessages(draft, pid),
    touches: (kernel, { common: { threads } }) => threads.flatMap((thread) => touchesMessages(kernel, thread)),
  },
};
