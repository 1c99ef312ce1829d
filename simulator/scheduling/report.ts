/** A workload run and reported, as `ring3 simulate` does. */
import type { Workload, WorkloadReport } from "../../schema/workload.ts";
import { WorkloadError } from "./check.ts";
import { foldSlices } from "../folds/slices.ts";
import { runWorkload, type WorkloadRun } from "./engine.ts";
import { foldMetrics } from "./metrics.ts";
import { createPolicy } from "./policies.ts";
import { checkWorkload } from "./workload.ts";

/** @throws WorkloadError: the workload makes no sense, or has more events than a run may have. */
export function reportWorkload(workload: Workload): WorkloadReport {
  const run = simulateWorkload(workload);
  if (run.limit !== null)
    throw new WorkloadError(
      `the run was stopped after ${run.limit}; take longer quanta, shorter bursts or an earlier horizon`,
      "options.limit",
    );
  return reportRun(run);
}

/** @throws WorkloadError: the workload makes no sense. */
export function simulateWorkload(workload: Workload): WorkloadRun {
  const { policy, options = {}, cpus = 1, jobs } = checkWorkload(workload);
  return runWorkload(jobs, createPolicy(policy, options), { ...options, cpus });
}

/** Slices are maximal, by CPU and then by time; idle time is absent. */
export function reportRun({ trace, jobs, end }: WorkloadRun): WorkloadReport {
  return {
    slices: foldSlices(trace).map(({ start, end, pid, cpu }) => [
      start,
      end,
      pid === null ? null : jobs[pid - 1]!.id,
      cpu,
    ]),
    ...foldMetrics(trace, jobs, end),
  };
}
