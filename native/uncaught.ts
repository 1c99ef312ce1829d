/** What a process that an uncaught error ends says of it. */
import { inspect } from "node:util";

/** Where a stack leaves the program: the driver of portable programs, and Node's own beginning. */
const beginning = /^ +at .*(\/native\/drive\.[jt]s:|\(?node:internal\/)/;
/** How a portable program's calls get to the kernel. */
const plumbing = /^ +at .*(\/schema\/call\.[jt]s:|\(<anonymous>\)$)/;

/** The error and those lines of its stack that are the program's own. */
export function describeUncaught(error: unknown): string {
  if (!(error instanceof Error) || typeof error.stack !== "string") return `Uncaught ${inspect(error)}`;
  const lines = error.stack.split("\n");
  const end = lines.findIndex((line) => beginning.test(line));
  return lines
    .slice(0, end === -1 ? undefined : end)
    .filter((line) => !plumbing.test(line))
    .join("\n");
}
