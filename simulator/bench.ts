/** How fast the simulated kernel is: `ring3 bench simulator`. */
import { close, exit, fork, pipe, read, wait, write, type Call, type Program } from "../schema/call.ts";
import type { BenchResult } from "../schema/command.ts";
import { simulate } from "./simulate.ts";

const workers = 7;
const messages = 500;

/** Seven writers and one reader on one pipe. */
const workload: Program = function* (): Generator<Call, void, unknown> {
  const [readEnd, writeEnd] = yield* pipe();
  for (let worker = 0; worker < workers; worker += 1) {
    if ((yield* fork()) !== 0) continue;
    for (let message = 0; message < messages; message += 1) yield* write(writeEnd, "0123456789abcdef");
    yield* exit(0);
  }
  yield* close(writeEnd);
  while ((yield* read(readEnd, 16)).length > 0);
  for (let worker = 0; worker < workers; worker += 1) yield* wait();
};

/** The best of some runs, after one to warm up. */
export function benchSimulator(): BenchResult[] {
  const rates = Array.from({ length: 6 }, () => {
    const start = performance.now();
    const { trace } = simulate(workload);
    return trace.events.length / ((performance.now() - start) / 1_000);
  });
  return [
    {
      name: "simulated kernel, 8 processes, with trace",
      value: Math.round(Math.max(...rates.slice(1))),
      unit: "events/s",
    },
  ];
}
