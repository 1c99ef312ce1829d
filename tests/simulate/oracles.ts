/** The oracles' cases on scheduling as `ring3 simulate` reads them, with the options that a stranger would choose, and what must come out. */
import { readFileSync } from "node:fs";
import type { Job, JobMetrics, PolicyName, Slice, Workload, WorkloadOptions } from "../../schema/workload.ts";

export interface Question {
  readonly id: string;
  readonly workload: Workload;
  /** Only what the oracle knows. Slices are maximal; of a long run the oracle may keep the first ones. */
  readonly slices: readonly Slice[];
  readonly jobs: readonly Partial<JobMetrics>[];
  readonly metrics?: Readonly<Record<string, number>>;
  /** Ticks of ours for one of the oracle's, which are not always whole. */
  readonly scale: number;
}

type Turn = readonly [start: number, end: number, id: string | number | null];

function readCases(file: string, field = "cases"): unknown {
  const url = new URL(`../oracles/${file}`, import.meta.url);
  return (JSON.parse(readFileSync(url, "utf8")) as Readonly<Record<string, unknown>>)[field];
}

/** Turns of one job that follow upon each other are one slice; nobody's are none. */
function merge(turns: readonly Turn[], cpu = 0): Slice[] {
  const slices: [number, number, string | number, number][] = [];
  for (const [start, end, id] of turns) {
    const last = slices.at(-1);
    if (id === null || start === end) continue;
    if (last?.[2] === id && last[1] === start) last[1] = end;
    else slices.push([start, end, id, cpu]);
  }
  return slices;
}

interface SchedulerCase {
  readonly id: string;
  readonly input: {
    readonly policy: "FIFO" | "SJF" | "RR";
    readonly quantum?: number;
    readonly jobs: readonly { readonly id: number; readonly length: number; readonly arrival: number }[];
  };
  readonly expect: {
    readonly slices: readonly Turn[];
    readonly jobs: readonly {
      readonly id: number;
      readonly response: number;
      readonly turnaround: number;
      readonly wait: number;
    }[];
    readonly average2dp: { readonly response: number; readonly turnaround: number; readonly wait: number };
  };
}

const schedulerPolicies = { FIFO: "fcfs", SJF: "sjf", RR: "rr" } as const;

const askScheduler = ({ id, input: { policy, quantum, jobs }, expect }: SchedulerCase): Question => {
  const scale = jobs.every(({ length }) => Number.isInteger(length)) ? 1 : 100;
  const { response, turnaround, wait } = expect.average2dp;
  return {
    id,
    scale,
    workload: {
      policy: schedulerPolicies[policy],
      ...(quantum !== undefined && (quantum !== 1 || scale !== 1) && { options: { quantum: quantum * scale } }),
      jobs: jobs.map((job) => ({ id: job.id, arrival: job.arrival, bursts: [job.length * scale] })),
    },
    slices: merge(expect.slices),
    jobs: expect.jobs,
    metrics: { averageResponse: response, averageTurnaround: turnaround, averageWait: wait },
  };
};

interface MlfqCase {
  readonly id: string;
  readonly input: {
    readonly quantum: readonly number[];
    readonly allotment: readonly number[];
    readonly boost: number;
    readonly ioTime: number;
    readonly stayAfterIO: boolean;
    readonly ioBump: boolean;
    readonly jobs: readonly {
      readonly id: number;
      readonly arrival: number;
      readonly runTime: number;
      readonly ioFreq: number;
    }[];
  };
  readonly expect: {
    readonly slices: readonly (readonly [start: number, end: number, job: number, queue: number])[];
    readonly jobs: readonly { readonly id: number; readonly response: number; readonly turnaround: number }[];
    readonly average2dp: { readonly response: number; readonly turnaround: number };
  };
}

/** After every `ioFreq` ticks of CPU time, but not at the end, comes I/O. */
function toBursts({ runTime, ioFreq }: MlfqCase["input"]["jobs"][number], ioTime: number): number[] {
  const waits = ioFreq === 0 ? 0 : Math.ceil(runTime / ioFreq) - 1;
  return [...Array.from({ length: waits }, () => [ioFreq, ioTime]).flat(), runTime - waits * ioFreq];
}

function askMlfq({ id, input, expect }: MlfqCase): Question {
  const { quantum, allotment, boost, ioTime, stayAfterIO: stay, ioBump, jobs } = input;
  const turns = expect.slices.map(([start, end, job]): Turn => [start, end, job === -1 ? null : job]);
  return {
    id,
    scale: 1,
    workload: {
      policy: "mlfq",
      options: { quantum, allotment, ...(boost > 0 && { boost }), ...(stay && { stay }), ...(ioBump && { ioBump }) },
      jobs: jobs.map((job) => ({ id: job.id, arrival: job.arrival, bursts: toBursts(job, ioTime) })),
    },
    slices: merge(turns),
    jobs: expect.jobs.map(({ id: job, response, turnaround }) => ({ id: job, response, turnaround })),
    metrics: { averageResponse: expect.average2dp.response, averageTurnaround: expect.average2dp.turnaround },
  };
}

interface LotteryCase {
  readonly id: string;
  readonly command: string;
  readonly input: {
    readonly jobs: readonly { readonly id: number; readonly length: number; readonly tickets: number }[];
    readonly quantum: number;
    readonly seed: number;
  };
  readonly expect: {
    readonly draws: readonly { readonly run: number }[];
    readonly done: readonly { readonly id: number; readonly time: number }[];
  };
}

/** lottery.py goes on by whole quanta; who has less left leaves the CPU before. */
function askLottery({ id, input: { jobs, quantum, seed }, expect }: LotteryCase): Question {
  const left = new Map(jobs.map((job) => [job.id, job.length]));
  const finish = new Map<number, number>();
  const turns = expect.draws.map(({ run }, index): Turn => {
    const ticks = Math.min(quantum, left.get(run) ?? 0);
    left.set(run, (left.get(run) ?? 0) - ticks);
    if (left.get(run) === 0) finish.set(run, index * quantum + ticks);
    return [index * quantum, index * quantum + ticks, run];
  });
  return {
    id,
    scale: 1,
    workload: {
      policy: "lottery",
      options: { seed, ...(quantum !== 1 && { quantum, wholeQuantum: true }) },
      jobs: jobs.map((job) => ({ id: job.id, bursts: [job.length], tickets: job.tickets })),
    },
    slices: merge(turns),
    jobs: jobs.map((job) => ({ id: job.id, finish: finish.get(job.id) ?? null })),
  };
}

interface MultiCase {
  readonly id: string;
  readonly input: {
    readonly cpus: number;
    readonly quantum: number;
    readonly perCpuQueues: boolean;
    readonly peekInterval: number;
    readonly warmupTime: number;
    readonly warmRate: number;
    readonly cacheSize: number;
    /** `a:0.1,b:1`: a may run on CPUs 0 and 1. */
    readonly affinity: string;
    readonly jobs: readonly { readonly id: string; readonly runTime: number; readonly workingSet: number }[];
  };
  readonly expect: { readonly finished: number; readonly slicesPerCpu: readonly (readonly Turn[])[] };
}

/** multi.py throws dice among several other CPUs, and never moves a job that is tied to some: nothing that options say. */
const canAsk = ({ input: { cpus, perCpuQueues, peekInterval, affinity } }: MultiCase): boolean =>
  !perCpuQueues || peekInterval === 0 || (cpus <= 2 && affinity === "");

/** OSTEP's multi.py has one clock interrupt for all CPUs, and knows no CPU that a job prefers. */
function askMulti({ id, input, expect }: MultiCase): Question {
  const { cpus, quantum, perCpuQueues, peekInterval, warmupTime, warmRate, cacheSize, affinity } = input;
  const allowed = new Map(
    affinity
      .split(",")
      .filter((entry) => entry !== "")
      .map((entry) => [entry.split(":")[0], (entry.split(":")[1] ?? "").split(".").map(Number)]),
  );
  return {
    id,
    scale: 1,
    workload: {
      policy: "rr",
      cpus,
      options: {
        quantum,
        alignQuanta: true,
        keepCpu: false,
        ...(perCpuQueues && { queues: "per-cpu", steal: peekInterval === 0 ? false : { every: peekInterval } }),
        cache: { warmupTicks: warmupTime, warmRate, cacheSize },
      },
      jobs: input.jobs.map(({ id: job, runTime, workingSet }): Job => {
        const on = allowed.get(job);
        // multi.py runs a job of no length for one tick.
        return { id: job, bursts: [Math.max(1, runTime)], workingSet, ...(on && { affinity: on }) };
      }),
    },
    slices: expect.slicesPerCpu.flatMap((turns, cpu) => merge(turns, cpu)),
    jobs: input.jobs.map((job) => ({ id: job.id })),
    metrics: { makespan: expect.finished },
  };
}

interface TextbookCase {
  readonly id: string;
  readonly policy: "FCFS" | "SJF" | "SRTF" | "RR" | "PRIO" | "PRIORR";
  readonly quantum: number | null;
  readonly jobs: readonly {
    readonly id: string;
    readonly arrival: number;
    readonly burst: number;
    readonly priority: number;
  }[];
  readonly expect: {
    readonly slices: readonly (readonly [start: number, end: number, index: number])[];
    readonly turnaround: readonly number[];
    readonly wait: readonly number[];
    readonly response: readonly number[];
    readonly avgWait: number;
    readonly avgTurnaround: number;
    readonly avgResponse: number;
  };
}

const textbookPolicies: Readonly<Record<TextbookCase["policy"], readonly [PolicyName, WorkloadOptions?]>> = {
  FCFS: ["fcfs"],
  SJF: ["sjf"],
  SRTF: ["srtn"],
  RR: ["rr"],
  PRIO: ["priority", { preemptive: false }],
  PRIORR: ["priority"],
};

function askTextbook({ id, policy: title, quantum, jobs, expect }: TextbookCase): Question {
  const [policy, options] = textbookPolicies[title];
  return {
    id,
    scale: 1,
    workload: {
      policy,
      options: { ...options, ...(quantum !== null && { quantum }) },
      jobs: jobs.map(({ id: job, arrival, burst, priority }) => ({ id: job, arrival, bursts: [burst], priority })),
    },
    slices: merge(expect.slices.map(([start, end, index]): Turn => [start, end, jobs[index]?.id ?? null])),
    jobs: jobs.map(({ id: job, arrival }, index) => {
      const turnaround = expect.turnaround[index] as number;
      const [response, wait] = [expect.response[index] as number, expect.wait[index] as number];
      return { id: job, response, turnaround, wait, finish: arrival + turnaround };
    }),
    metrics: {
      averageResponse: expect.avgResponse,
      averageTurnaround: expect.avgTurnaround,
      averageWait: expect.avgWait,
    },
  };
}

interface RealTimeRun {
  readonly worstResponse: readonly (number | null)[];
  readonly missCount: number;
  readonly slices: readonly Turn[];
}
interface RealTimeCase extends Readonly<Record<"RM" | "DM" | "EDF", RealTimeRun>> {
  readonly id: string;
  readonly tasks: readonly { readonly C: number; readonly T: number; readonly D: number; readonly O: number }[];
  readonly horizon: number;
}

/** The oracle keeps so many slices of a run. */
const keptSlices = 90;

function askRealTime({ id, tasks, horizon, ...rules }: RealTimeCase): Question[] {
  return (["RM", "DM", "EDF"] as const).map((rule) => {
    const { worstResponse, missCount, slices } = rules[rule];
    const isWhole = slices.length < keptSlices;
    const last = slices.at(-1)?.[1] ?? 0;
    return {
      id: `${id} ${rule}`,
      scale: 1,
      workload: {
        policy: rule.toLowerCase() as PolicyName,
        options: { horizon },
        jobs: tasks.map(({ C, T, D, O }, task) => ({ id: task, arrival: O, bursts: [C], period: T, deadline: D })),
      },
      slices: isWhole ? merge(slices) : merge(slices).filter(([, end]) => end < last),
      jobs: worstResponse.map((turnaround, task) => ({ id: task, turnaround })),
      metrics: { misses: missCount },
    };
  });
}

/** Every case of every oracle that the shape can express. */
export const questions: Readonly<Record<string, readonly Question[]>> = {
  "OSTEP's scheduler.py": (readCases("ostep/scheduler.json") as readonly SchedulerCase[]).map(askScheduler),
  "OSTEP's mlfq.py": (readCases("ostep/mlfq.json") as readonly MlfqCase[]).map(askMlfq),
  // With -j the program has made up its jobs from the same numbers first, so that the draws are those of no seed.
  "OSTEP's lottery.py": (readCases("ostep/lottery.json") as readonly LotteryCase[])
    .filter(({ command }) => command.includes(" -l "))
    .map(askLottery),
  "OSTEP's multi.py": (readCases("ostep/multi.json") as readonly MultiCase[]).filter(canAsk).map(askMulti),
  "the textbooks": (readCases("textbook/textbook.json", "cpu") as readonly TextbookCase[]).map(askTextbook),
  "the real-time model": (readCases("realtime/uniprocessor.json") as readonly RealTimeCase[]).flatMap(askRealTime),
};
