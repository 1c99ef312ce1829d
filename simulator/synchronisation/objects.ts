/** The kernel objects of synchronisation, which live in `Kernel.shared` as `<kind> <name>`. */
import type { Message, Received } from "../../schema/calls/messages.ts";
import type { Pid } from "../kernel/kernel.ts";

/** A word of shared memory. */
export interface Word {
  readonly kind: "word";
  readonly name: string;
  readonly value: number;
}

/** Stores of a process that are not in memory yet, oldest first. */
export interface StoreBuffer {
  readonly kind: "store buffer";
  readonly name: string;
  readonly stores: readonly (readonly [word: string, value: number])[];
}

export interface Semaphore {
  readonly kind: "semaphore";
  readonly name: string;
  readonly value: number;
  /** Of a named one: the processes that have it open, once for each time. */
  readonly openers: readonly Pid[] | null;
  /** A named one that is unlinked goes with its last opener. */
  readonly unlinked: boolean;
}

/** What sem_open(3) finds under a name. */
export interface SemaphoreName {
  readonly kind: "semaphore name";
  readonly name: string;
  readonly semaphore: string;
}

/** System V's; `undo` is what the end of a process gives back (semop(2), SEM_UNDO). */
export interface SemaphoreSet {
  readonly kind: "semaphore set";
  readonly name: string;
  readonly key: number;
  readonly values: readonly number[];
  /** Who has changed each last. */
  readonly lastPids: readonly Pid[];
  readonly undo: Readonly<Record<Pid, readonly number[]>>;
}

/** Which System V keys have which sets, and how many sets there were. */
export interface SemaphoreKeys {
  readonly kind: "semaphore keys";
  readonly name: "of the system";
  readonly made: number;
  readonly ids: Readonly<Record<number, number>>;
}

export interface Mutex {
  readonly kind: "mutex";
  readonly name: string;
  readonly type: "normal" | "errorcheck" | "recursive";
  readonly robust: boolean;
  readonly inherit: boolean;
  readonly owner: Pid | null;
  /** How often its owner has locked it. */
  readonly count: number;
  /** `orphaned`: an owner has died with it. `lost`: nobody put in order then what it protects. */
  readonly health: "sound" | "orphaned" | "lost";
}

/** Those that wait for a condition variable or on a futex, longest first. */
export interface WaitQueue<Kind extends string> {
  readonly kind: Kind;
  readonly name: string;
  readonly waiters: readonly Pid[];
}

export interface ReadWriteLock {
  readonly kind: "rwlock";
  readonly name: string;
  readonly prefer: "reader" | "writer";
  readonly readers: readonly Pid[];
  readonly writer: Pid | null;
  /** Writers that readers have to let through first. */
  readonly waitingWriters: readonly Pid[];
}

export interface Barrier {
  readonly kind: "barrier";
  readonly name: string;
  readonly count: number;
  readonly arrived: readonly Pid[];
}

export interface Spinlock {
  readonly kind: "spinlock";
  readonly name: string;
  readonly owner: Pid | null;
}

/** Whether a process sleeps as Tanenbaum's do, and its wakeup-waiting bit. */
export interface Nap {
  readonly kind: "nap";
  readonly name: string;
  readonly asleep: boolean;
  readonly wakeupWaiting: boolean;
}

export interface Mailbox {
  readonly kind: "mailbox";
  readonly name: string;
  /** 0: a rendezvous; then `messages` are those of senders that wait. */
  readonly capacity: number;
  readonly messages: readonly { readonly from: Pid; readonly message: Message }[];
  readonly loses: boolean;
  readonly duplicates: boolean;
  /** The state of its chance; null: what happens to a message is a choice. */
  readonly seed: number | null;
}

/** What MINIX's kernel keeps of a process for its IPC. */
export interface MinixProcess {
  readonly kind: "minix";
  readonly name: string;
  /** SENDING, and what. */
  readonly sending: { readonly to: Pid; readonly message: Message } | null;
  /** RECEIVING, and from whom (`ANY`: -1). */
  readonly receiving: Pid | null;
  /** Inside of sendrec: notifications have to wait. */
  readonly replyPending: boolean;
  /** Those that send to it and wait, first come first. */
  readonly senders: readonly Pid[];
  /** The bitmap of those that have notified it. */
  readonly notifiers: readonly Pid[];
  readonly received: Received | null;
  /** The process that it sent to or received from has ended. */
  readonly failed: boolean;
}

export interface MinixOptions {
  readonly kind: "minix options";
  readonly name: "of the kernel";
  readonly deadlockCheck: "none" | "3.1" | "3.4";
}

/** How far a call had come that a signal handler interrupts. */
export interface Interrupted {
  readonly kind: "interrupted";
  readonly name: string;
  readonly progress: number;
}

export type SynchronisationObject =
  | Interrupted
  | Word
  | StoreBuffer
  | Semaphore
  | SemaphoreName
  | SemaphoreSet
  | SemaphoreKeys
  | Mutex
  | WaitQueue<"condition">
  | WaitQueue<"futex">
  | ReadWriteLock
  | Barrier
  | Spinlock
  | Nap
  | Mailbox
  | MinixProcess
  | MinixOptions;
