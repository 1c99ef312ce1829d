/**
 * For tests: programs in the instruction form of the exploration oracles, as threads (tests/oracles/exploration/README.md). Added to
 * that form: `until x value`, `sleep`, `wakeup thread keep`, the operator `mod`.
 */
import type { Call } from "../../schema/call.ts";
import {
  cas,
  fence,
  fetch_add,
  load,
  pthread_mutex_lock,
  pthread_mutex_unlock,
  sem_init,
  sem_post,
  sem_wait,
  shared,
  sleep,
  store,
  until,
  wakeup,
  xchg,
} from "../../schema/calls/synchronisation.ts";
import type { Result } from "../kernel/core.ts";
import { pidOf, type Thread } from "./testing.ts";

type Operand = string | number | readonly [operator: string, left: Operand, right: Operand];
export type Instruction = readonly [name: string, ...operands: (Operand | readonly Operand[])[]];
export interface InstructionProgram {
  readonly mem: Readonly<Record<string, number>>;
  readonly threads: readonly (readonly Instruction[])[];
  readonly showMem?: boolean;
}

type Registers = Readonly<Record<string, number>>;

const operators: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  eq: (a, b) => Number(a === b),
  ne: (a, b) => Number(a !== b),
  lt: (a, b) => Number(a < b),
  le: (a, b) => Number(a <= b),
  gt: (a, b) => Number(a > b),
  ge: (a, b) => Number(a >= b),
  mod: (a, b) => a % b,
  and: (a, b) => Number(a !== 0 && b !== 0),
  or: (a, b) => Number(a !== 0 || b !== 0),
};

function evaluate(operand: unknown, registers: Registers): number {
  if (typeof operand === "number") return operand;
  if (typeof operand === "string") return registers[operand] ?? 0;
  const [operator, left, right] = operand as readonly [string, Operand, Operand];
  const apply = operators[operator];
  if (!apply) throw new RangeError(`no operator ${operator}`);
  return apply(evaluate(left, registers), evaluate(right, registers));
}

/** Threads that run the same code are alike. */
const programs = new Map<readonly Instruction[], number>();

/** One thread of a program; a failed `assert` or `check` is remembered, and the execution goes on. */
export function instructionThread(code: readonly Instruction[]): Thread {
  const labels = new Map(code.flatMap(([name, label], index) => (name === "label" ? [[String(label), index]] : [])));
  const program = programs.get(code) ?? programs.size;
  programs.set(code, program);
  const labelOf = (label: unknown): number => labels.get(String(label)) ?? code.length;

  function goTo(start: number, start_: Registers, failed: boolean): Thread {
    let at = start;
    let registers = start_;
    let isFailed = failed;
    for (let turns = 0; turns < 1_000; turns += 1) {
      const instruction = code[at];
      if (!instruction || instruction[0] === "halt") return ended(registers, isFailed);
      const [name, first, second, third] = instruction;
      const value = (operand: unknown) => evaluate(operand, registers);
      const call = toCall(instruction, value);
      if (call) return atCall(call, at, registers, isFailed);
      at += 1;
      if (name === "set") registers = withRegister(registers, String(first), value(second));
      else if (name === "jmp") at = labelOf(first);
      else if (name === "jz") at = value(first) === 0 ? labelOf(second) : at;
      else if (name === "jnz") at = value(first) !== 0 ? labelOf(second) : at;
      else if (name === "jne") at = value(first) !== value(second) ? labelOf(third) : at;
      else if (name === "assert") isFailed ||= value(first) === 0;
      else if (name === "check") isFailed ||= value(first) !== value(second);
      else if (name !== "label") throw new RangeError(`no instruction ${name}`);
    }
    throw new RangeError("a loop without a shared access");
  }

  function atCall(call: Call, at: number, registers: Registers, failed: boolean): Thread {
    const state = JSON.stringify({ program, at, registers: sort(registers), failed });
    return remember({
      call,
      state,
      resume: (result) => goTo(at + 1, keepResult(code[at], result, registers), failed),
    });
  }

  const ended = (registers: Registers, failed: boolean): Thread => ({
    call: null,
    state: JSON.stringify({ program, at: "end", registers: sort(registers), failed }),
    resume: () => {
      throw new Error("the thread has ended");
    },
  });
  return goTo(0, {}, false);
}

/** The same thread, which goes on with the same result as the same thread again: few are made, and many searches meet them. */
function remember(thread: Thread): Thread {
  const next = new Map<string, Thread>();
  return {
    ...thread,
    resume(result) {
      const key = result.kind === "return" ? String(result.value) : result.kind;
      const found = next.get(key) ?? thread.resume(result);
      next.set(key, found);
      return found;
    },
  };
}

const withRegister = (registers: Registers, name: string, value: number): Registers => ({
  ...registers,
  [name]: value,
});

const sort = (registers: Registers): Registers => Object.fromEntries(Object.entries(registers).toSorted());

function toCall([name, first, second, third, fourth]: Instruction, value: (operand: unknown) => number): Call | null {
  // `["a", "i"]` is the word a3 where register i is 3.
  const place = (operand: unknown) =>
    Array.isArray(operand) ? `${String(operand[0])}${value(operand[1])}` : String(operand);
  switch (name) {
    case "load":
      return load(place(second));
    case "store":
      return store(place(first), value(second));
    case "xchg":
      return xchg(place(second), value(third));
    case "faa":
      return fetch_add(place(second), value(third));
    case "cas":
      return cas(place(second), value(third), value(fourth));
    case "fence":
      return fence();
    case "lock":
      return pthread_mutex_lock(String(first));
    case "unlock":
      return pthread_mutex_unlock(String(first));
    case "down":
      return sem_wait(String(first));
    case "up":
      return sem_post(String(first));
    case "until":
      return until(place(first), "==", value(second));
    case "sleep":
      return sleep();
    case "wakeup":
      return wakeup(pidOf(value(first)), { keep: value(second) === 1 });
    default:
      return null;
  }
}

/** `cas` leaves in its register whether it stored. */
function keepResult(instruction: Instruction | undefined, result: Result, registers: Registers): Registers {
  const [name, register, , expected] = instruction ?? [""];
  if (result.kind !== "return" || !["load", "xchg", "faa", "cas"].includes(String(name))) return registers;
  const old = result.value as number;
  return { ...registers, [String(register)]: name === "cas" ? Number(old === evaluate(expected, registers)) : old };
}

/** The initial memory: words, and semaphores where the program has `down` or `up` on a name. */
export function listInitialCalls({ mem, threads }: InstructionProgram): Call[] {
  const named = (...names: readonly string[]) =>
    new Set(threads.flat().flatMap(([name, first]) => (names.includes(name) ? [String(first)] : [])));
  const semaphores = named("down", "up");
  const mutexes = named("lock", "unlock");
  const words = Object.entries(mem).filter(([name]) => !semaphores.has(name) && !mutexes.has(name));
  return [shared(Object.fromEntries(words)), ...[...semaphores].map((name) => sem_init(name, mem[name] ?? 0))];
}

/** What a thread's state holds, for outcomes. */
export function inspect({ state }: Thread): Inspected {
  const found = inspected.get(state) ?? (JSON.parse(state) as Inspected);
  inspected.set(state, found);
  return found;
}
interface Inspected {
  readonly registers: Registers;
  readonly failed: boolean;
}
const inspected = new Map<string, Inspected>();
