/** Random exercises for an exam: the same seed gives the same sheet, and the simulator gives its answer. */
import type { Job, PolicyName, Workload, WorkloadOptions } from "../../schema/workload.ts";
import { createRandom } from "../random.ts";

export interface Exam {
  readonly seed: number;
  /** What is to be worked out by hand. */
  readonly workload: Workload;
  /** The policy that the last question compares with. */
  readonly rival: Workload;
  /** The rules that decide where the policy leaves a choice, in words. */
  readonly rules: readonly string[];
  readonly questions: readonly string[];
}

/** Policies that can be worked out on paper, and how a sheet names them. */
const titles = {
  fcfs: "first come, first served",
  sjf: "shortest job first (not preemptive)",
  srtn: "shortest remaining time next",
  rr: "round robin",
  priority: "preemptive priority scheduling",
} as const satisfies { readonly [Name in PolicyName]?: string };
type ExamPolicy = keyof typeof titles;
const policies = Object.keys(titles) as ExamPolicy[];

/** @throws RangeError: the seed is not a whole number. */
export function createExam(seed: number): Exam {
  const next = createRandom(seed);
  const between = (least: number, most: number): number => least + next(most - least + 1);
  const policy = policies[next(policies.length)]!;
  const rivals = policies.filter((one) => one !== policy && one !== "priority");
  const rival = rivals[next(rivals.length)]!;
  const options: WorkloadOptions = { quantum: between(2, 4) };
  const jobs = drawJobs(between, policy);
  const name = nameWorkload(policy, options);
  return {
    seed,
    workload: { policy, options, jobs },
    rival: { policy: rival, options, jobs },
    rules: stateRules([policy, rival]),
    questions: [
      `Draw the Gantt chart under ${name}.`,
      "Work out the response time, the turnaround time and the waiting time of each process, and their means.",
      `Which mean turnaround time does ${nameWorkload(rival, options)} give? Explain the difference in one sentence.`,
    ],
  };
}

/** Three to five jobs. The first comes at 0, and the next one before all the work so far is done, so that the CPU is never idle. */
function drawJobs(between: (least: number, most: number) => number, policy: ExamPolicy): Job[] {
  const priorities = [1, 2, 3, 4, 5];
  const jobs: Job[] = [];
  let arrival = 0;
  let work = 0;
  for (let index = 0, count = between(3, 5); index < count; index += 1) {
    if (index > 0) arrival = between(arrival, Math.min(arrival + 4, work - 1));
    const burst = between(1, 9);
    work += burst;
    const priority = policy === "priority" ? priorities.splice(between(0, priorities.length - 1), 1) : [];
    jobs.push({ id: `P${index + 1}`, arrival, bursts: [burst], ...(priority[0] ? { priority: priority[0] } : {}) });
  }
  return jobs;
}

function nameWorkload(policy: ExamPolicy, { quantum }: WorkloadOptions): string {
  return policy === "rr" ? `${titles.rr} with a quantum of ${quantum as number}` : titles[policy];
}

const stateRules = (used: readonly ExamPolicy[]): string[] => [
  "A context switch takes no time.",
  "Of equals, who came first is first, and then who stands first in the table.",
  ...(used.includes("rr")
    ? ["A process that comes when a quantum ends queues before the one whose quantum it was."]
    : []),
  ...(used.includes("priority") ? ["A smaller number is a better priority."] : []),
  ...(used.includes("srtn") ? ["Only a shorter remaining time takes the CPU away, not an equal one."] : []),
];
