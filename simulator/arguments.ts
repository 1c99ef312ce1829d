/** What a program yields is checked before the kernel sees it, so that the kernel may rely on its types. */
import { Call, type CallName } from "../schema/call.ts";
import { signalNumbers } from "../schema/signal.ts";

type Parameter = readonly [name: string, check: (value: unknown) => string | null];

const integer = (value: unknown) => (Number.isSafeInteger(value) ? null : "a whole number");
const size = (value: unknown) => integer(value) ?? ((value as number) >= 0 ? null : "0 or more");
const string = (value: unknown) => (typeof value === "string" ? null : "a string");
const data = (value: unknown) => (value instanceof Uint8Array ? null : "a string or a Uint8Array");
const signal = (value: unknown) => (Object.hasOwn(signalNumbers, value as string) ? null : "the name of a signal");
const disposition = (value: unknown) => (value === "SIG_DFL" || value === "SIG_IGN" ? null : "SIG_DFL or SIG_IGN");
const isRequest = (value: unknown) =>
  typeof value === "object" &&
  value !== null &&
  "fd" in value &&
  "events" in value &&
  !integer(value.fd) &&
  !integer(value.events);
const requests = (value: unknown) =>
  Array.isArray(value) && value.every(isRequest) ? null : "a list of { fd, events }";

const fd: Parameter = ["fd", integer];
const parameters: { readonly [Name in CallName]: readonly Parameter[] } = {
  fork: [],
  exit: [["status", integer]],
  wait: [],
  waitpid: [
    ["pid", integer],
    ["options", integer],
  ],
  getpid: [],
  getppid: [],
  kill: [
    ["pid", integer],
    ["signal", signal],
  ],
  sigaction: [
    ["signal", signal],
    ["disposition", disposition],
  ],
  pipe2: [["flags", integer]],
  read: [fd, ["count", size]],
  write: [fd, ["data", data]],
  close: [fd],
  dup2: [
    ["oldFd", integer],
    ["newFd", integer],
  ],
  fcntl: [fd, ["command", integer], ["argument", integer]],
  poll: [
    ["requests", requests],
    ["timeoutMs", integer],
  ],
  print: [["line", string]],
};

/**
 * The call that a program yielded, with data of its own: what the program changes later does not reach the kernel. A call is known by
 * its shape, not its class, because a page may load the vocabulary twice.
 * @throws TypeError, RangeError: it is no call, or an argument is not what the call takes.
 */
export function checkCall(yielded: unknown): Call {
  if (!isCall(yielded)) {
    throw new TypeError(
      `a program yields system calls (const n = yield* read(fd, count)), but this one yielded ${show(yielded)}`,
    );
  }
  for (const [index, [name, check]] of parameters[yielded.name].entries()) {
    const wanted = check(yielded.args[index]);
    if (!wanted) continue;
    const message = `${yielded.name}: ${name} must be ${wanted}, not ${show(yielded.args[index])}`;
    throw wanted === "0 or more" ? new RangeError(message) : new TypeError(message);
  }
  return new Call(yielded.name, (yielded.args as unknown[]).map(copyArgument) as unknown as Call["args"]);
}

const isCall = (value: unknown): value is Call =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  Object.hasOwn(parameters, value.name as string) &&
  "args" in value &&
  Array.isArray(value.args);

function copyArgument(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.slice();
  return Array.isArray(value) ? value.map(({ fd, events }) => ({ fd, events })) : value;
}

const show = (value: unknown): string =>
  (typeof value === "string" ? JSON.stringify(value) : String(value)).slice(0, 80);
