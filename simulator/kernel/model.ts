/** What each mechanism says about its calls. A call is a row in the table of calls.ts. */
import type { CallArguments, CallName, CallResult } from "../../schema/call.ts";
import type { ErrnoName } from "../../schema/errno.ts";
import type { Access, Draft, FinalResult, Kernel, KernelObject, OpenFile, Process, Result } from "./kernel.ts";
import type { Block } from "./sleep.ts";

/** How one go at a call came out. `continue`: it has done `progress` and must go on or wait; with `pause`, in a later step. `end`: the process is gone. */
export type Outcome<Value = unknown> =
  | { readonly kind: "return"; readonly value: Value }
  | { readonly kind: "fail"; readonly errno: ErrnoName }
  | {
      readonly kind: "continue";
      readonly progress: number;
      readonly pause?: true;
    }
  | { readonly kind: "end" }
  /** The call is over and says so itself; its program is told something else than how. `result`: what a handler that runs first puts off. */
  | {
      readonly kind: "tell";
      readonly told: Result;
      readonly result: FinalResult | null;
    };

export interface CallModel<Name extends CallName> {
  /** The objects that the call touches in this state, beyond the caller's own process. */
  readonly touches: (kernel: Kernel, process: Process, ...args: CallArguments<Name>) => readonly Access[];
  /** Why the call cannot go on now; null where it can. */
  readonly blocks?: (kernel: Kernel, process: Process, ...args: CallArguments<Name>) => Block | null;
  /** Does the call. Never asked while it blocks. */
  readonly perform: (draft: Draft, process: Process, ...args: CallArguments<Name>) => Outcome<CallResult<Name>>;
  /** How the call comes out when its timeout is over. */
  readonly expire?: (draft: Draft, process: Process, ...args: CallArguments<Name>) => Outcome<CallResult<Name>>;
  /** In how many ways the call may go now, all of which POSIX permits; `Draft.choice` says which. 0, the default, is what Linux does. */
  readonly choices?: (kernel: Kernel, process: Process, ...args: CallArguments<Name>) => number;
  /** Whether it begins again after a handler: `always`, or `never`; absent: where the handler has SA_RESTART (signal(7)). */
  readonly restarts?: "always" | "never";
  /** How it comes out when a handler interrupts its waiting; null: by `restarts`. */
  readonly interrupt?: (
    draft: Draft,
    process: Process,
    ...args: CallArguments<Name>
  ) => Outcome<CallResult<Name>> | null;
  /** It does not run in the kernel: signals act at each step of it. */
  readonly computes?: true;
  /** It leaves the store buffer of its process alone; all other calls wait until that is empty. */
  readonly unfenced?: true;
  /** The trace shows what the call does, but not the call. */
  readonly silent?: (kernel: Kernel, process: Process, ...args: CallArguments<Name>) => boolean;
  /** The object that a trace names with the call. */
  readonly object?: (kernel: Kernel, process: Process, ...args: CallArguments<Name>) => string | undefined;
}

/** Of the calls that every kernel has: what they touch is in accesses.ts, so that only pages that explore carry it. */
export type BasicModel<Name extends CallName> = Omit<CallModel<Name>, "touches">;

export const succeed = <Value>(value: Value): Outcome<Value> => ({ kind: "return", value });
export const fail = (errno: ErrnoName): Outcome<never> => ({ kind: "fail", errno });

export const reads = (object: string): Access => ({ object, writes: false });
export const writes = (object: string): Access => ({ object, writes: true });
export const touchesNothing = (): readonly Access[] => [];

/** An open file description with the object behind it, as a call finds them through a descriptor. */
export interface OpenObject<Kind extends KernelObject["kind"] = KernelObject["kind"]> {
  readonly file: OpenFile;
  /** Its place in `Kernel.files`. */
  readonly fileIndex: number;
  readonly object: Extract<KernelObject, { kind: Kind }>;
}

/** What a kind of file does when it is read, written, polled and closed for the last time (Linux's file_operations). */
export interface FileOperations<Kind extends KernelObject["kind"]> {
  readonly readBlocks: (kernel: Kernel, open: OpenObject<Kind>, count: number) => Block | null;
  readonly read: (draft: Draft, process: Process, open: OpenObject<Kind>, count: number) => Outcome<Uint8Array>;
  readonly writeBlocks: (kernel: Kernel, process: Process, open: OpenObject<Kind>, data: Uint8Array) => Block | null;
  readonly write: (draft: Draft, process: Process, open: OpenObject<Kind>, data: Uint8Array) => Outcome<number>;
  /** What poll(2) finds: `POLLIN`, `POLLOUT`, `POLLERR`, `POLLHUP`. */
  readonly ready: (open: OpenObject<Kind>, kernel: Kernel) => number;
  /** On what poll(2) sleeps. */
  readonly channels: (open: OpenObject<Kind>, kernel: Kernel) => readonly string[];
  /** A process closes one of its descriptors, whether or not it is the last one (Linux's flush). */
  readonly flush?: (draft: Draft, process: Process, open: OpenObject<Kind>) => void;
  /** The last descriptor of this open file description is gone. */
  readonly release: (draft: Draft, open: OpenObject<Kind>) => void;
  /** Present where the kind is bytes by their place: then mmap(2) maps it and ftruncate(2) resizes it. */
  readonly bytes?: ByteOperations<Kind>;
}

/** Bytes by their place. `index` counts in `Kernel.objects`. */
export interface ByteOperations<Kind extends KernelObject["kind"]> {
  /** The largest size; more is EFBIG. */
  readonly mostBytes: number;
  readonly size: (object: Extract<KernelObject, { kind: Kind }>) => number;
  /** At most `count` bytes; what is not there, at the end too, counts as zeros. */
  readonly readAt: (object: Extract<KernelObject, { kind: Kind }>, offset: number, count: number) => Uint8Array;
  /** Never beyond the size. */
  readonly writeAt: (draft: Draft, index: number, offset: number, data: Uint8Array) => void;
  /** What is beyond the new size is gone, what is new is zeros. */
  readonly resize: (draft: Draft, index: number, size: number) => void;
}
