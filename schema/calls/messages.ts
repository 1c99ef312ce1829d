/** Calls of message passing, which only the simulated kernel performs: mailboxes by name, and MINIX's messages between processes. */
import { Call } from "../call.ts";

/** Any process may be the source that a MINIX process receives from. */
export const ANY = -1;

/** What a mailbox does with messages besides passing them on. */
export interface MailboxAttributes {
  /** Messages that fit in; 0 is a rendezvous: the sender waits until somebody has its message. Default 1. */
  readonly capacity?: number;
  /** It may lose a message, or deliver it twice: a choice at each send, or chance where a seed is given. */
  readonly loses?: boolean;
  readonly duplicates?: boolean;
  readonly seed?: number;
}

/** Data that a message may hold: what JSON can write, at most 4 096 characters of it. */
export type Message = string | number | boolean | null | readonly Message[] | { readonly [key: string]: Message };

/** What a MINIX process receives; `message` null: a notification. */
export interface Received {
  readonly from: number;
  readonly message: Message;
}

export interface MessageCalls {
  mailbox_init(mailbox: string, attributes: MailboxAttributes): void;
  /** Waits while the mailbox is full. */
  mailbox_send(mailbox: string, message: Message): void;
  /** The oldest message; waits while there is none. -1: for ever; else ETIMEDOUT. */
  mailbox_receive(mailbox: string, timeoutMs: number): Message;

  /** MINIX 3 IPC: which version looks for deadlocks, `3.1` along senders, `3.4` along receivers too (the default), or `none`. */
  minix_boot(deadlockCheck: "none" | "3.1" | "3.4"): void;
  /** Waits until `to` has the message. ELOCKED where that would be a deadlock, ESRCH where there is no such process. */
  minix_send(to: number, message: Message): void;
  /** The next message of `from`, or of `ANY`; notifications come first. */
  minix_receive(from: number): Received;
  /** Sends and waits for the reply, which takes the message's place. No notification comes between. */
  minix_sendrec(to: number, message: Message): Message;
  /** Never waits: where `to` does not receive, a bit says who has notified it. */
  minix_notify(to: number): void;
}

export const mailbox_init = (mailbox: string, attributes: MailboxAttributes = {}) =>
  new Call("mailbox_init", [mailbox, attributes]);
export const mailbox_send = (mailbox: string, message: Message) => new Call("mailbox_send", [mailbox, message]);
export const mailbox_receive = (mailbox: string, timeoutMs = -1) => new Call("mailbox_receive", [mailbox, timeoutMs]);

export const minix_boot = (deadlockCheck: "none" | "3.1" | "3.4") => new Call("minix_boot", [deadlockCheck]);
export const minix_send = (to: number, message: Message) => new Call("minix_send", [to, message]);
export const minix_receive = (from: number) => new Call("minix_receive", [from]);
export const minix_sendrec = (to: number, message: Message) => new Call("minix_sendrec", [to, message]);
export const minix_notify = (to: number) => new Call("minix_notify", [to]);
