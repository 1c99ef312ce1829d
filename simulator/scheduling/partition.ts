/**
 * Partitioned scheduling: before the start every job is given to one CPU, and never leaves it. What comes out are the same jobs, each with that CPU as its affinity: under
 * `edf()` or `rateMonotonic()` that is partitioned EDF or RM.
 */
import type { Job } from "../../schema/workload.ts";
import { fits, utilisation } from "./analysis.ts";
import { checkWhole, WorkloadError } from "./check.ts";

export interface PartitionOptions {
  /** 1 to 8. */
  readonly cpus: number;
  /**
   * `first`: the first CPU on which the job still fits, the largest jobs first (first-fit decreasing). `worst`: the least loaded CPU, by the order of the list, whether the
   * job fits or not.
   */
  readonly fit?: "first" | "worst";
}

/** @throws WorkloadError: the number of CPUs is not 1 to 8; a job is not periodic; `first`: a job, which is named, fits on no CPU. */
export function partition(jobs: readonly Job[], { cpus, fit = "first" }: PartitionOptions): readonly Job[] {
  checkWhole("partition", "the number of CPUs", cpus, 1, 8);
  const shares: Job[][] = Array.from({ length: cpus }, () => []);
  const choose = (job: Job): number => {
    if (fit === "first") return shares.findIndex((share) => fits([...share, job]));
    const loads = shares.map(utilisation);
    return loads.indexOf(Math.min(...loads));
  };
  const order = fit === "first" ? jobs.toSorted((a, b) => utilisation([b]) - utilisation([a])) : jobs;
  for (const job of order) {
    const share = shares[choose(job)];
    if (share === undefined) {
      throw new WorkloadError(`partition: ${job.id} fits on none of the ${cpus} CPUs; add a CPU, or schedule globally`);
    }
    share.push(job);
  }
  return jobs.map((job) => ({ ...job, affinity: [shares.findIndex((share) => share.includes(job))] }));
}
