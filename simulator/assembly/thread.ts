/** One thread of an assembly program: how it begins, and how it performs one instruction. */
import type { Assembly, Instruction } from "./assemble.ts";
import { instructionSet, registerNames, type Processor, type Register, type Registers } from "./instructions.ts";

/** The stacks are 1000 below each other from 128 000 on, as the book's machine has them. */
const STACK_TOP = 128_000;
const STACK_SIZE = 1_000;

/** Whether an address is on the stack of this thread. */
export const isOnStack = (address: number, thread: number): boolean =>
  address < STACK_TOP - STACK_SIZE * thread && address >= STACK_TOP - STACK_SIZE * (thread + 1);

/** An instruction that cannot be performed: which, of which thread, and where it is written. */
export class ExecutionError extends RangeError {
  override readonly name = "ExecutionError";
  readonly thread: number;
  readonly line: number;
  constructor(message: string, thread: number, instruction: Instruction) {
    super(`thread ${thread}, line ${instruction.line} (${instruction.text}): ${message}`);
    this.thread = thread;
    this.line = instruction.line;
  }
}

export interface Thread {
  readonly registers: Registers;
  readonly pc: number;
  readonly comparison: number | null;
  readonly isDone: boolean;
}

/**
 * A thread before its first instruction: registers are 0 or as given, the stack pointer is its own.
 * @throws RangeError: there is no such register, or its value is no whole number.
 */
export function startThread(assembly: Assembly, thread: number, given: Partial<Registers>): Thread {
  for (const [name, value] of Object.entries(given)) {
    if (!registerNames.includes(name as Register) || !Number.isSafeInteger(value))
      throw new RangeError(`runAssembly: ${name}=${value} must be a register and a whole number`);
  }
  const zeros = Object.fromEntries(registerNames.map((name) => [name, 0])) as Registers;
  return {
    registers: { ...zeros, ...given, sp: STACK_TOP - STACK_SIZE * thread },
    pc: assembly.start,
    comparison: null,
    isDone: false,
  };
}

/** @throws ExecutionError: no instruction is there. */
export function fetchInstruction({ instructions, start }: Assembly, pc: number, thread: number): Instruction {
  const instruction = instructions[pc - start];
  if (instruction) return instruction;
  const last = instructions.at(-1) ?? { opcode: "", operands: [], text: "an empty program", line: 1 };
  throw new ExecutionError(`the program goes on at ${pc}, where no instruction is; end it with halt`, thread, last);
}

/** @throws ExecutionError: it cannot be performed. */
export function perform(processor: Processor, instruction: Instruction, thread: number): "halt" | "yield" | void {
  try {
    return instructionSet[instruction.opcode]?.execute(processor, ...instruction.operands);
  } catch (error) {
    throw error instanceof RangeError ? new ExecutionError(error.message, thread, instruction) : error;
  }
}
