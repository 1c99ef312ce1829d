/** Shortest job first: the shortest next CPU burst, to its end (OSTEP ch. 7; Silberschatz ch. 5.3.2; Tanenbaum, MOS 2.4.2). */
import type { Policy } from "./policy.ts";
import { shortest, type ShortestOptions, type ShortestQueue } from "./shortest.ts";

/** @throws WorkloadError: the estimate's options make no sense. */
export const sjf = (options: ShortestOptions = {}): Policy<ShortestQueue> =>
  shortest("shortest job first", false, options);
