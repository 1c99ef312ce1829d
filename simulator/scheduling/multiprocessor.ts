/**
 * Real-time scheduling on several CPUs, beside `rm`, `dm` and `edf`, which are global where they have several CPUs and one queue, and partitioned where `partition`
 * has placed the jobs. These are for cells; `policyNames` has no names for them. Survey: Davis and Burns 2011.
 */
export { dpWrap } from "./dp-wrap.ts";
export { edfUs } from "./edf-us.ts";
export { edzl } from "./edzl.ts";
export { llf } from "./llf.ts";
export { llref } from "./llref.ts";
export { partition } from "./partition.ts";
export { pd2 } from "./pd2.ts";
