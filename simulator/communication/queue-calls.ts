/** Message queues of both kinds: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/communication.ts";
import { loadMechanism } from "../kernel/mechanism.ts";
import { queues } from "./queues.ts";

export const {
  mq_open,
  mq_close,
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
} = loadMechanism(queues, calls);
