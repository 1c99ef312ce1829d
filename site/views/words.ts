/** Events of a trace in words: for the table beside a timeline. */
import { errnoTable } from "../../schema/errno.ts";
import type { TraceEvent } from "../../schema/trace.ts";

/** `EPIPE` becomes `EPIPE (Broken pipe)`; names that we do not know stay as they are. */
export function explainErrno(name: string): string {
  const known: Readonly<Record<string, readonly [number, string]>> = errnoTable;
  const entry = known[name];
  return entry === undefined ? name : `${name} (${entry[1]})`;
}

/** One event as a clause whose subject is the process. */
export function describeEvent(event: TraceEvent): string {
  switch (event.kind) {
    case "start":
      return event.parent === null ? "begins" : `begins, child of ${event.parent}`;
    case "run":
      return event.cpu === undefined ? "gets a CPU" : `gets CPU ${event.cpu}`;
    case "preempt":
      return "loses the CPU";
    case "call":
      return `calls ${event.call}(${event.args.join(", ")})${event.object === undefined ? "" : ` on ${event.object}`}`;
    case "block":
      return `blocks on ${event.on}`;
    case "wake":
      return "wakes";
    case "return":
      return `${event.call} returns ${event.result}`.trimEnd();
    case "fail":
      return `${event.call} fails: ${explainErrno(event.errno)}`;
    case "signal":
      return `receives ${event.signal} (${event.action})`;
    case "output":
      return `prints ${JSON.stringify(event.text)}`;
    case "exit":
      return event.termSignal === null ? `exits with status ${event.exitStatus}` : `is killed by ${event.termSignal}`;
    case "reap":
      return `has waited for ${event.child}`;
  }
}
