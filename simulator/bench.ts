/** How fast the simulator is: `ring3 bench simulator`. */
import { close, exit, fork, pipe, read, wait, write, type Call, type Program } from "../schema/call.ts";
import type { BenchResult } from "../schema/command.ts";
import type { TraceEvent } from "../schema/trace.ts";
import type { Job } from "../schema/workload.ts";
import { benchStepBack } from "./bench-kernel.ts";
import { createRandom } from "./random.ts";
import { runWorkload } from "./scheduling/engine.ts";
import { fair } from "./scheduling/fair.ts";
import { mlfq } from "./scheduling/mlfq.ts";
import type { Policy } from "./scheduling/policy.ts";
import { roundRobin } from "./scheduling/round-robin.ts";
import { srtn } from "./scheduling/srtn.ts";
import { simulate } from "./simulate.ts";

const writers = 7;
const messages = 500;

/** Seven writers and one reader on one pipe. */
const program: Program = function* (): Generator<Call, void, unknown> {
  const [readEnd, writeEnd] = yield* pipe();
  for (let writer = 0; writer < writers; writer += 1) {
    if ((yield* fork()) !== 0) continue;
    for (let message = 0; message < messages; message += 1) yield* write(writeEnd, "0123456789abcdef");
    yield* exit(0);
  }
  yield* close(writeEnd);
  while ((yield* read(readEnd, 16)).length > 0);
  for (let writer = 0; writer < writers; writer += 1) yield* wait();
};

const quantum = 4;
const events = 1_000_000;
/** Of the policies one of each kind: a queue, a heap, levels, a tree. */
const policies: Readonly<Record<string, () => Policy>> = {
  rr: () => roundRobin({ quantum }),
  srtn: () => srtn(),
  mlfq: () => mlfq({ quantum, boost: 10_000 }),
  fair: () => fair({ quantum }),
};
const sizes: readonly (readonly [processes: number, target: number])[] = [
  [8, 5_000_000],
  [1_000, 2_000_000],
];

export function benchSimulator(): BenchResult[] {
  const kernel = Math.round(measureRate(() => simulate(program).trace.events.length));
  return [
    { name: "simulated kernel, 8 processes, with trace", value: kernel, unit: "events/s" },
    ...sizes.flatMap(([processes, target]) => benchWorkloads(processes, target)),
    ...benchStepBack(),
  ];
}

/** Every policy with a trace, side by side with a loop that does round robin and nothing else. */
function benchWorkloads(processes: number, target: number): BenchResult[] {
  const ticks = Math.ceil((events * quantum) / (2 * processes));
  const plain = Math.round(measureRate(() => runPlainly(processes, ticks).length));
  return Object.entries(policies).map(([name, create]) => {
    const jobs = name === "srtn" ? drawJobs(processes) : createJobs(processes, ticks);
    const value = Math.round(measureRate(() => runWorkload(jobs, create()).events));
    return {
      name: `${name}, ${processes} processes, with trace`,
      value,
      unit: "events/s",
      baseline: { name: "a plain loop: an array as the queue, an object and a sentence for each event", value: plain },
      ratio: Math.round((100 * value) / plain) / 100,
      target: `at least ${target} events/s`,
      ok: value >= target,
    };
  });
}

/** Jobs that take turns to their end. */
export const createJobs = (processes: number, ticks: number): Job[] =>
  Array.from({ length: processes }, (_, id) => ({ id, bursts: [ticks] }));

/** Jobs with short bursts, so that who comes back takes the CPU again and again. */
function drawJobs(processes: number): Job[] {
  const next = createRandom(1);
  const pairs = Math.min(5_000, Math.ceil(events / (4 * processes)));
  return Array.from({ length: processes }, (_, id) => ({
    id,
    bursts: [1, ...Array.from({ length: pairs }, () => [1 + next(4 * processes), 1 + next(9)]).flat()],
  }));
}

function runPlainly(count: number, ticks: number): TraceEvent[] {
  const trace: TraceEvent[] = [];
  const queue = Array.from({ length: count }, (_, pid) => ({ pid, left: ticks }));
  for (let at = 0, next = queue.shift(); next; next = queue.shift()) {
    trace.push({ at, cpu: 0, kind: "run", pid: next.pid, why: `first of ${queue.length + 1} in the queue` });
    const ran = Math.min(quantum, next.left);
    at += ran;
    next.left -= ran;
    if (next.left === 0) trace.push({ at, cpu: 0, kind: "exit", pid: next.pid, exitStatus: 0, termSignal: null });
    else {
      trace.push({
        at,
        cpu: 0,
        kind: "preempt",
        pid: next.pid,
        why: `P${next.pid} preempted: quantum ${quantum} used`,
      });
      queue.push(next);
    }
  }
  return trace;
}

/** Per second: the best of some runs, after one to warm up: whatever else the machine does makes them slower, and never faster. */
function measureRate(run: () => number): number {
  const rates = Array.from({ length: 6 }, () => {
    const start = performance.now();
    return run() / ((performance.now() - start) / 1_000);
  });
  return Math.max(...rates.slice(1));
}
