/** What the dispatcher keeps of each process and each CPU. */
import type { AdmitReason, Asker, Reason, Task, Tick } from "./policy.ts";

/** A task as the dispatcher keeps it. Its host makes it and changes its burst, deadline and readiness; all else is changed here. */
export type Process = { -readonly [Field in keyof Task]: Task[Field] } & {
  state: "new" | "ready" | "running" | "blocked" | "ended";
  /** The CPUs on which it may run, one bit each. */
  allowed: number;
  /** Whose queue it uses, where each CPU has one. */
  home: number;
  /** When it came into the queue last, counted with the picks. */
  queued: number;
  place: string | null;
};

export interface Cpu {
  readonly index: number;
  /** Who runs, or is being switched to. */
  process: Process | null;
  /** Who ran last. */
  last: Process | null;
  /** Up to when its process has been charged; from when it runs. */
  since: Tick;
  quantum: Tick;
  quantumEnd: Tick;
  /** When the switch that goes on is over; null: none goes on. */
  switchEnd: Tick | null;
  /** The rule that chose the process that is being switched to. */
  why: Reason | null;
  picked: number;
  /** Who has just been put back into the queue and, unless it is picked again, stops. */
  vacated: Process | null;
  vacatedWhy: Reason;
  vacatedAs: AdmitReason;
}

export const mayUse = (process: Process, cpu: number): boolean => (process.allowed & (1 << cpu)) !== 0;

export const createAsker = (cpu: number): Asker => ({ cpu, now: 0, allows: (task) => mayUse(task as Process, cpu) });

export const createCpu = (index: number): Cpu => ({
  index,
  process: null,
  last: null,
  since: 0,
  quantum: Infinity,
  quantumEnd: Infinity,
  switchEnd: null,
  why: null,
  picked: 0,
  vacated: null,
  vacatedWhy: "",
  vacatedAs: "quantum",
});
