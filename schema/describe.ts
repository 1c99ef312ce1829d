/**
 * Calls, arguments and results in the words of a trace, much as strace(1) prints them: `pipe2(O_NONBLOCK)`, `write(4, "hello") = 5`.
 * Both kernels write their traces with these, so that the two can be compared line by line.
 */
import type { Call, CallArguments, CallName, PollRequest, PollResult, WaitResult } from "./call.ts";
import {
  F_DUPFD,
  F_GETFD,
  F_GETFL,
  F_GETPIPE_SZ,
  F_SETFD,
  F_SETFL,
  F_SETPIPE_SZ,
  FD_CLOEXEC,
  O_CLOEXEC,
  O_DIRECT,
  O_NONBLOCK,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  WNOHANG,
} from "./constants.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Bytes of data that a trace shows before it says only how many there are. */
const shownBytes = 32;

/** `"hello"`; the beginning and the length of long text; the length alone of what is not text. */
export function describeBytes(data: Uint8Array): string {
  const shown = decoder.decode(data.subarray(0, shownBytes));
  if (/[^\P{C}\n\t]/u.test(shown)) return `(${data.length} bytes)`;
  if (data.length <= shownBytes) return JSON.stringify(shown);
  return `${JSON.stringify(shown.replace(/\uFFFD+$/, ""))}… (${data.length} bytes)`;
}

const accessModes = ["O_RDONLY", "O_WRONLY", "O_RDWR"];
const openFlags = { O_NONBLOCK, O_DIRECT, O_CLOEXEC };
const pollEvents = { POLLIN, POLLOUT, POLLERR, POLLHUP, POLLNVAL };
const fcntlCommands = { F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_SETPIPE_SZ, F_GETPIPE_SZ };

/** `O_NONBLOCK|O_CLOEXEC` for a number of flags; what has no name stays a number. */
function describeFlags(value: number, flags: Readonly<Record<string, number>>): string {
  const named = Object.entries(flags).filter(([, bit]) => (value & bit) !== 0);
  const rest = named.reduce((bits, [, bit]) => bits & ~bit, value);
  const names = named.map(([name]) => name);
  return (rest === 0 && names.length > 0 ? names : [...names, String(rest)]).join("|");
}

/** Access mode and status flags, as `F_GETFL` gives them. */
function describeStatus(value: number): string {
  const mode = accessModes[value & 3] ?? "";
  return value === (value & 3) ? mode : `${mode}|${describeFlags(value & ~3, openFlags)}`;
}

function describeFcntl(command: number, argument: number): string[] {
  const name = Object.entries(fcntlCommands).find(([, number]) => number === command)?.[0] ?? String(command);
  if (name.startsWith("F_GET")) return [name];
  if (command === F_SETFL) return [name, describeFlags(argument, openFlags)];
  return [name, command === F_SETFD ? describeFlags(argument, { FD_CLOEXEC }) : String(argument)];
}

const describePollRequest = ({ fd, events }: PollRequest) => `${fd}: ${describeFlags(events, pollEvents)}`;
const describePollResult = ({ fd, revents }: PollResult) => `${fd}: ${describeFlags(revents, pollEvents)}`;
const describeWait = ({ pid, exitStatus, termSignal }: WaitResult) =>
  `${pid}: ${termSignal ?? `exit status ${exitStatus}`}`;

/** The arguments of the calls that have more than plain numbers and words. */
const argumentsOf: { readonly [Name in CallName]?: (...args: CallArguments<Name>) => string[] } = {
  pipe2: (flags) => [describeFlags(flags, openFlags)],
  waitpid: (pid, options) => [String(pid), describeFlags(options, { WNOHANG })],
  write: (fd, data) => [String(fd), describeBytes(data)],
  print: (line) => [describeBytes(encoder.encode(line))],
  fcntl: (fd, command, argument) => [String(fd), ...describeFcntl(command, argument)],
  poll: (requests, timeoutMs) => [`{${requests.map(describePollRequest).join(", ")}}`, String(timeoutMs)],
};

/** The arguments of a call as a trace shows them. */
export function describeArguments({ name, args }: Call): string[] {
  const describe = argumentsOf[name] as ((...args: readonly unknown[]) => string[]) | undefined;
  return describe ? describe(...args) : args.map(String);
}

/** The result of a call as a trace shows it; empty where there is none. */
export function describeResult(call: Call, result: unknown): string {
  if (result === undefined) return "";
  if (result === null) return "none";
  if (result instanceof Uint8Array) return describeBytes(result);
  if (call.name === "wait" || call.name === "waitpid") return describeWait(result as WaitResult);
  if (call.name === "poll") return `{${(result as readonly PollResult[]).map(describePollResult).join(", ")}}`;
  if (call.name === "fcntl" && call.args[1] === F_GETFL) return describeStatus(result as number);
  return Array.isArray(result) ? `[${result.join(", ")}]` : `${result as number}`;
}
