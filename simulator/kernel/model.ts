/** What each mechanism says about its calls. A call is a row in the table of calls.ts. */
import type { CallArguments, CallName, CallResult } from "../../schema/call.ts";
import type { ErrnoName } from "../../schema/errno.ts";
import type { Access, Draft, Kernel, KernelObject, OpenFile, Process } from "./kernel.ts";
import type { Block } from "./sleep.ts";

/** How one go at a call came out. `continue`: it has done `progress` and must go on or wait. `end`: the process is gone. */
export type Outcome<Result = unknown> =
  | { readonly kind: "return"; readonly value: Result }
  | { readonly kind: "fail"; readonly errno: ErrnoName }
  | { readonly kind: "continue"; readonly progress: number }
  | { readonly kind: "end" };

export interface CallModel<Name extends CallName> {
  /** The objects that the call touches in this state, beyond the caller's own process. */
  readonly touches: (kernel: Kernel, process: Process, ...args: CallArguments<Name>) => readonly Access[];
  /** Why the call cannot go on now; null where it can. */
  readonly blocks?: (kernel: Kernel, process: Process, ...args: CallArguments<Name>) => Block | null;
  /** Does the call. Never asked while it blocks. */
  readonly perform: (draft: Draft, process: Process, ...args: CallArguments<Name>) => Outcome<CallResult<Name>>;
  /** How the call comes out when its timeout is over. */
  readonly expire?: (draft: Draft, process: Process, ...args: CallArguments<Name>) => Outcome<CallResult<Name>>;
  /** The trace shows what the call does, but not the call. */
  readonly silent?: (kernel: Kernel, process: Process, ...args: CallArguments<Name>) => boolean;
  /** The object that a trace names with the call. */
  readonly object?: (kernel: Kernel, process: Process, ...args: CallArguments<Name>) => string | undefined;
}

export const succeed = <Result>(value: Result): Outcome<Result> => ({ kind: "return", value });
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
  readonly ready: (open: OpenObject<Kind>) => number;
  /** On what poll(2) sleeps. */
  readonly channels: (open: OpenObject<Kind>) => readonly string[];
  /** The last descriptor of this open file description is gone. */
  readonly release: (draft: Draft, open: OpenObject<Kind>) => void;
}
