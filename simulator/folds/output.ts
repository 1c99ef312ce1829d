/** What was printed, from a trace of either kernel. */
import type { Trace } from "../../schema/trace.ts";

/** All output in the order in which it was written, or that of one process. */
export const foldOutput = (trace: Trace, pid?: number): string =>
  trace.events
    .filter((event) => event.kind === "output")
    .filter((event) => pid === undefined || event.pid === pid)
    .map((event) => event.text)
    .join("");
