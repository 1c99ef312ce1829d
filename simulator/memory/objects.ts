/** The kernel objects of memory, and the page tables of a process. */
import type { FramePolicy } from "../../schema/calls/memory.ts";

/** Memory that processes share: POSIX shared memory, a memfd, a shared anonymous mapping, a System V segment. */
export interface SharedMemory {
  readonly kind: "shared memory";
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** What the pages hold, up to their last byte that was written; a page that is absent is all zeros. */
  readonly pages: readonly (Uint8Array | undefined)[];
  /** Only a System V segment has these. */
  readonly segment?: Segment;
}

export interface Segment {
  readonly id: number;
  readonly key: number;
  /** `IPC_RMID` was asked: it is there as long as somebody has attached it. */
  readonly removed: boolean;
}

/** What a frame, or a slot of the swap space, holds. */
export interface Frame {
  /** The page of an object that it holds; null: a private page of one or several processes. */
  readonly source: { readonly object: number; readonly page: number } | null;
  /** The bytes of a private page, up to the last one written; those of an object stay with the object. */
  readonly data: Uint8Array;
  /** Page-table entries that lead here. With the last one the frame is free. */
  readonly references: number;
  /** x86 has these two bits in every page-table entry; here a frame has those of all entries together. */
  readonly referenced: boolean;
  readonly dirty: boolean;
  readonly loadedAt: number;
  readonly usedAt: number;
}

/** The frames of the machine and what was moved out of them. There is one, called `physical memory`. */
export interface PhysicalMemory {
  readonly kind: "physical memory";
  readonly name: string;
  /** How many frames there are. */
  readonly capacity: number;
  readonly policy: FramePolicy;
  readonly frames: readonly (Frame | null)[];
  readonly swap: readonly (Frame | null)[];
  /** The hand of the clock: where it looks next. */
  readonly hand: number;
  /** Counts loads, and under LRU uses, to tell which was earlier. */
  readonly now: number;
}

export type MemoryObject = SharedMemory | PhysicalMemory;

/** Addresses from `start` up to `end` that a process may use, and what is there. */
export interface Mapping {
  readonly start: number;
  readonly end: number;
  readonly protection: number;
  /** What is written is everybody's (MAP_SHARED), not a copy (MAP_PRIVATE). */
  readonly shared: boolean;
  /** Counts in `Kernel.objects`; null: private memory that begins as zeros. */
  readonly object: number | null;
  /** Where in the object `start` is. */
  readonly offset: number;
  /** A shared mapping of a file that is open for reading only never becomes writable. */
  readonly mayWrite: boolean;
  readonly name: string;
}

/** A page-table entry: where the page is now. */
export interface PageEntry {
  readonly place: "frames" | "swap";
  /** Counts in the list of that name in `PhysicalMemory`. */
  readonly index: number;
  /** false: the first write makes a copy. */
  readonly writable: boolean;
}

/** The memory of one process. */
export interface AddressSpace {
  /** By address; they do not overlap. */
  readonly mappings: readonly Mapping[];
  /** The page table, by page number; a page that was not used yet has no entry. */
  readonly pages: Readonly<Record<number, PageEntry>>;
  /** Where the kernel begins to look for room. */
  readonly base: number;
  /** How many shared anonymous mappings it has made; counts in names. */
  readonly made: number;
}
