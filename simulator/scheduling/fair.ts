/** Shares of the CPU by nice values, as Linux's normal class (SCHED_OTHER) gives them: by EEVDF since 6.6, by CFS before. */
import { cfs, type CfsOptions } from "./cfs.ts";
import { eevdf, type EevdfOptions } from "./eevdf.ts";
import { WorkloadError } from "./check.ts";
import type { Policy } from "./policy.ts";

export interface FairOptions extends EevdfOptions, CfsOptions {
  /** Default `eevdf`, which reads `quantum`; `cfs` reads `latency` and `minGranularity`. */
  readonly rule?: "eevdf" | "cfs";
}

/** @throws WorkloadError: there is no such rule, or an option is not in its range. */
export function fair({ rule = "eevdf", ...options }: FairOptions = {}): Policy {
  if (rule === "eevdf") return eevdf(options);
  if (rule === "cfs") return cfs(options);
  throw new WorkloadError(`fair: rule must be eevdf or cfs, not ${String(rule)}`);
}
