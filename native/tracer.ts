/** Performing calls and telling of them: the events that the simulated kernel writes too, here seen from inside the process. */
import type { Call, PortableCalls, WaitResult } from "../schema/call.ts";
import { describeArguments, describeResult } from "../schema/describe.ts";
import { createSystemError, isSystemError } from "../schema/errno.ts";
import { addon } from "./addon.ts";
import { calls } from "./calls.ts";
import { type CallMap, lookUp } from "./call-map.ts";
import { foresee } from "./foresee.ts";
import { createDescriptorNames, type DescriptorNames } from "./descriptor-names.ts";
import { openReport, type Report } from "./report.ts";

/** How calls are performed: as they are, or with a trace. */
export type Perform = (call: Call) => unknown;

/** Performs a call as it is; the driver has let only portable ones through. */
export const performCall: Perform = ({ name, args }) =>
  (calls[name as keyof PortableCalls] as (...args: readonly unknown[]) => unknown)(...args);

/** Performs calls and writes what happens to the descriptor `reportFd` (which it takes over), now and in every child. */
export function traceCalls(reportFd: number): Perform {
  const report = openReport(reportFd);
  const names = createDescriptorNames();
  const process = { role: "main", children: 0 };

  const fork = (): number => {
    const parent = addon.getpid();
    report.emit({ kind: "call", call: "fork", args: [] });
    const pid = reportFailure(report, "fork", () => calls.fork());
    process.children += 1;
    if (pid > 0) {
      report.emit({ kind: "return", call: "fork", result: String(pid) });
      return pid;
    }
    process.role = `${process.role}.${process.children}`;
    process.children = 0;
    names.restartCount();
    begin(report, process.role, parent);
    return pid;
  };
  const print = (line: string): void => {
    calls.print(line);
    emitOutput(report, `${line}\n`);
  };
  const exit = (status: number): never => {
    report.emit({ kind: "exit", exitStatus: status & 0xff, termSignal: null });
    return calls.exit(status);
  };
  /** Calls that show as something else than entering and coming back. */
  const own = (): CallMap<unknown> => (names.nameOf(1) === "stdout" ? { fork, exit, print } : { fork, exit });

  begin(report, process.role, null);
  return (call) => {
    const map = own();
    if (call.name in map) return lookUp(map, call);
    return traceCall(call, report, names, process.role);
  };
}

function begin(report: Report, role: string, parent: number | null): void {
  report.emit({ kind: "start", role, parent });
  report.emit({ kind: "run" });
}

/** A call that enters the kernel, perhaps blocks, and comes back. */
function traceCall(call: Call, report: Report, names: DescriptorNames, role: string): unknown {
  const object = lookUp(objects(names), call);
  report.emit({ kind: "call", call: call.name, args: describeGiven(call), ...(object && { object }) });
  const result = reportFailure(report, call.name, () => performVisibly(call, report, names));
  follow(call, result, report, names, role);
  const bytes = countBytes(call, result);
  report.emit({
    kind: "return",
    call: call.name,
    result: describeResult(call, result),
    ...(bytes !== null && { bytes }),
  });
  return result;
}

/** The arguments as the program gave them, right or wrong: the call itself says what is wrong with them. */
function describeGiven(call: Call): string[] {
  try {
    return describeArguments(call);
  } catch {
    return call.args.map(String);
  }
}

function performVisibly(call: Call, report: Report, names: DescriptorNames): unknown {
  if (lookUp(descriptors, call)?.includes(report.fd)) throw createSystemError("EBADF", call.name);
  const foresight = foresee(call, (fd) => names.nameOf(fd) ?? `descriptor ${fd}`);
  if (!foresight) return performCall(call);
  if ("result" in foresight) return foresight.result;
  report.emit({ kind: "block", on: foresight.blocksOn });
  try {
    return performCall(call);
  } finally {
    report.emit({ kind: "run" });
  }
}

function reportFailure<Result>(report: Report, call: string, perform: () => Result): Result {
  try {
    return perform();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    // Whoever sees EPIPE was sent SIGPIPE, and lives on because it is ignored.
    if (error.code === "EPIPE") report.emit({ kind: "signal", signal: "SIGPIPE", action: "ignore" });
    report.emit({ kind: "fail", call, errno: error.code });
    throw error;
  }
}

/** The descriptors that a call names. */
const descriptors: CallMap<readonly number[]> = {
  read: (fd) => [fd],
  write: (fd) => [fd],
  close: (fd) => [fd],
  dup2: (oldFd, newFd) => [oldFd, newFd],
  fcntl: (fd) => [fd],
};

/** What a call touches, by name. */
const objects = ({ nameOf }: DescriptorNames): CallMap<string | undefined> => ({
  read: nameOf,
  write: nameOf,
  close: nameOf,
  dup2: nameOf,
  fcntl: nameOf,
});

/** What a result changes, and what it shows beside itself. */
function follow(call: Call, result: unknown, report: Report, names: DescriptorNames, role: string): void {
  const reap = () => result && emitReaping(report, result as WaitResult);
  const map: CallMap<unknown> = {
    pipe2: () => names.addPipe(role, result as [number, number]),
    dup2: names.copy,
    close: names.remove,
    write(fd, data) {
      if (names.nameOf(fd) === "stdout")
        emitOutput(report, new TextDecoder().decode(data.subarray(0, result as number)));
    },
    wait: reap,
    waitpid: reap,
  };
  lookUp(map, call);
}

/** A child that a signal ended could not say so; whoever waits for it knows. */
function emitReaping(report: Report, { pid, termSignal }: WaitResult): void {
  if (termSignal !== null) {
    report.emit({ pid, kind: "signal", signal: termSignal, action: "terminate" });
    report.emit({ pid, kind: "exit", exitStatus: null, termSignal });
  }
  report.emit({ kind: "reap", child: pid });
}

/** In pieces that fit into an event even where each character is escaped. */
function emitOutput(report: Report, text: string): void {
  const pieceLength = 600;
  for (let start = 0; start < text.length; start += pieceLength)
    report.emit({ kind: "output", text: text.slice(start, start + pieceLength) });
}

/** How many bytes a read or write moved. */
function countBytes(call: Call, result: unknown): number | null {
  if (call.name === "read") return (result as Uint8Array).length;
  return call.name === "write" ? (result as number) : null;
}
