/** An assembly run as a table: who ran which instruction, and what was in registers and variables then. */
import type { View } from "../../schema/view.ts";
import type { Register } from "./instructions.ts";
import type { AssemblyRun } from "./run.ts";

export interface ListingOptions {
  readonly title?: string;
  /** Registers of the thread that ran, after its instruction. */
  readonly registers?: readonly Register[];
  /** Variables after each instruction; of several words the first. Default: all. */
  readonly variables?: readonly string[];
}

/** Most rows of a table. */
const MAX_ROWS = 2_000;

/** One row per instruction, one column per thread. Of a long run it shows the beginning, and says so. */
export function showListing(run: AssemblyRun, options: ListingOptions = {}): Extract<View, { view: "table" }> {
  const { assembly, trace } = run;
  const { registers = [], variables = Object.keys(assembly.variables) } = options;
  const addresses = variables.map((name) => findAddress(run, name));
  const threads = Math.max(0, ...trace.map(({ thread }) => thread)) + 1;
  const memory = new Map<number, number>();
  const rows = trace.slice(0, MAX_ROWS).map(({ thread, pc, registers: values, stores }) => {
    for (const [address, value] of stores) memory.set(address, value);
    const ran = `${pc} ${assembly.instructions[pc - assembly.start]?.text}`;
    const words: (number | string | null)[] = addresses.map((address) => memory.get(address) ?? 0);
    return words.concat(
      registers.map((name) => values[name]),
      Array.from({ length: threads }, (_, column) => (column === thread ? ran : null)),
    );
  });
  const cut = trace.length > MAX_ROWS ? `the first ${MAX_ROWS} of ${trace.length} instructions` : null;
  const limit = run.ending === "limit" ? `stopped after ${trace.length} instructions` : null;
  const title = [options.title, cut, limit].filter((part) => part).join(" · ");
  const columns = [
    ...variables,
    ...registers.map((name) => `%${name}`),
    ...Array.from({ length: threads }, (_, thread) => `thread ${thread}`),
  ];
  return { view: "table", ...(title === "" ? {} : { title }), columns, rows };
}

function findAddress({ assembly }: AssemblyRun, name: string): number {
  const variable = Object.hasOwn(assembly.variables, name) ? assembly.variables[name] : undefined;
  if (!variable) throw new RangeError(`showListing: the program has no variable ${name}`);
  return variable.address;
}
