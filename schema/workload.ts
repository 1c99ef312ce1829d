/** Workloads for schedulers: what `ring3 simulate` reads and prints, and what a cell races. Public: these shapes only ever grow. */

export const policyNames = [
  "fcfs", "sjf", "srtn", "rr", "priority", "mlfq", "minix31", "minix34", "lottery", "stride", "three-level", "fair-share", "fair", "rm",
  "dm", "edf",
] as const; // prettier-ignore
export type PolicyName = (typeof policyNames)[number];

/** One job. Times are whole ticks. */
export interface Job {
  readonly id: string | number;
  /** When it comes; a periodic one: its first release. Default 0. */
  readonly arrival?: number;
  /** CPU, I/O, CPU, … in turn, beginning and ending with CPU; a periodic one: of each of its jobs. */
  readonly bursts: readonly number[];
  /** Smaller is better; default 0, for MINIX's policies 7. */
  readonly priority?: number;
  /** -20 to 19; default 0. */
  readonly nice?: number;
  /** Default 100. */
  readonly tickets?: number;
  /** Whose it is, for fair share; default `user`. */
  readonly user?: string;
  /** The memory that it needs, for `three-level`; default 1. */
  readonly size?: number;
  /** Ticks from release to release, and from release to deadline (default: the period). */
  readonly period?: number;
  readonly deadline?: number;
  /** The slice that it asks for, as sched_setattr(2) does for `fair`. */
  readonly slice?: number;
  /** What of its memory it touches again and again, in the units of the cache's size; default 0: its cache is never warm. */
  readonly workingSet?: number;
  /** The CPUs on which it may run; default: all. */
  readonly affinity?: readonly number[];
}

/** Options of `ring3 simulate`; which of them a policy reads, it says itself. */
export interface WorkloadOptions {
  /** Ticks that a process may run at a time; an array per level, the highest first, for `mlfq`. Default 1; in MINIX 8 and 200; `priority`: no end. */
  readonly quantum?: number | readonly number[];
  /** `mlfq`: quanta on one level before demotion, or one number per level. Default 1. */
  readonly allotment?: number | readonly number[];
  /** `mlfq`: ticks from boost to boost; 0 = never. Default 0. */
  readonly boost?: number;
  /** `mlfq`: how many levels, where no array says so. Default 3. */
  readonly levels?: number;
  /** `mlfq`: who waits for I/O before its quantum is used starts afresh on its level: OSTEP's rules 4a and 4b, which can be gamed. Default false. */
  readonly stay?: boolean;
  /** `mlfq`: whether a job whose I/O is done goes to the head of its queue. Default false. */
  readonly ioBump?: boolean;
  /** `minix34`: ticks from balancing to balancing; 0 = never. Default 5000. */
  readonly balance?: number;
  /** `lottery`: whether the CPU idles until the quantum is over when a job stops before, as in OSTEP's program. Default false. */
  readonly wholeQuantum?: boolean;
  /** `fair-share`: promised shares by user; who is not named has 1. */
  readonly shares?: Readonly<Record<string, number>>;
  /** `fair`: Linux's rule since 6.6, which reads `quantum`, or the one before, which reads the next two. Default `eevdf`. */
  readonly rule?: "eevdf" | "cfs";
  /** `fair`, rule `cfs`: in how many ticks everybody should have run once, default 48; and the least slice, default 6. */
  readonly latency?: number;
  readonly minGranularity?: number;
  /** `three-level`: how much fits into memory, default 3; how many jobs are let in at a time, default 5. */
  readonly memory?: number;
  readonly admitted?: number;
  /** `three-level`: who is let in next: who came first, the shortest, or short and long ones in turn. Default `arrival`. */
  readonly admission?: "arrival" | "shortest" | "mix";
  /** `three-level`, admission `mix`: from how many ticks on a burst is long. Default 10. */
  readonly longBurst?: number;
  /** `three-level`: ticks from swapping to swapping. Default 100. */
  readonly swapEvery?: number;
  /** `three-level`: how much each criterion of the memory scheduler counts. Default 1 each. */
  readonly criteria?: Readonly<Partial<Record<"swapped" | "used" | "size" | "importance", number>>>;
  /** Ticks that a switch to another process costs. Default 0. */
  readonly contextSwitch?: number;
  /** `sjf`, `srtn`: guess every burst from those before it (exponential average); the weight of the old guess, default 1/2, and the first guess, default 10. */
  readonly estimate?: { readonly weight?: number; readonly first?: number };
  readonly seed?: number;
  /** When a run with periodic jobs ends. Default: the hyperperiod, after the last first release. */
  readonly horizon?: number;
  /** `priority`: whether a better one takes the CPU. Default true. */
  readonly preemptive?: boolean;
  /** By how much a waiting process's priority gets better per tick. Default 0. */
  readonly agePerTick?: number;
  /** Who is first of those that the policy's rule leaves equal: who came first, who runs already, who stands first in the list. Default `arrival`; `rm`, `dm` and `edf`: `running`. */
  readonly tie?: "arrival" | "running" | "id";
  /** Whether an arrival at the instant at which a quantum ends queues before the preempted job. Default `first`; `mlfq`: `last`, as in OSTEP's program. */
  readonly arrivalAtQuantumEnd?: "first" | "last";
  /** The one device that all I/O queues for; default: each job has its own. */
  readonly device?: string;
  /** Most events of a run. Default 2 000 000. */
  readonly limit?: number;
  /** `rr`: one clock interrupt for all CPUs, so that every quantum ends at a multiple of its length, as in OSTEP's multi.py. Default false. */
  readonly alignQuanta?: boolean;
  /** One queue for all CPUs, or one each. Default `global`. */
  readonly queues?: "global" | "per-cpu";
  /** Queues per CPU: whether a CPU whose queue is empty takes from another's: at once, or at multiples of `every` ticks. Default true. */
  readonly steal?: boolean | { readonly every?: number };
  /** Whether a process that may choose goes to the CPU on which it ran last. Default true. */
  readonly keepCpu?: boolean;
  /** Caches that processes must warm, as in OSTEP's multi.py. Default: none. */
  readonly cache?: { readonly warmupTicks: number; readonly warmRate: number; readonly cacheSize: number };
}

export interface Workload {
  readonly policy: PolicyName;
  readonly options?: WorkloadOptions;
  /** 1 to 8; default 1. */
  readonly cpus?: number;
  readonly jobs: readonly Job[];
}

/** `id` null: a context switch. */
export type Slice = readonly [start: number, end: number, id: string | number | null, cpu: number];

export interface JobMetrics {
  readonly id: string | number;
  /** From arrival to first running; null: it never ran. A periodic job: the worst. */
  readonly response: number | null;
  /** From arrival to finish; null: it has not finished. A periodic job: the worst. */
  readonly turnaround: number | null;
  /** Turnaround less CPU and I/O time. */
  readonly wait: number | null;
  readonly finish: number | null;
  readonly misses?: number;
}

export interface WorkloadReport {
  readonly slices: readonly Slice[];
  readonly jobs: readonly JobMetrics[];
  readonly metrics: Readonly<Record<string, number | null>>;
}
