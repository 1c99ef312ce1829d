/**
 * The instructions of OSTEP's little x86 machine (Operating Systems: Three Easy Pieces, "Interlude: Threads" and "Locks"), as data: what
 * operands each takes and what it does. The source comes first, the destination last. A word has an address of its own; addresses
 * of variables go up by 4 as if a byte had. Numbers do not wrap around.
 */

export const registerNames = ["zero", "ax", "bx", "cx", "dx", "ex", "fx", "sp", "bp"] as const;
export type Register = (typeof registerNames)[number];
export type Registers = Readonly<Record<Register, number>>;

/** `$5`, `%ax`, `8(%bx,%cx,4)` or the name of a variable, `.label`. */
export type Operand =
  | { readonly kind: "immediate"; readonly value: number }
  | { readonly kind: "register"; readonly register: Register }
  | {
      readonly kind: "memory";
      readonly base: number;
      readonly registers: readonly [Register, Register];
      readonly scale: number;
    }
  | { readonly kind: "label"; readonly name: string; readonly target: number };

/** What a thread works on while it runs. */
export interface Processor {
  registers: Registers;
  /** The address of the next instruction. */
  pc: number;
  /** Destination minus source of the last `test`; null before the first, when no condition holds. */
  comparison: number | null;
  readonly load: (address: number) => number;
  readonly store: (address: number, value: number) => void;
}

export interface InstructionModel {
  /** What operands it takes: each a list of kinds. */
  readonly forms: readonly (readonly Operand["kind"][])[];
  readonly execute: (processor: Processor, ...operands: readonly Operand[]) => "halt" | "yield" | void;
}

/** Where a memory operand leads now. */
export const addressOf = ({ registers }: Pick<Processor, "registers">, operand: Operand): number =>
  operand.kind === "memory"
    ? operand.base + registers[operand.registers[0]] + registers[operand.registers[1]] * operand.scale
    : 0;

function get(processor: Processor, operand: Operand): number {
  if (operand.kind === "immediate") return operand.value;
  if (operand.kind === "register") return processor.registers[operand.register];
  return operand.kind === "label" ? operand.target : processor.load(addressOf(processor, operand));
}

function set(processor: Processor, operand: Operand, value: number): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`the result ${value} is too large for this machine`);
  if (operand.kind === "register") processor.registers = { ...processor.registers, [operand.register]: value };
  else processor.store(addressOf(processor, operand), value);
}

const stackPointer: Operand = { kind: "register", register: "sp" };
const stackTop: Operand = { kind: "memory", base: 0, registers: ["sp", "zero"], scale: 1 };

function push(processor: Processor, value: number): void {
  set(processor, stackPointer, processor.registers.sp - 4);
  set(processor, stackTop, value);
}

function pop(processor: Processor): number {
  const value = get(processor, stackTop);
  set(processor, stackPointer, processor.registers.sp + 4);
  return value;
}

const toRegister: InstructionModel["forms"] = [
  ["immediate", "register"],
  ["register", "register"],
];

const arithmetic = (compute: (destination: number, source: number) => number): InstructionModel => ({
  forms: toRegister,
  execute(processor, source, destination) {
    if (source && destination)
      set(processor, destination, compute(get(processor, destination), get(processor, source)));
  },
});

const increment = (by: number): InstructionModel => ({
  forms: [["register"]],
  execute(processor, register) {
    if (register) set(processor, register, get(processor, register) + by);
  },
});

const jump = (holds: (comparison: number | null) => boolean): InstructionModel => ({
  forms: [["label"]],
  execute(processor, label) {
    if (label && holds(processor.comparison)) processor.pc = get(processor, label);
  },
});

/** Reads memory and changes it in one instruction; the register has the old value then. */
const atomic = (compute: (memory: number, register: number) => number): InstructionModel => ({
  forms: [["register", "memory"]],
  execute(processor, register, memory) {
    if (!register || !memory) return;
    const old = get(processor, memory);
    set(processor, memory, compute(old, get(processor, register)));
    set(processor, register, old);
  },
});

export const instructionSet: Readonly<Record<string, InstructionModel>> = {
  mov: {
    forms: [...toRegister, ["memory", "register"], ["register", "memory"], ["immediate", "memory"]],
    execute(processor, source, destination) {
      if (source && destination) set(processor, destination, get(processor, source));
    },
  },
  lea: {
    forms: [["memory", "register"]],
    execute(processor, memory, register) {
      if (memory && register) set(processor, register, addressOf(processor, memory));
    },
  },
  add: arithmetic((destination, source) => destination + source),
  sub: arithmetic((destination, source) => destination - source),
  mul: arithmetic((destination, source) => destination * source),
  neg: {
    forms: [["register"]],
    execute(processor, register) {
      // 0 minus it, so that there is no -0.
      if (register) set(processor, register, 0 - get(processor, register));
    },
  },
  inc: increment(1),
  dec: increment(-1),
  test: {
    forms: [...toRegister, ["register", "immediate"]],
    execute(processor, source, destination) {
      if (source && destination) processor.comparison = get(processor, destination) - get(processor, source);
    },
  },
  j: jump(() => true),
  je: jump((comparison) => comparison === 0),
  jne: jump((comparison) => comparison !== null && comparison !== 0),
  jlt: jump((comparison) => comparison !== null && comparison < 0),
  jlte: jump((comparison) => comparison !== null && comparison <= 0),
  jgt: jump((comparison) => comparison !== null && comparison > 0),
  jgte: jump((comparison) => comparison !== null && comparison >= 0),
  push: {
    forms: [["register"], ["memory"]],
    // Of memory the book's machine pushes the address, as a C program would `&x`.
    execute(processor, operand) {
      if (operand) push(processor, operand.kind === "memory" ? addressOf(processor, operand) : get(processor, operand));
    },
  },
  pop: {
    forms: [[], ["register"]],
    execute(processor, register) {
      const value = pop(processor);
      if (register) set(processor, register, value);
    },
  },
  call: {
    forms: [["label"]],
    execute(processor, label) {
      push(processor, processor.pc);
      if (label) processor.pc = get(processor, label);
    },
  },
  ret: {
    forms: [[]],
    execute(processor) {
      processor.pc = pop(processor);
    },
  },
  xchg: atomic((_memory, register) => register),
  fetchadd: atomic((memory, register) => memory + register),
  yield: { forms: [[]], execute: () => "yield" },
  halt: { forms: [[]], execute: () => "halt" },
  nop: { forms: [[]], execute: () => undefined },
};
