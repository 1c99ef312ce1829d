/** MINIX's messages: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/messages.ts";
import { loadMechanism } from "../kernel/mechanism.ts";
import { minixMessages } from "./minix.ts";

export const { minix_boot, minix_send, minix_receive, minix_sendrec, minix_notify } = loadMechanism(
  minixMessages,
  calls,
);
