/** An assembly thread as a portable program: its loads and stores become calls, so that the explorer can take it apart. */
import type { Call } from "../../schema/call.ts";
import { fetch_add, load, store, xchg } from "../synchronisation/memory-calls.ts";
import type { Assembly, Instruction } from "./assemble.ts";
import { addressOf, type Processor, type Registers } from "./instructions.ts";
import { fetchInstruction, isOnStack, perform, startThread } from "./thread.ts";

/**
 * The program of thread number `thread`. A variable is the shared word of its name, `list[2]` in a variable of several words, any other
 * address `memory[120]`; the thread's own stack stays its own. It ends at `halt`; `yield` does nothing, since the driver chooses.
 */
export function programOf(
  assembly: Assembly,
  { thread = 0, registers = {} }: { readonly thread?: number; readonly registers?: Partial<Registers> } = {},
): () => Generator<Call, void, unknown> {
  return function* () {
    const stack = new Map<number, number>();
    let state = startThread(assembly, thread, registers);
    while (!state.isDone) {
      const instruction = fetchInstruction(assembly, state.pc, thread);
      const stores: [number, number][] = [];
      const loaded = yield* loadOperand(state.registers, instruction);
      const processor: Processor = {
        registers: state.registers,
        pc: state.pc + 1,
        comparison: state.comparison,
        load: (address) => (isOnStack(address, thread) ? (stack.get(address) ?? 0) : loaded),
        store(address, value) {
          if (isOnStack(address, thread)) stack.set(address, value);
          else stores.push([address, value]);
        },
      };
      const isDone = perform(processor, instruction, thread) === "halt";
      if (!isLocked(instruction))
        for (const [address, value] of stores) yield* store(nameWord(assembly, address), value);
      state = { registers: processor.registers, pc: processor.pc, comparison: processor.comparison, isDone };
    }
  };

  /** What the instruction finds in memory; a locked one has changed it then. */
  function* loadOperand(current: Registers, instruction: Instruction): Generator<Call, number, unknown> {
    const [first, second] = instruction.operands;
    const locked = isLocked(instruction);
    const memory = locked ? second : first;
    if (memory?.kind !== "memory" || (!locked && instruction.opcode !== "mov")) return 0;
    const address = addressOf({ registers: current }, memory);
    if (isOnStack(address, thread)) return 0;
    const word = nameWord(assembly, address);
    if (!locked || first?.kind !== "register") return yield* load(word);
    return yield* (locked === "xchg" ? xchg : fetch_add)(word, current[first.register]);
  }
}

const isLocked = ({ opcode }: Instruction): "xchg" | "fetchadd" | null =>
  opcode === "xchg" || opcode === "fetchadd" ? opcode : null;

function nameWord({ variables }: Assembly, address: number): string {
  for (const [name, { address: start, words }] of Object.entries(variables)) {
    const index = (address - start) / 4;
    if (Number.isInteger(index) && index >= 0 && index < words) return words === 1 ? name : `${name}[${index}]`;
  }
  return `memory[${address}]`;
}
