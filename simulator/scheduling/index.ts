/**
 * Schedulers: `ring3/scheduling`.
 *
 * ```ts
 * const jobs = [{ id: "A", bursts: [8] }, { id: "B", arrival: 1, bursts: [2] }];
 * const runs = race(jobs, [fcfs(), roundRobin({ quantum: 2 })]);
 * display(showGantt(runs));
 * ```
 */
export { because, sayReason } from "./policy.ts";
export type { Job } from "../../schema/workload.ts";
export type { AdmitReason, Asker, Because, Pick, Policy, Reason, Task, Tick } from "./policy.ts";
export { emptyFifo, listFifo, push, takeFirst, unshift, type Fifo } from "./queue.ts";
export { addToHeap, dropFirst, listHeap, takeBest, type Heap } from "./heap.ts";
export { runWorkload, type RunOptions, type WorkloadRun } from "./engine.ts";
export { createPolicy } from "./policies.ts";
export { WorkloadError } from "./check.ts";
export { checkWorkload } from "./workload.ts";
export { reportRun, reportWorkload, simulateWorkload } from "./report.ts";
export { foldMetrics, measureFairness, type Metrics } from "./metrics.ts";
export { foldSlices, type CpuSlice } from "../folds/slices.ts";
export { foldSpans, type Span } from "../folds/spans.ts";
export { foldStates } from "../folds/states.ts";
export { race, showGantt, showMetrics } from "./views.ts";
export { fcfs } from "./fcfs.ts";
export { sjf } from "./sjf.ts";
export { srtn } from "./srtn.ts";
export { roundRobin } from "./round-robin.ts";
export { priority } from "./priority.ts";
export { mlfq } from "./mlfq.ts";
export { minix31 } from "./minix31.ts";
export { minix34 } from "./minix34.ts";
export { lottery } from "./lottery.ts";
export { stride } from "./stride.ts";
export { threeLevel } from "./three-level.ts";
export { fairShare } from "./fair-share.ts";
export { eevdf } from "./eevdf.ts";
export { fair } from "./fair.ts";
export { rateMonotonic } from "./rate-monotonic.ts";
export { deadlineMonotonic } from "./deadline-monotonic.ts";
export { edf } from "./edf.ts";
export { ageEstimate, estimateBursts } from "./burst-estimate.ts";
