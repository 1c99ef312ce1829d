/**
 * POSIX message queues (mq_overview(7)). A message goes to whoever has waited longest in a receive, without passing through the queue;
 * a receive that makes room takes the message of the longest waiting sender in for it: nobody can overtake those who wait.
 */
import { O_CLOEXEC, O_CREAT, O_EXCL, O_NONBLOCK, POLLIN, POLLOUT } from "../../schema/constants.ts";
import type { QueueAttributes } from "../../schema/calls/communication.ts";
import { describeBytes } from "../../schema/describe.ts";
import type { ErrnoName } from "../../schema/errno.ts";
import { touchesObject } from "../kernel/accesses.ts";
import { findName, isReader, isWriter } from "../kernel/file.ts";
import {
  addObject,
  bindName,
  findNamed,
  findProcess,
  getObject,
  unbindName,
  updateObject,
  type Access,
  type Draft,
  type Kernel,
  type Pid,
  type Process,
} from "../kernel/kernel.ts";
import {
  fail,
  succeed,
  writes,
  type CallModel,
  type FileOperations,
  type OpenObject,
  type Outcome,
} from "../kernel/model.ts";
import type { SignalName } from "../../schema/signal.ts";
import { signalNumbers } from "../../schema/signal.ts";
import { raise } from "../kernel/signal.ts";
import { announce, wake, wakeOne, type Block } from "../kernel/sleep.ts";
import { MAX_QUEUE_MESSAGES, MAX_QUEUE_MESSAGE_SIZE, MAX_QUEUES, MQ_PRIO_MAX, NAME_MAX } from "./limits.ts";
import { distinguishName, findKind, noteCopy, openObject } from "./open-object.ts";

interface QueuedMessage {
  readonly data: Uint8Array;
  readonly priority: number;
  readonly from: Pid;
}

export interface PosixQueue {
  readonly kind: "mq";
  readonly name: string;
  readonly maxmsg: number;
  readonly msgsize: number;
  /** In the order in which they will be received. */
  readonly messages: readonly QueuedMessage[];
  /** Messages for receivers that waited and have not run since. */
  readonly handed: readonly { readonly pid: Pid; readonly message: QueuedMessage }[];
  /** Senders that waited, whose message has been taken in, and that have not run since. */
  readonly accepted: readonly Pid[];
  /** Who is told of a message that comes to the empty queue, and by which signal. */
  readonly notify: { readonly pid: Pid; readonly signal: SignalName } | null;
}

/** The names of queues are a world of their own, as in /dev/mqueue. */
const keyOf = (name: string): string => `mq ${name}`;

function checkName(name: string): ErrnoName | null {
  if (!name.startsWith("/")) return "EINVAL";
  if (name === "/") return "ENOENT";
  if (name.length > NAME_MAX) return "ENAMETOOLONG";
  return name.includes("/", 1) ? "EACCES" : null;
}

const touchesName = (name: string) => writes(keyOf(name));

export const mq_open: CallModel<"mq_open"> = {
  touches: (_kernel, _process, name) => [writes("files"), touchesName(name)],
  perform(draft, process, name, flags, _mode, attributes) {
    const refused = checkName(name);
    if (refused) return fail(refused);
    const found = findNamed(draft.kernel, keyOf(name));
    const kept = (flags & ~(O_CREAT | O_EXCL)) | O_CLOEXEC;
    if (found !== undefined) {
      return flags & O_CREAT && flags & O_EXCL ? fail("EEXIST") : openObject(draft, process, () => found, kept);
    }
    if (!(flags & O_CREAT)) return fail("ENOENT");
    const { maxmsg, msgsize } = attributes ?? { maxmsg: MAX_QUEUE_MESSAGES, msgsize: MAX_QUEUE_MESSAGE_SIZE };
    const isGranted = maxmsg > 0 && maxmsg <= MAX_QUEUE_MESSAGES && msgsize > 0 && msgsize <= MAX_QUEUE_MESSAGE_SIZE;
    if (!isGranted) return fail("EINVAL");
    const named = Object.keys(draft.kernel.names).filter((key) => key.startsWith(keyOf("/")));
    if (named.length >= MAX_QUEUES) return fail("ENOSPC");
    const create = () => {
      const index = addObject(draft, {
        kind: "mq",
        name: distinguishName(draft, keyOf(name)),
        maxmsg,
        msgsize,
        messages: [],
        handed: [],
        accepted: [],
        notify: null,
      });
      bindName(draft, keyOf(name), index);
      return index;
    };
    return openObject(draft, process, create, kept);
  },
};

export const mq_unlink: CallModel<"mq_unlink"> = {
  touches: (_kernel, _process, name) => [touchesName(name)],
  perform(draft, _process, name) {
    const refused = checkName(name);
    if (refused) return fail(refused);
    if (findNamed(draft.kernel, keyOf(name)) === undefined) return fail("ENOENT");
    unbindName(draft, keyOf(name));
    return succeed(undefined);
  },
};

const receiving = ({ name }: PosixQueue) => `${name} receivers`;
const sending = ({ name }: PosixQueue) => `${name} senders`;
const readable = ({ name }: PosixQueue) => `${name} readable`;
const writable = ({ name }: PosixQueue) => `${name} writable`;

/** Who has slept longest on a channel. */
const findFirst = (kernel: Kernel, channel: string): Process | undefined => {
  const sleeper = kernel.sleepers.find((one) => one.channel === channel);
  return sleeper && findProcess(kernel, sleeper.pid);
};

const insert = (messages: readonly QueuedMessage[], message: QueuedMessage): readonly QueuedMessage[] => {
  const at = messages.findIndex(({ priority }) => priority < message.priority);
  return messages.toSpliced(at < 0 ? messages.length : at, 0, message);
};

/** A queue that may be sent to or received from; the errno otherwise. */
function findQueue(kernel: Kernel, process: Process, mqd: number, use: "send" | "receive") {
  const open = findKind(kernel, process, mqd, "mq");
  const isOpenFor = open && (use === "send" ? isWriter : isReader)(open.file.flags);
  return isOpenFor ? open : null;
}

function checkSend(
  kernel: Kernel,
  process: Process,
  mqd: number,
  data: Uint8Array,
  priority: number,
): OpenObject<"mq"> | ErrnoName {
  if (priority < 0 || priority >= MQ_PRIO_MAX) return "EINVAL";
  const open = findQueue(kernel, process, mqd, "send");
  if (!open) return "EBADF";
  return data.length > open.object.msgsize ? "EMSGSIZE" : open;
}

function sendBlocks(
  kernel: Kernel,
  process: Process,
  mqd: number,
  data: Uint8Array,
  priority: number,
  timeoutMs = -1,
): Block | null {
  const open = checkSend(kernel, process, mqd, data, priority);
  if (typeof open === "string" || open.file.flags & O_NONBLOCK || open.object.accepted.includes(process.pid))
    return null;
  const { object: queue } = open;
  if (queue.messages.length < queue.maxmsg) return null;
  const why = `the queue has its ${queue.maxmsg} messages`;
  return { on: queue.name, why, channels: [sending(queue)], exclusive: true, ...limitWait(timeoutMs) };
}

const limitWait = (timeoutMs: number) => (timeoutMs < 0 ? {} : { timeoutMs });

function performSend(
  draft: Draft,
  process: Process,
  mqd: number,
  data: Uint8Array,
  priority: number,
): Outcome<undefined> {
  const open = checkSend(draft.kernel, process, mqd, data, priority);
  if (typeof open === "string") return fail(open);
  const { object: queue, file } = open;
  const { pid } = process;
  noteCopy(draft, process, "user", queue.name, data.length);
  if (queue.accepted.includes(pid)) {
    updateObject(draft, file.object, { ...queue, accepted: queue.accepted.filter((one) => one !== pid) });
    return succeed(undefined);
  }
  const message = { data, priority, from: pid };
  const receiver = findFirst(draft.kernel, receiving(queue));
  if (receiver) {
    updateObject(draft, file.object, { ...queue, handed: [...queue.handed, { pid: receiver.pid, message }] });
    wake(draft, receiver.pid, "a message was handed to it, since it has waited longest");
    return succeed(undefined);
  }
  if (queue.messages.length >= queue.maxmsg) return fail("EAGAIN");
  const wasEmpty = queue.messages.length === 0;
  const { notify } = queue;
  const messages = insert(queue.messages, message);
  updateObject(draft, file.object, { ...queue, messages, notify: wasEmpty ? null : notify });
  wakeOne(draft, readable(queue), "the queue has a message");
  if (wasEmpty && notify) raise(draft, notify.pid, notify.signal);
  return succeed(undefined);
}

function checkReceive(kernel: Kernel, process: Process, mqd: number, count: number): OpenObject<"mq"> | ErrnoName {
  const open = findQueue(kernel, process, mqd, "receive");
  if (!open) return "EBADF";
  return count < open.object.msgsize ? "EMSGSIZE" : open;
}

const findHanded = (queue: PosixQueue, { pid }: Process) => queue.handed.find((one) => one.pid === pid);

function receiveBlocks(kernel: Kernel, process: Process, mqd: number, count: number, timeoutMs = -1): Block | null {
  const open = checkReceive(kernel, process, mqd, count);
  if (typeof open === "string" || open.file.flags & O_NONBLOCK) return null;
  const { object: queue } = open;
  if (queue.messages.length > 0 || findHanded(queue, process)) return null;
  const why = "the queue is empty";
  return { on: queue.name, why, channels: [receiving(queue)], exclusive: true, ...limitWait(timeoutMs) };
}

function performReceive(draft: Draft, process: Process, mqd: number, count: number): Outcome<QueuedResult> {
  const open = checkReceive(draft.kernel, process, mqd, count);
  if (typeof open === "string") return fail(open);
  const { object: queue, file } = open;
  const handed = findHanded(queue, process);
  const message = handed?.message ?? queue.messages[0];
  if (!message) return fail("EAGAIN");
  if (handed) updateObject(draft, file.object, { ...queue, handed: queue.handed.filter((one) => one !== handed) });
  else takeFirst(draft, file.object, queue);
  noteCopy(draft, process, queue.name, "user", message.data.length);
  const text = describeBytes(message.data);
  draft.events.push({ kind: "message", pid: process.pid, from: message.from, text, object: queue.name });
  return succeed({ data: message.data, priority: message.priority });
}

export interface QueuedResult {
  readonly data: Uint8Array;
  readonly priority: number;
}

/** Makes room, which the longest waiting sender's message has at once. */
function takeFirst(draft: Draft, index: number, queue: PosixQueue): void {
  const messages = queue.messages.slice(1);
  const sender = findFirst(draft.kernel, sending(queue));
  if (!sender?.call) {
    updateObject(draft, index, { ...queue, messages });
    return wakeOne(draft, writable(queue), "the queue has room");
  }
  const [, data, priority] = sender.call.args as readonly [number, Uint8Array, number];
  const filled = insert(messages, { data, priority, from: sender.pid });
  updateObject(draft, index, { ...queue, messages: filled, accepted: [...queue.accepted, sender.pid] });
  wake(draft, sender.pid, "the queue has taken its message, since it has waited longest");
  announce(draft, readable(queue), "the queue has another message");
}

export const mq_send: CallModel<"mq_send"> = {
  touches: touchesObject,
  blocks: (kernel, process, mqd, data, priority) => sendBlocks(kernel, process, mqd, data, priority),
  perform: performSend,
  object: findName,
};
/** POSIX gives the time as a point of CLOCK_REALTIME; here there is no clock to ask, so it is a length. */
export const mq_timedsend: CallModel<"mq_timedsend"> = {
  touches: touchesObject,
  blocks: sendBlocks,
  perform: (draft, process, mqd, data, priority) => performSend(draft, process, mqd, data, priority),
  expire: () => fail("ETIMEDOUT"),
  object: findName,
};
export const mq_receive: CallModel<"mq_receive"> = {
  touches: touchesObject,
  blocks: (kernel, process, mqd, count) => receiveBlocks(kernel, process, mqd, count),
  perform: performReceive,
  object: findName,
};
export const mq_timedreceive: CallModel<"mq_timedreceive"> = {
  touches: touchesObject,
  blocks: receiveBlocks,
  perform: (draft, process, mqd, count) => performReceive(draft, process, mqd, count),
  expire: () => fail("ETIMEDOUT"),
  object: findName,
};

export const mq_getattr: CallModel<"mq_getattr"> = {
  touches: touchesObject,
  perform(draft, process, mqd): Outcome<QueueAttributes> {
    const open = findKind(draft.kernel, process, mqd, "mq");
    if (!open) return fail("EBADF");
    const { maxmsg, msgsize, messages } = open.object;
    return succeed({ maxmsg, msgsize, curmsgs: messages.length, flags: open.file.flags & O_NONBLOCK });
  },
  object: findName,
};

/**
 * The rules: one process at a time is registered (EBUSY); it is told when a message comes to the empty queue; not if somebody waits in a
 * receive, who gets the message; and once: then it has to register again.
 */
export const mq_notify: CallModel<"mq_notify"> = {
  touches: touchesObject,
  perform(draft, process, mqd, signal) {
    const { group } = process;
    const open = findKind(draft.kernel, process, mqd, "mq");
    if (!open) return fail("EBADF");
    const { object: queue, file } = open;
    if (signal !== null && queue.notify) return fail("EBUSY");
    if (signal === null && queue.notify?.pid !== group) return succeed(undefined);
    updateObject(draft, file.object, { ...queue, notify: signal === null ? null : { pid: group, signal } });
    return succeed(undefined);
  },
  object: findName,
};

/** A message may send a signal to the one who asked for it. */
export function touchesNotified(kernel: Kernel, index: number): Access[] {
  const object = getObject(kernel, index);
  return object.kind === "mq" && object.notify ? [writes(`process ${object.notify.pid}`)] : [];
}

/** The status that Linux shows to a read of the descriptor. */
function describeQueue({ messages, notify }: PosixQueue): string {
  const size = messages.reduce((sum, { data }) => sum + data.length, 0);
  const fields = [["QSIZE", size, 10], ["NOTIFY", 0, 5], ["SIGNO", notify ? signalNumbers[notify.signal] : 0, 5], ["NOTIFY_PID", notify?.pid ?? 0, 6]] as const; // prettier-ignore
  return `${fields.map(([name, value, width]) => `${name}:${String(value).padEnd(width)}`).join(" ")}\n`;
}

export const queueOperations: FileOperations<"mq"> = {
  readBlocks: () => null,
  read(draft, _process, open, count) {
    const { file, object } = open;
    const offset = file.offset ?? 0;
    const data = new TextEncoder().encode(describeQueue(object)).slice(offset, offset + count);
    const files = draft.kernel.files.with(open.fileIndex, { ...file, offset: offset + data.length });
    draft.kernel = { ...draft.kernel, files };
    return succeed(data);
  },
  writeBlocks: () => null,
  write: () => fail("EINVAL"),
  ready: ({ object: { messages, maxmsg } }) =>
    (messages.length > 0 ? POLLIN : 0) | (messages.length < maxmsg ? POLLOUT : 0),
  channels: ({ object }) => [readable(object), writable(object)],
  flush(draft, { group }, { file, object }) {
    if (object.notify?.pid === group) updateObject(draft, file.object, { ...object, notify: null });
  },
  release: () => undefined,
};
