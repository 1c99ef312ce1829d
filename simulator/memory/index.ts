/**
 * Memory: `ring3/memory`. Importing it teaches the simulated kernel its calls.
 *
 * ```ts
 * const address = yield* mmap(null, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS);
 * yield* poke(address, "hello");
 * ```
 */
export * from "../../schema/calls/memory-constants.ts";
export type { FramePolicy, SegmentStatus } from "../../schema/calls/memory.ts";
export * from "../communication/byte-file-calls.ts";
export * from "./calls.ts";
export * from "./limit-memory-calls.ts";
export * from "./shared-memory-calls.ts";
export * from "./system-v-calls.ts";
export { foldMemory, type MappedPage, type MemoryMoment, type ProcessFaults } from "./fold.ts";
export type { AddressSpace, Frame, Mapping, PageEntry, PhysicalMemory, SharedMemory } from "./objects.ts";
export { showFaults, showMemory, type MemoryViewOptions } from "./views.ts";
