/**
 * Calls of memory, which only the simulated kernel performs; a module of `CallTable` (call.ts). A program of ours has no pointers of
 * its own, so it reads and writes what it has mapped by `peek` and `poke`, as a debugger does: each goes through its page table.
 */
import { Call } from "../call.ts";
import { PROT_READ, PROT_WRITE, MAP_PRIVATE, MAP_ANONYMOUS, MS_SYNC } from "./memory-constants.ts";

/** Which frame the simulated kernel empties when all are full. */
export type FramePolicy = "fifo" | "lru" | "clock";

/** What `IPC_STAT` tells of a System V segment (shmctl(2)): its size in bytes and how often it is attached. */
export interface SegmentStatus {
  readonly key: number;
  readonly size: number;
  readonly attached: number;
  /** It goes with its last attachment. */
  readonly removed: boolean;
}

export interface MemoryCalls {
  /** mmap(2): where `length` bytes of memory are now; `address` null leaves the choice to the kernel. */
  mmap(address: number | null, length: number, protection: number, flags: number, fd: number, offset: number): number;
  /** munmap(2): forgets the pages in the range, mapped or not. */
  munmap(address: number, length: number): void;
  /** mprotect(2): ENOMEM where a page of the range is not mapped, EACCES where the file may not be written. */
  mprotect(address: number, length: number, protection: number): void;
  /** msync(2): what is written to a shared mapping is in the file at once here, so that only the range is checked. */
  msync(address: number, length: number, flags: number): void;
  /** shm_open(3): a descriptor of the shared memory `/name`; flags `O_RDONLY` or `O_RDWR`, `O_CREAT`, `O_EXCL`, `O_TRUNC`. */
  shm_open(name: string, flags: number): number;
  /** shm_unlink(3): takes the name away; who has the memory keeps it. */
  shm_unlink(name: string): void;
  /** memfd_create(2): a descriptor of memory without a name that others could open. */
  memfd_create(name: string, flags: number): number;
  /** Reads `count` bytes of the process's own memory. SIGSEGV, SIGBUS as an instruction would get. */
  peek(address: number, count: number): Uint8Array;
  /** Writes bytes into the process's own memory. */
  poke(address: number, data: Uint8Array): void;
  /** shmget(2): the identifier of the System V segment with this key; flags `IPC_CREAT`, `IPC_EXCL`. */
  shmget(key: number, size: number, flags: number): number;
  /** shmat(2): where the segment is now; flags `SHM_RND`, `SHM_RDONLY`. */
  shmat(id: number, address: number | null, flags: number): number;
  /** shmdt(2) */
  shmdt(address: number): void;
  /** shmctl(2): `IPC_STAT`, or `IPC_RMID`, which gives null and takes the segment away with its last attachment. */
  shmctl(id: number, command: number): SegmentStatus | null;
  /**
   * Sets how many frames the machine has, and which one is emptied when all are full: no system call, but as booting with `mem=`.
   * EBUSY where more are in use already.
   */
  limit_memory(frames: number, policy: FramePolicy): void;
}

export const mmap = (
  address: number | null,
  length: number,
  protection: number = PROT_READ | PROT_WRITE,
  flags: number = MAP_PRIVATE | MAP_ANONYMOUS,
  fd = -1,
  offset = 0,
) => new Call("mmap", [address, length, protection, flags, fd, offset]);
export const munmap = (address: number, length: number) => new Call("munmap", [address, length]);
export const mprotect = (address: number, length: number, protection: number) =>
  new Call("mprotect", [address, length, protection]);
export const msync = (address: number, length: number, flags: number = MS_SYNC) =>
  new Call("msync", [address, length, flags]);
export const shm_open = (name: string, flags: number) => new Call("shm_open", [name, flags]);
export const shm_unlink = (name: string) => new Call("shm_unlink", [name]);
export const memfd_create = (name: string, flags = 0) => new Call("memfd_create", [name, flags]);
export const peek = (address: number, count: number) => new Call("peek", [address, count]);
export const poke = (address: number, data: string | Uint8Array) =>
  new Call("poke", [address, typeof data === "string" ? new TextEncoder().encode(data) : data]);
export const shmget = (key: number, size: number, flags = 0) => new Call("shmget", [key, size, flags]);
export const shmat = (id: number, address: number | null = null, flags = 0) => new Call("shmat", [id, address, flags]);
export const shmdt = (address: number) => new Call("shmdt", [address]);
export const shmctl = (id: number, command: number) => new Call("shmctl", [id, command]);
export const limit_memory = (frames: number, policy: FramePolicy = "clock") =>
  new Call("limit_memory", [frames, policy]);

/** Reads the C `int` at `address`: 32 bits, little end first, in one access. */
export function* peekWord(address: number): Generator<Call, number, unknown> {
  const word = yield* peek(address, 4);
  return new DataView(word.buffer, word.byteOffset, 4).getInt32(0, true);
}
/** Writes a C `int`. */
export const pokeWord = (address: number, value: number) =>
  poke(
    address,
    Uint8Array.from([0, 8, 16, 24], (bits) => value >> bits),
  );
