/** System V message queues (sysvipc(7), msgop(2)): found by a key, messages with a type by which a receiver chooses. */
import { IPC_NOWAIT } from "../../schema/calls/system-v-constants.ts";
import { MSG_EXCEPT, MSG_NOERROR } from "../../schema/calls/communication-constants.ts";
import { IPC_CREAT, IPC_EXCL, IPC_PRIVATE, IPC_RMID, IPC_STAT } from "../../schema/calls/system-v-constants.ts";
import { describeBytes } from "../../schema/describe.ts";
import type { ErrnoName } from "../../schema/errno.ts";
import {
  addObject,
  bindName,
  findNamed,
  findProcess,
  unbindName,
  updateObject,
  type Draft,
  type Kernel,
  type Pid,
  type Process,
} from "../kernel/kernel.ts";
import { fail, succeed, writes, type CallModel } from "../kernel/model.ts";
import { wake, wakeAll, type Block } from "../kernel/sleep.ts";
import { MSGMAX, MSGMNB, MSGMNI } from "./limits.ts";
import { getKind, noteCopy } from "./open-object.ts";

interface TypedMessage {
  readonly type: number;
  readonly data: Uint8Array;
  readonly from: Pid;
}

export interface SystemVQueue {
  readonly kind: "msg";
  readonly name: string;
  readonly id: number;
  readonly key: number;
  /** Oldest first. */
  readonly messages: readonly TypedMessage[];
  /** What receivers that waited got and have not seen yet; null: E2BIG, the message stayed. */
  readonly handed: readonly { readonly pid: Pid; readonly message: TypedMessage | null }[];
  readonly removed: boolean;
}

const keyOf = (key: number): string => `msg key ${key}`;
const receiving = ({ name }: SystemVQueue) => `${name} receivers`;
const sending = ({ name }: SystemVQueue) => `${name} senders`;
const sizeOf = ({ messages }: SystemVQueue) => messages.reduce((sum, { data }) => sum + data.length, 0);

/** Where the queue `id` is, removed or not. */
function findQueue(kernel: Kernel, id: number): { readonly index: number; readonly queue: SystemVQueue } | null {
  const index = kernel.objects.findIndex((object) => object.kind === "msg" && object.id === id);
  return index < 0 ? null : { index, queue: getKind(kernel, index, "msg") };
}

/** The queue as a call finds it: one that was removed is EINVAL, to those who waited EIDRM. */
function useQueue(kernel: Kernel, { inside }: Process, id: number) {
  const found = findQueue(kernel, id);
  if (!found) return "EINVAL" satisfies ErrnoName;
  if (found.queue.removed) return (inside ? "EIDRM" : "EINVAL") satisfies ErrnoName;
  return found;
}

const touchesQueue = (kernel: Kernel, _process: Process, id: number) => {
  const found = findQueue(kernel, id);
  return found ? [writes(found.queue.name)] : [];
};
const nameQueue = (kernel: Kernel, _process: Process, id: number) => findQueue(kernel, id)?.queue.name;

export const msgget: CallModel<"msgget"> = {
  touches: (_kernel, _process, key) => [writes("files"), writes(keyOf(key))],
  perform(draft, _process, key, flags) {
    const found = key === IPC_PRIVATE ? undefined : findNamed(draft.kernel, keyOf(key));
    if (found !== undefined) {
      const exclusive = flags & IPC_CREAT && flags & IPC_EXCL;
      return exclusive ? fail("EEXIST") : succeed(getKind(draft.kernel, found, "msg").id);
    }
    if (key !== IPC_PRIVATE && !(flags & IPC_CREAT)) return fail("ENOENT");
    const queues = draft.kernel.objects.filter((object) => object.kind === "msg");
    if (queues.filter(({ removed }) => !removed).length >= MSGMNI) return fail("ENOSPC");
    const id = queues.length;
    const queue = { kind: "msg", name: `msg ${id}`, id, key, messages: [], handed: [], removed: false } as const;
    const index = addObject(draft, queue);
    if (key !== IPC_PRIVATE) bindName(draft, keyOf(key), index);
    return succeed(id);
  },
};

export const msgsnd: CallModel<"msgsnd"> = {
  restarts: "never",
  touches: touchesQueue,
  blocks(kernel, process, id, type, data, flags): Block | null {
    const found = useQueue(kernel, process, id);
    if (typeof found === "string" || flags & IPC_NOWAIT || type < 1 || data.length > MSGMAX) return null;
    const { queue } = found;
    if (hasRoom(queue, data)) return null;
    const why = `${sizeOf(queue)} of ${MSGMNB} bytes are in the queue`;
    return { on: queue.name, why, channels: [sending(queue)], exclusive: false };
  },
  perform(draft, process, id, type, data, flags) {
    if (type < 1 || data.length > MSGMAX) return fail("EINVAL");
    const found = useQueue(draft.kernel, process, id);
    if (typeof found === "string") return fail(found);
    const { index, queue } = found;
    if (!hasRoom(queue, data)) return fail(flags & IPC_NOWAIT ? "EAGAIN" : "EINVAL");
    noteCopy(draft, process, "user", queue.name, data.length);
    const message = { type, data, from: process.pid };
    if (!handOver(draft, index, message)) {
      const now = getKind(draft.kernel, index, "msg");
      updateObject(draft, index, { ...now, messages: [...now.messages, message] });
    }
    return succeed(undefined);
  },
  object: nameQueue,
};

/** Messages without bytes count too, so that they cannot fill the memory. */
const hasRoom = (queue: SystemVQueue, data: Uint8Array) =>
  sizeOf(queue) + data.length <= MSGMNB && queue.messages.length + 1 <= MSGMNB;

/** Gives a message to the one that has waited longest for its type; who waits with too little room gets E2BIG instead. */
function handOver(draft: Draft, index: number, message: TypedMessage): boolean {
  const channel = receiving(getKind(draft.kernel, index, "msg"));
  const receivers = draft.kernel.sleepers.filter((sleeper) => sleeper.channel === channel).map(({ pid }) => pid);
  for (const pid of receivers) {
    const [, size, type, flags] = (findProcess(draft.kernel, pid)?.call?.args ?? []) as number[];
    if (size === undefined || type === undefined || flags === undefined || !chooses(message, type, flags)) continue;
    const fits = message.data.length <= size || (flags & MSG_NOERROR) !== 0;
    const queue = getKind(draft.kernel, index, "msg");
    updateObject(draft, index, { ...queue, handed: [...queue.handed, { pid, message: fits ? message : null }] });
    wake(draft, pid, fits ? "a message was handed to it" : "a message of its type is too long for it");
    if (fits) return true;
  }
  return false;
}

/** Whether a receiver that asks for `type` takes the message, if it comes to it. */
function chooses(message: TypedMessage, type: number, flags: number): boolean {
  if (type === 0) return true;
  if (type < 0) return message.type <= -type;
  return (message.type === type) === ((flags & MSG_EXCEPT) === 0);
}

/** 0: the oldest; positive: the oldest of that type; negative: the oldest of the lowest type. */
function choose({ messages }: SystemVQueue, type: number, flags: number): TypedMessage | undefined {
  const taken = messages.filter((message) => chooses(message, type, flags));
  return type < 0 ? taken.toSorted((a, b) => a.type - b.type)[0] : taken[0];
}

export const msgrcv: CallModel<"msgrcv"> = {
  restarts: "never",
  touches: touchesQueue,
  blocks(kernel, process, id, _size, type, flags): Block | null {
    const found = useQueue(kernel, process, id);
    if (typeof found === "string" || flags & IPC_NOWAIT) return null;
    const { queue } = found;
    if (choose(queue, type, flags) || queue.handed.some(({ pid }) => pid === process.pid)) return null;
    const why = type === 0 ? "the queue is empty" : `no message of type ${type} is in the queue`;
    return { on: queue.name, why, channels: [receiving(queue)], exclusive: false };
  },
  perform(draft, process, id, size, type, flags) {
    const handed = findQueue(draft.kernel, id)?.queue.handed.find(({ pid }) => pid === process.pid);
    const found = handed ? findQueue(draft.kernel, id) : useQueue(draft.kernel, process, id);
    if (!found || typeof found === "string") return fail(found ?? "EINVAL");
    const { index, queue } = found;
    if (handed) updateObject(draft, index, { ...queue, handed: queue.handed.filter((one) => one !== handed) });
    const message = handed ? handed.message : choose(queue, type, flags);
    if (message === null) return fail("E2BIG");
    if (!message) return fail("ENOMSG");
    if (message.data.length > size && !(flags & MSG_NOERROR)) return fail("E2BIG");
    if (!handed) {
      updateObject(draft, index, { ...queue, messages: queue.messages.filter((one) => one !== message) });
      wakeAll(draft, sending(queue), "the queue has room");
    }
    const data = message.data.slice(0, size);
    noteCopy(draft, process, queue.name, "user", data.length);
    const text = describeBytes(data);
    draft.events.push({ kind: "message", pid: process.pid, from: message.from, text, object: queue.name });
    return succeed({ type: message.type, data });
  },
  object: nameQueue,
};

export const msgctl: CallModel<"msgctl"> = {
  touches: (kernel, process, id) => [writes("files"), ...touchesQueue(kernel, process, id)],
  perform(draft, process, id, command) {
    const found = useQueue(draft.kernel, process, id);
    if (typeof found === "string" || (command !== IPC_STAT && command !== IPC_RMID)) return fail("EINVAL");
    const { index, queue } = found;
    if (command === IPC_STAT) return succeed({ qnum: queue.messages.length, cbytes: sizeOf(queue), qbytes: MSGMNB });
    updateObject(draft, index, { ...queue, messages: [], removed: true });
    if (queue.key !== IPC_PRIVATE) unbindName(draft, keyOf(queue.key));
    for (const channel of [receiving(queue), sending(queue)]) wakeAll(draft, channel, "the queue was removed");
    return succeed(null);
  },
  object: nameQueue,
};
