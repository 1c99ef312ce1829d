/** Running an assembly program: threads that share one memory, and interrupts that switch between them. */
import { drawFraction, seedTwister } from "../scheduling/random.ts";
import type { Assembly } from "./assemble.ts";
import type { Processor, Registers } from "./instructions.ts";
import { fetchInstruction, perform, startThread } from "./thread.ts";

export interface AssemblyOptions {
  /** How many threads run the program, from 1 to 20; default 2. */
  readonly threads?: number;
  /** After how many instructions, of all threads together, the next thread runs; default 50. */
  readonly interruptEvery?: number;
  /** Draw each of these distances by chance, from 1 to `interruptEvery`. */
  readonly randomInterrupts?: boolean;
  /** For the draws, which are those of CPython's `random`; default 0. */
  readonly seed?: number;
  /** Which thread runs each instruction (`0011`), over and over, passing those that have halted; instead of interrupts. */
  readonly schedule?: string;
  /** Registers at the start, of each thread or of all: `[{ bx: 0 }, { bx: 1 }]`. Others are 0; `sp` is the thread's own stack. */
  readonly registers?: readonly Partial<Registers>[];
  /** Most instructions; default 100 000. */
  readonly limit?: number;
}

export interface AssemblyStep {
  readonly thread: number;
  readonly pc: number;
  /** The thread's registers after it. */
  readonly registers: Registers;
  /** What it stored, in order. */
  readonly stores: readonly (readonly [address: number, value: number])[];
}

export interface AssemblyRun {
  readonly assembly: Assembly;
  /** Each variable at the end; one of several words is a list. */
  readonly finals: Readonly<Record<string, number | readonly number[]>>;
  /** Who ran, and how many instructions in a row. */
  readonly schedule: readonly (readonly [thread: number, instructions: number])[];
  readonly trace: readonly AssemblyStep[];
  /** `ended`: every thread has halted. */
  readonly ending: "ended" | "limit";
}

/** As the book's machine has it: 128 KB. */
const MEMORY_END = 131_072;
const MAX_THREADS = 20;
const MAX_LIMIT = 1_000_000;

/**
 * Runs a program until every thread has halted. The same program and options give the same run.
 * @throws RangeError for an option that makes no sense; ExecutionError where an instruction cannot be performed.
 */
export function runAssembly(assembly: Assembly, options: AssemblyOptions = {}): AssemblyRun {
  const {
    threads: count = 2,
    interruptEvery = 50,
    randomInterrupts = false,
    seed = 0,
    schedule = "",
    limit = 100_000,
  } = options;
  checkWhole("threads", count, MAX_THREADS);
  checkWhole("interruptEvery", interruptEvery, MAX_LIMIT);
  checkWhole("limit", limit, MAX_LIMIT);
  const order = schedule === "" ? Array.from({ length: count }, (_, thread) => thread) : readSchedule(schedule, count);
  const threads = Array.from({ length: count }, (_, thread) =>
    startThread(assembly, thread, findRegisters(options, thread)),
  );
  const memory = new Map<number, number>();
  const trace: AssemblyStep[] = [];
  let twister = seedTwister(seed);
  let turn = 0;
  let untilInterrupt = drawDistance();

  while (threads.some(({ isDone }) => !isDone) && trace.length < limit) {
    const thread = order[turn] ?? 0;
    const signal = takeStep(thread);
    if (signal === "halt") passTurn();
    untilInterrupt -= 1;
    if (untilInterrupt > 0 && signal !== "yield") continue;
    untilInterrupt = drawDistance();
    passTurn();
  }
  const ending = threads.every(({ isDone }) => isDone) ? "ended" : "limit";
  return { assembly, finals: readVariables(assembly, memory), schedule: foldSchedule(trace), trace, ending };

  function drawDistance(): number {
    if (schedule !== "") return 1;
    if (!randomInterrupts) return interruptEvery;
    const [fraction, next] = drawFraction(twister);
    twister = next;
    return Math.floor(fraction * interruptEvery) + 1;
  }

  /** The next in the order that has not halted. */
  function passTurn(): void {
    for (let passed = 0; passed < order.length; passed += 1) {
      turn = (turn + 1) % order.length;
      if (!threads[order[turn] ?? 0]?.isDone) return;
    }
  }

  function takeStep(id: number): "halt" | "yield" | void {
    const thread = threads[id];
    if (!thread) throw new RangeError(`there is no thread ${id}`);
    const instruction = fetchInstruction(assembly, thread.pc, id);
    const { registers, pc, comparison } = thread;
    const stores: [number, number][] = [];
    const processor: Processor = {
      registers,
      pc: pc + 1,
      comparison,
      load: (address) => memory.get(checkAddress(address, assembly)) ?? 0,
      store(address, value) {
        memory.set(checkAddress(address, assembly), value);
        stores.push([address, value]);
      },
    };
    const signal = perform(processor, instruction, id);
    threads[id] = {
      registers: processor.registers,
      pc: processor.pc,
      comparison: processor.comparison,
      isDone: signal === "halt",
    };
    trace.push({ thread: id, pc, registers: processor.registers, stores });
    return signal;
  }
}

function checkAddress(address: number, { start, instructions }: Assembly): number {
  if (!(address >= 0 && address < MEMORY_END))
    throw new RangeError(`there is no address ${address}, only 0 to ${MEMORY_END - 1}`);
  if (address >= start && address < start + instructions.length) throw new RangeError(`at address ${address} is code`);
  return address;
}

function checkWhole(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new RangeError(`runAssembly: ${name} must be a whole number from 1 to ${most}, not ${value}`);
}

function readSchedule(schedule: string, count: number): number[] {
  const order = schedule.split("").map(Number);
  const bad = order.find((thread) => !Number.isInteger(thread) || thread >= count);
  if (bad !== undefined) throw new RangeError(`runAssembly: the schedule ${schedule} names a thread that there is not`);
  const left = Array.from({ length: count }, (_, thread) => thread).find((thread) => !order.includes(thread));
  if (left !== undefined) throw new RangeError(`runAssembly: the schedule ${schedule} never runs thread ${left}`);
  return order;
}

/** The registers that a thread begins with, which are its own or those of all. */
function findRegisters({ registers = [], threads = 2 }: AssemblyOptions, thread: number): Partial<Registers> {
  if (registers.length > 1 && registers.length !== threads) {
    throw new RangeError(
      `runAssembly: registers for each of ${threads} threads, or one for all, not ${registers.length}`,
    );
  }
  return (registers.length === 1 ? registers[0] : registers[thread]) ?? {};
}

function readVariables({ variables }: Assembly, memory: ReadonlyMap<number, number>): AssemblyRun["finals"] {
  return Object.fromEntries(
    Object.entries(variables).map(([name, { address, words }]) => {
      const values = Array.from({ length: words }, (_, word) => memory.get(address + 4 * word) ?? 0);
      return [name, words === 1 ? (values[0] ?? 0) : values];
    }),
  );
}

function foldSchedule(trace: readonly AssemblyStep[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const { thread } of trace) {
    const last = runs.at(-1);
    if (last?.[0] === thread) last[1] += 1;
    else runs.push([thread, 1]);
  }
  return runs;
}
