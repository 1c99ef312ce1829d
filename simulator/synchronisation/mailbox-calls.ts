/** Mailboxes: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/messages.ts";
import { loadMechanism } from "../kernel/mechanism.ts";
import { mailboxes } from "./mailbox.ts";

export const { mailbox_init, mailbox_send, mailbox_receive } = loadMechanism(mailboxes, calls);
