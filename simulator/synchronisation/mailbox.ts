/** Mailboxes: messages through a buffer of a certain size, or none (rendezvous); and channels that lose or double them (MOS 2.3.8). */
import type { Message } from "../../schema/calls/messages.ts";
import { namePid, type Draft, type Kernel, type Pid, type Process } from "../kernel/kernel.ts";
import type { Mechanism } from "../kernel/mechanism.ts";
import { fail, reads, succeed, writes, type CallModel, type Outcome } from "../kernel/model.ts";
import { boolean, integer, size } from "../kernel/parameters.ts";
import { wakeOne } from "../kernel/sleep.ts";
import { object, options, timed } from "./checks.ts";
import { message, showMessage } from "./message.ts";
import type { Mailbox } from "./objects.ts";
import { resumable } from "./resumable.ts";
import { describeWait, findShared, listShared, nameObject, putShared, wakeSleeper } from "./shared.ts";

/** Most messages that a mailbox may hold. */
const largestCapacity = 1_024;

const mailboxName = (name: string) => `mailbox ${name}`;
const readable = (name: string) => `${mailboxName(name)} readable`;
const objectOf = (_kernel: Kernel, _process: Process, name: string) => mailboxName(name);

const initial = { kind: "mailbox", capacity: 1, messages: [], loses: false, duplicates: false, seed: null } as const;
const getMailbox = (kernel: Kernel, name: string): Mailbox =>
  findShared(kernel, "mailbox", name) ?? { ...initial, name };

export const mailbox_init: CallModel<"mailbox_init"> = {
  touches: (_kernel, _process, name) => [writes(mailboxName(name))],
  perform(draft, _process, name, { capacity = 1, loses = false, duplicates = false, seed = null }) {
    const isLossy = loses || duplicates;
    if (capacity > largestCapacity || (capacity === 0 && isLossy)) return fail("EINVAL");
    putShared(draft, { ...initial, name, capacity, loses, duplicates, seed: seed === null ? null : startChance(seed) });
    return succeed(undefined);
  },
};

/** How many copies of a message may arrive, the usual one first. */
const copiesOf = ({ loses, duplicates }: Mailbox): readonly number[] => [
  1,
  ...(loses ? [0] : []),
  ...(duplicates ? [2] : []),
];

const isOffered = ({ messages }: Mailbox, { pid, inside }: Process): boolean =>
  inside?.progress === 1 && messages.some(({ from }) => from === pid);

export const mailbox_send = resumable<"mailbox_send">({
  touches: (_kernel, { inside }, name) => [(inside?.progress ? reads : writes)(mailboxName(name))],
  blocks(kernel, process, name) {
    const mailbox = getMailbox(kernel, name);
    if (isOffered(mailbox, process)) {
      return describeWait(kernel, process.pid, mailboxName(name), "nobody has received its message yet");
    }
    if (mailbox.capacity === 0 || mailbox.messages.length < mailbox.capacity) return null;
    return describeWait(kernel, process.pid, mailboxName(name), `it is full with ${mailbox.capacity}`);
  },
  choices(kernel, { inside }, name) {
    const mailbox = getMailbox(kernel, name);
    return inside?.progress || mailbox.seed !== null ? 1 : copiesOf(mailbox).length;
  },
  perform(draft, { pid, inside }, name, message) {
    if (inside?.progress) return succeed(undefined);
    const mailbox = getMailbox(draft.kernel, name);
    const ways = copiesOf(mailbox);
    const seed = mailbox.seed === null ? null : nextChance(mailbox.seed);
    // By chance, seven of ten messages arrive once.
    const way = seed === null ? draft.choice : seed % 10 < 7 ? 0 : 1 + (seed % (ways.length - 1 || 1));
    const copies = Array.from({ length: ways[way] ?? 1 }, () => ({ from: pid, message }));
    const messages = [...mailbox.messages, ...copies];
    const kept = mailbox.capacity === 0 ? messages : messages.slice(0, mailbox.capacity);
    putShared(draft, { ...mailbox, seed, messages: kept });
    if (copies.length > 0) wakeOne(draft, readable(name), `${namePid(pid)} has sent to ${mailboxName(name)}`);
    return mailbox.capacity === 0 ? { kind: "continue", progress: 1 } : succeed(undefined);
  },
  object: objectOf,
});

export const mailbox_receive: CallModel<"mailbox_receive"> = {
  touches: (_kernel, _process, name) => [writes(mailboxName(name))],
  blocks(kernel, { pid }, name, timeoutMs) {
    if (getMailbox(kernel, name).messages.length > 0) return null;
    const limit = timeoutMs < 0 ? {} : { timeoutMs };
    return { ...describeWait(kernel, pid, readable(name), "nobody has sent to it", limit), on: mailboxName(name) };
  },
  /** In a rendezvous, any of those that send may be the one. */
  choices(kernel, _process, name) {
    const { capacity, messages } = getMailbox(kernel, name);
    return capacity === 0 ? Math.max(1, messages.length) : 1;
  },
  perform: receive,
  expire: () => fail("ETIMEDOUT"),
  object: objectOf,
};

function receive(draft: Draft, { pid }: Process, name: string): Outcome<Message> {
  const mailbox = getMailbox(draft.kernel, name);
  const index = mailbox.capacity === 0 ? draft.choice : 0;
  const taken = mailbox.messages[index];
  if (!taken) return fail("EAGAIN");
  putShared(draft, { ...mailbox, messages: mailbox.messages.toSpliced(index, 1) });
  const { from, message } = taken;
  draft.events.push({ kind: "message", pid, from, text: showMessage(message), object: mailboxName(name) });
  const why = `${namePid(pid)} has received from ${mailboxName(name)}`;
  if (mailbox.capacity === 0) wakeSleeper(draft, from, why);
  else wakeOne(draft, mailboxName(name), why);
  return succeed(message);
}

/** A process that ends in a rendezvous takes its message with it. */
function withdrawMessages(draft: Draft, pid: Pid): void {
  for (const mailbox of listOffers(draft.kernel, pid)) {
    putShared(draft, { ...mailbox, messages: mailbox.messages.filter(({ from }) => from !== pid) });
  }
}

const listOffers = (kernel: Kernel, pid: Pid): Mailbox[] =>
  listShared(kernel, "mailbox").filter(
    ({ capacity, messages }) => capacity === 0 && messages.some(({ from }) => from === pid),
  );

/** Marsaglia's xorshift on 32 bits, one number at a time. */
function nextChance(state: number): number {
  let next = state;
  next ^= next << 13;
  next ^= next >>> 17;
  next ^= next << 5;
  return next >>> 0;
}
const startChance = (seed: number): number => Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 1;

const attributes = options({ capacity: size, loses: boolean, duplicates: boolean, seed: integer });

/** Mailboxes, as the kernel loads them. */
export const mailboxes: Mechanism = {
  calls: { mailbox_init, mailbox_send, mailbox_receive },
  parameters: {
    mailbox_init: [...object, ["attributes", attributes]],
    mailbox_send: [...object, ["message", message]],
    mailbox_receive: timed,
  },
  lifecycle: {
    endThread: (draft, { pid }) => withdrawMessages(draft, pid),
    touches: (kernel, { common: { threads } }) =>
      threads.flatMap((thread) => listOffers(kernel, thread).map((mailbox) => writes(nameObject(mailbox)))),
  },
};
