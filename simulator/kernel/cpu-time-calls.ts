/** CPU time: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/process.ts";
import { loadMechanism } from "./mechanism.ts";
import { cpuTime } from "./cpu-time.ts";

export const { nanosleep, sched_yield, compute, nice, getpriority, setpriority, sched_setaffinity } = loadMechanism(
  cpuTime,
  calls,
);
