/**
 * OSTEP's little x86 machine: `ring3/assembly`.
 *
 * ```ts
 * const run = runAssembly(assemble(".var count\nmov count, %ax\nadd $1, %ax\nmov %ax, count\nhalt"), { interruptEvery: 2 });
 * display(showListing(run, { registers: ["ax"] }));
 * ```
 */
export { assemble, AssemblyError, type Assembly, type Instruction, type Variable } from "./assemble.ts";
export type { Operand, Register, Registers } from "./instructions.ts";
export { showListing, type ListingOptions } from "./listing.ts";
export { programOf } from "./program.ts";
export { runAssembly, type AssemblyOptions, type AssemblyRun, type AssemblyStep } from "./run.ts";
export { ExecutionError } from "./thread.ts";
