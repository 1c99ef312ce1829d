/**
 * Message passing on the simulated kernel: `ring3/messages`. Importing a call teaches the kernel its mechanism.
 *
 * ```ts
 * import { mailbox_receive, mailbox_send } from "ring3/messages";
 * ```
 */
export { ANY, type MailboxAttributes, type Message, type Received } from "../../schema/calls/messages.ts";
export * from "./mailbox-calls.ts";
export * from "./minix-calls.ts";
