/** Message queues of both kinds, as the kernel loads them. */
import { IPC_NOWAIT } from "../../schema/calls/system-v-constants.ts";
import { MSG_EXCEPT, MSG_NOERROR } from "../../schema/calls/communication-constants.ts";
import { IPC_CREAT, IPC_EXCL, IPC_RMID, IPC_STAT } from "../../schema/calls/system-v-constants.ts";
import { describeBytes, describeFlags, nameOne } from "../../schema/describe.ts";
import { signalNumbers } from "../../schema/signal.ts";
import type { Mechanism } from "../kernel/mechanism.ts";
import { integer, optional, record, size } from "../kernel/parameters.ts";
import { argument, count, data, flags, mode, name, timeoutMs } from "./arguments.ts";
import {
  mq_getattr,
  mq_notify,
  mq_open,
  mq_receive,
  mq_send,
  mq_timedreceive,
  mq_timedsend,
  mq_unlink,
  queueOperations,
  touchesNotified,
  type QueuedResult,
} from "./posix-queue.ts";
import { msgctl, msgget, msgrcv, msgsnd } from "./system-v-queue.ts";
import { describeOpen } from "./words.ts";

const attributes = optional(record({ maxmsg: integer, msgsize: integer }, "{ maxmsg, msgsize }"));
const signal = optional((value) => (Object.hasOwn(signalNumbers, value as string) ? null : "the name of a signal"));
const mqd = argument("mqd");
const id = argument("id");
const type = argument("type");
const priority = argument("priority");

const nameFlags = (value: number) => describeFlags(value, { IPC_NOWAIT, MSG_NOERROR, MSG_EXCEPT });
const describeReceived = ({ data: got, priority: of }: QueuedResult) => `${describeBytes(got)} priority ${of}`;

export const queues: Mechanism = {
  calls: {
    mq_open,
    mq_unlink,
    mq_send,
    mq_timedsend,
    mq_receive,
    mq_timedreceive,
    mq_getattr,
    mq_notify,
    msgget,
    msgsnd,
    msgrcv,
    msgctl,
  },
  parameters: {
    mq_open: [name, flags, mode, argument("attributes", attributes)],
    mq_unlink: [name],
    mq_send: [mqd, data, priority],
    mq_timedsend: [mqd, data, priority, timeoutMs],
    mq_receive: [mqd, count],
    mq_timedreceive: [mqd, count, timeoutMs],
    mq_getattr: [mqd],
    mq_notify: [mqd, argument("signal", signal)],
    msgget: [argument("key"), flags],
    msgsnd: [id, type, data, flags],
    msgrcv: [id, argument("size", size), type, flags],
    msgctl: [id, argument("command")],
  },
  files: { mq: queueOperations },
  lifecycle: { watchers: touchesNotified },
  descriptions: {
    arguments: {
      mq_open: describeOpen,
      msgget: (key, value) => [String(key), describeFlags(value & ~0o777, { IPC_CREAT, IPC_EXCL })],
      msgsnd: (queue, of, sent, value) => [String(queue), String(of), describeBytes(sent), nameFlags(value)],
      msgrcv: (queue, most, of, value) => [...[queue, most, of].map(String), nameFlags(value)],
      msgctl: (queue, command) => [String(queue), nameOne(command, { IPC_RMID, IPC_STAT })],
    },
    results: {
      mq_receive: describeReceived,
      mq_timedreceive: describeReceived,
      msgrcv: ({ data: got, type: of }) => `${describeBytes(got)} type ${of}`,
    },
  },
};
