/**
 * Paging on paper, without a kernel: `ring3/paging`.
 *
 * ```ts
 * display(showReplacement(replacePages([7, 0, 1, 2, 0, 3], { frames: 3, policy: "lru" })));
 * ```
 */
export { findUtilisation } from "./multiprogramming.ts";
export {
  replacePages,
  type Replacement,
  type ReplacementOptions,
  type ReplacementPolicy,
  type ReplacementStep,
} from "./replacement.ts";
export { showReplacement } from "./replacement-view.ts";
