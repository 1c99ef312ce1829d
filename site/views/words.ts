/** Events of a trace in words: for the table beside a timeline. */
import { errnoTable } from "../../schema/errno-table.ts";
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
    case "switch":
      return event.cpu === undefined ? "is switched to" : `is switched to on CPU ${event.cpu}`;
    case "renew":
      return "keeps the CPU for another quantum";
    case "move":
      return `moves to ${event.to}`;
    case "release":
      return `job ${event.job} is released, due at ${event.deadline}`;
    case "complete":
      return `job ${event.job} is complete`;
    case "miss":
      return `job ${event.job} misses its deadline`;
    case "fault":
      return `faults on page ${event.page}: ${describeFault(event)}`;
    case "copy":
      return `${event.bytes} bytes are copied from ${event.from} to ${event.to}`;
    case "remap":
      return event.frame === null
        ? `page ${event.page} has no frame any more`
        : `page ${event.page} leads to frame ${event.frame} now`;
    case "flush":
      return `${event.object} = ${event.value} leaves the store buffer`;
    case "message":
      return `receives ${JSON.stringify(event.text)} from ${event.from}${event.object === undefined ? "" : ` by ${event.object}`}`;
  }
}

/** Why a page was not there for the access, and what the kernel did. */
export function describeFault({ cause, frame, evicted }: Extract<TraceEvent, { kind: "fault" }>): string {
  const outcome = frame === null ? "no frame" : `frame ${frame}`;
  return `${faultWords[cause]}, ${outcome}${evicted === undefined ? "" : `, page ${evicted} evicted`}`;
}

const faultWords = {
  demand: "first use",
  "copy-on-write": "copy on write",
  protection: "not allowed",
  swap: "back from disk",
};
