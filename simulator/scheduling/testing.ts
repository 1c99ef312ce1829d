/** For tests: workload runs that are checked while they are made. */
import assert from "node:assert/strict";
import * as v from "valibot";
import { traceEventSchema } from "../../schema/trace.ts";
import type { Job } from "../../schema/workload.ts";
import { foldSlices } from "../folds/slices.ts";
import { findViolations } from "../invariants.ts";
import { runWorkload, type RunOptions, type WorkloadRun } from "./engine.ts";
import type { Policy } from "./policy.ts";

/** A run whose trace is sound and has the shape that the schema asks for. `idles`: the policy may leave a CPU idle. */
export function runChecked(
  jobs: readonly Job[],
  policy: Policy,
  { idles = false, ...options }: RunOptions & { readonly idles?: boolean } = {},
): WorkloadRun {
  const run = runWorkload(jobs, policy, options);
  const affinity = new Map(jobs.flatMap((job, index) => (job.affinity ? [[index + 1, job.affinity] as const] : [])));
  assert.deepEqual(findViolations(run.trace, { calls: false, workConserving: !idles, affinity }), []);
  for (const event of run.trace.events) v.assert(traceEventSchema, event);
  return run;
}

/** Slices as the books write them: start, end, and the place of the job in the list. */
export const listSlices = ({ trace }: WorkloadRun, quanta = true): (number | null)[][] =>
  foldSlices(trace, { quanta }).map(({ start, end, pid }) => [start, end, pid === null ? null : pid - 1]);
