/**
 * Calls, arguments and results in the words of a trace, much as strace(1) prints them: `pipe2(O_NONBLOCK)`, `write(4, "hello") = 5`.
 * Both kernels write their traces with these, so that the two can be compared line by line.
 */
import {
  bytes,
  type Call,
  type CallArguments,
  type CallName,
  type CallResult,
  type PollRequest,
  type PollResult,
  type WaitResult,
} from "./call.ts";
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
  WCONTINUED,
  WNOHANG,
  WUNTRACED,
} from "./constants.ts";

const decoder = new TextDecoder();

/** Bytes of data that a trace shows before it says only how many there are. */
const shownBytes = 32;

/** `"hello"`; the beginning and the length of long text; the length alone of what is not text. */
export function describeBytes(data: Uint8Array): string {
  const isShort = data.length <= shownBytes;
  const plain = isShort ? readPlain(data) : null;
  if (plain !== null) return `"${plain}"`;
  const shown = decoder.decode(data.subarray(0, shownBytes));
  if (/[^\P{C}\n\t]/u.test(shown)) return `(${data.length} bytes)`;
  return isShort ? JSON.stringify(shown) : `${JSON.stringify(shown.replace(/\uFFFD+$/, ""))}… (${data.length} bytes)`;
}

/** Text of nothing but letters, digits, spaces …; null for other data. Engines take longer to hand a few bytes to their decoder. */
function readPlain(data: Uint8Array): string | null {
  for (let at = 0; at < data.length; at += 1) {
    const byte = data[at] as number;
    if (byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c) return null;
  }
  return Reflect.apply(String.fromCharCode, null, data) as string;
}

const accessModes = ["O_RDONLY", "O_WRONLY", "O_RDWR"];
const openFlags = { O_NONBLOCK, O_DIRECT, O_CLOEXEC };
const pollEvents = { POLLIN, POLLOUT, POLLERR, POLLHUP, POLLNVAL };
const fcntlCommands = { F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_SETPIPE_SZ, F_GETPIPE_SZ };

/** The name of a number among those that a call knows; the number where it has none. */
export const nameOne = (value: number, names: Readonly<Record<string, number>>): string =>
  Object.entries(names).find(([, number]) => number === value)?.[0] ?? String(value);

/** `O_NONBLOCK|O_CLOEXEC` for a number of flags, `0` for none; what has no name stays a number. */
export function describeFlags(value: number, flags: Readonly<Record<string, number>>): string {
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
  const name = nameOne(command, fcntlCommands);
  if (name.startsWith("F_GET")) return [name];
  if (command === F_SETFL) return [name, describeFlags(argument, openFlags)];
  return [name, command === F_SETFD ? describeFlags(argument, { FD_CLOEXEC }) : String(argument)];
}

const describePollRequest = ({ fd, events }: PollRequest) => `${fd}: ${describeFlags(events, pollEvents)}`;
const describePollResult = ({ fd, revents }: PollResult) => `${fd}: ${describeFlags(revents, pollEvents)}`;
function describeWait({ pid, exitStatus, termSignal, stopSignal, continued }: WaitResult): string {
  if (stopSignal) return `${pid}: stopped by ${stopSignal}`;
  return `${pid}: ${continued ? "continued" : (termSignal ?? `exit status ${exitStatus}`)}`;
}

/** How calls are worded that have more than plain numbers and words. */
export interface Descriptions {
  readonly arguments?: { readonly [Name in CallName]?: (...args: CallArguments<Name>) => string[] };
  readonly results?: {
    readonly [Name in CallName]?: (result: CallResult<Name>, ...args: CallArguments<Name>) => string;
  };
}
type Describe = (...values: readonly unknown[]) => never;

const portable: Descriptions["arguments"] = {
  pipe2: (flags) => [describeFlags(flags, openFlags)],
  waitpid: (pid, options) => [String(pid), describeFlags(options, { WNOHANG, WUNTRACED, WCONTINUED })],
  write: (fd, data) => [String(fd), describeBytes(data)],
  print: (line) => [describeBytes(bytes(line))],
  fcntl: (fd, command, argument) => [String(fd), ...describeFcntl(command, argument)],
  poll: (requests, timeoutMs) => [`{${requests.map(describePollRequest).join(", ")}}`, String(timeoutMs)],
};

const argumentsOf = new Map<string, Describe>();
const resultsOf = new Map<string, Describe>();

/** Teaches the words of more calls: those of a mechanism that is loaded later. */
export function addDescriptions(more: Descriptions): void {
  for (const [name, describe] of Object.entries(more.arguments ?? {})) argumentsOf.set(name, describe as Describe);
  for (const [name, describe] of Object.entries(more.results ?? {})) resultsOf.set(name, describe as Describe);
}
addDescriptions({
  arguments: portable,
  results: {
    wait: describeWait,
    waitpid: (result) => (result ? describeWait(result) : "none"),
    poll: (results) => `{${results.map(describePollResult).join(", ")}}`,
    fcntl: (result, _fd, command) => (command === F_GETFL ? describeStatus(result) : String(result)),
  },
});

/** The arguments of a call as a trace shows them. */
export const describeArguments = ({ name, args }: Call): string[] =>
  argumentsOf.get(name)?.(...args) ?? args.map(describeValue);

/** The result of a call as a trace shows it; empty where there is none. */
export const describeResult = ({ name, args }: Call, result: unknown): string =>
  resultsOf.get(name)?.(result, ...args) ?? describeValue(result);

function describeValue(value: unknown): string {
  if (value === undefined) return "";
  if (value === null) return "none";
  if (value instanceof Uint8Array) return describeBytes(value);
  if (typeof value === "function") return value.name || "a program";
  if (Array.isArray(value)) return `[${value.map(describeValue).join(", ")}]`;
  if (typeof value !== "object") return `${value as string | number}`;
  return `{${Object.entries(value)
    .map(([key, part]) => `${key}: ${describeValue(part)}`)
    .join(", ")}}`;
}
