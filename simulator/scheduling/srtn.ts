/** Shortest remaining time next: who comes with less than the running one has left takes the CPU (Tanenbaum, MOS 2.4.2; OSTEP's STCF). */
import type { Policy } from "./policy.ts";
import { shortest, type ShortestOptions, type ShortestQueue } from "./shortest.ts";

/** @throws WorkloadError: the estimate's options make no sense. */
export const srtn = (options: ShortestOptions = {}): Policy<ShortestQueue> =>
  shortest("shortest remaining time next", true, options);
