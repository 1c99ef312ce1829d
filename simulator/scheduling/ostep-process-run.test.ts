/** OSTEP's process-run.py (ch. 4): every process in every tick, with its ways to switch and to go on after I/O as a policy. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import type { Trace } from "../../schema/trace.ts";
import { foldStates } from "../folds/states.ts";
import { because, type Policy, type Task } from "./policy.ts";
import { runChecked } from "./testing.ts";

type Instruction = "cpu" | "io" | "io_done";
type Row = readonly [tick: number, states: readonly string[], inFlight: number];
interface ProcessRunCase {
  readonly id: string;
  readonly input: {
    readonly programs: readonly (readonly Instruction[])[];
    readonly switch: "SWITCH_ON_IO" | "SWITCH_ON_END";
    readonly ioDone: "IO_RUN_LATER" | "IO_RUN_IMMEDIATE";
    readonly ioLength: number;
  };
  readonly expect: {
    readonly rows: readonly Row[];
    readonly total: number;
    readonly cpuBusy: number;
    readonly ioBusy: number;
  };
}
const file = new URL("../../tests/oracles/ostep/process-run.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { readonly cases: readonly ProcessRunCase[] };

interface Processes {
  readonly ready: readonly Task[];
  /** Who has the CPU, or had it last. */
  readonly current: number;
  /** It waits, and keeps the CPU. */
  readonly isHeld: boolean;
  /** Whose I/O has just been done, and who goes on at once. */
  readonly next: number | null;
}

const processRun = (input: ProcessRunCase["input"]): Policy<Processes> => ({
  name: `${input.switch}, ${input.ioDone}`,
  init: () => ({ ready: [], current: 0, isHeld: false, next: null }),
  admit: (queue, task, why) => ({
    ...queue,
    ready: [...queue.ready, task],
    next: why === "woken" && input.ioDone === "IO_RUN_IMMEDIATE" ? task.pid : queue.next,
  }),
  pick(queue) {
    const { ready, current, isHeld, next } = queue;
    const inTurn = ready.toSorted((a, b) => Number(a.pid <= current) - Number(b.pid <= current) || a.pid - b.pid);
    const wanted = isHeld ? current : next;
    const task = wanted === null ? inTurn[0] : ready.find(({ pid }) => pid === wanted);
    if (!task) return null;
    const left = { ready: ready.filter((one) => one !== task), current: task.pid, isHeld: false, next: null };
    return { queue: left, task, quantum: Infinity, why: "the next in turn" };
  },
  preempts: (queue, _, ready) => (queue.next === ready.pid ? because`the I/O of ${ready.name} is done` : null),
  release: (queue, _, why) => ({ ...queue, isHeld: why === "blocked" && input.switch === "SWITCH_ON_END" }),
});

/** Each instruction takes a tick of the CPU; after `io` the process waits. */
const toBursts = (program: readonly Instruction[], ioLength: number): number[] =>
  program.reduce<number[]>(
    (bursts, instruction) => {
      const ran = [...bursts.slice(0, -1), bursts.at(-1)! + 1];
      return instruction === "io" ? [...ran, ioLength, 0] : ran;
    },
    [0],
  );

/** The table that process-run.py prints. */
function printRows(trace: Trace, programs: readonly (readonly Instruction[])[]): Row[] {
  const intervals = foldStates(trace);
  const end = trace.events.at(-1)!.at;
  const done = programs.map(() => 0);
  return Array.from({ length: end }, (_, now) => {
    const states = programs.map((program, index) => {
      const { state } = intervals.find(
        ({ pid, from, to }) => pid === index + 1 && from <= now && now < (to ?? Infinity),
      )!;
      return state === "running" ? `RUN:${program[done[index]!++]}` : (names[state] ?? state);
    });
    return [now + 1, states, states.filter((state) => state === "BLOCKED").length];
  });
}
const names: Readonly<Record<string, string>> = { ready: "READY", blocked: "BLOCKED", zombie: "DONE" };

for (const { id, input, expect } of cases) {
  test(`${id}: every process is in the state of OSTEP's table in every tick`, () => {
    const jobs = input.programs.map((program, index) => ({ id: index, bursts: toBursts(program, input.ioLength) }));
    const { trace } = runChecked(jobs, processRun(input), { idles: true });
    const rows = printRows(trace, input.programs);
    assert.deepEqual(rows, expect.rows);
    assert.equal(rows.length, expect.total);
    assert.equal(rows.filter(([, states]) => states.some((state) => state.startsWith("RUN"))).length, expect.cpuBusy);
    assert.equal(rows.filter(([, , inFlight]) => inFlight > 0).length, expect.ioBusy);
  });
}
