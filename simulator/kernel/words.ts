/** The beginning and the end of a call, as the trace tells them and as its program is told. */
import type { Call } from "../../schema/call.ts";
import { describeArguments, describeResult } from "../../schema/describe.ts";
import type { FinalResult, Kernel, Pid, Process, StepEvent } from "./kernel.ts";
import { modelOf } from "./mechanism.ts";
import type { Outcome } from "./model.ts";

export type FinalOutcome = Outcome & { readonly kind: "return" | "fail" };

export function describeEntry(kernel: Kernel, process: Process, call: Call): StepEvent {
  const { pid } = process;
  const object = modelOf(call).object?.(kernel, process, ...call.args);
  const args = describeArguments(call);
  if (object === undefined) return { kind: "call", pid, call: call.name, args };
  return { kind: "call", pid, call: call.name, args, object };
}

export function describeExit(pid: Pid, call: Call, outcome: FinalOutcome): StepEvent {
  const { name } = call;
  if (outcome.kind === "fail") return { kind: "fail", pid, call: name, errno: outcome.errno };
  const { value } = outcome;
  const result = describeResult(call, value);
  if (name === "write") return { kind: "return", pid, call: name, result, bytes: value as number };
  if (value instanceof Uint8Array) return { kind: "return", pid, call: name, result, bytes: value.length };
  return { kind: "return", pid, call: name, result };
}

/** What the program is told of an outcome. */
export const concludeCall = (call: Call, outcome: FinalOutcome): FinalResult =>
  outcome.kind === "return" ? outcome : { ...outcome, syscall: syscallOf(call) };

/** The system call behind a portable call, as an error names it. */
const syscallOf = (call: Call): string => (call.name === "print" ? "write" : call.name);
