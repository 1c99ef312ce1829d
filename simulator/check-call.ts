/** What a program yields is checked before the kernel sees it, so that the kernel may rely on its types. */
import { Call } from "../schema/call.ts";
import { parametersOf, type Parameter } from "./kernel/mechanism.ts";

/**
 * The call that a program has yielded. One is known by its shape, not its class, because a page may load the vocabulary twice.
 * @throws TypeError, RangeError: it is no call, or an argument is not what the call takes.
 */
export function checkCall(yielded: unknown): Call {
  if (!isCall(yielded)) {
    throw new TypeError(
      `a program yields system calls (const n = yield* read(fd, count)), but this one yielded ${show(yielded)}${hint(yielded)}`,
    );
  }
  const { name, args } = yielded;
  const parameters = parametersOf(name);
  if (!parameters)
    throw new TypeError(`${show(name)} is no call of this kernel, or the module that brings it is not imported`);
  for (let index = 0; index < parameters.length; index += 1) {
    const [parameter, check] = parameters[index] as Parameter;
    const wanted = check(args[index]);
    if (wanted) throw createError(`${name}: ${parameter} must be ${wanted}, not ${show(args[index])}`, wanted);
  }
  return yielded;
}

/** The call with data of its own: what the program changes later does not reach the kernel. */
export const copyCall = ({ name, args }: Call): Call =>
  new Call(name, (args as readonly unknown[]).map(copyArgument) as unknown as Call["args"]);

const createError = (message: string, wanted: string): Error =>
  wanted === "0 or more" ? new RangeError(message) : new TypeError(message);

const isCall = (value: unknown): value is Call =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  typeof value.name === "string" &&
  "args" in value &&
  Array.isArray(value.args);

/** The two usual slips. */
function hint(yielded: unknown): string {
  if (typeof yielded !== "object" || yielded === null) return "";
  if ("next" in yielded) return "; what is itself a generator needs yield*";
  return "then" in yielded ? "; a program cannot wait for promises" : "";
}

/** Data are copied, programs (functions) stay what they are. */
function copyArgument(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return value.slice();
  if (Array.isArray(value)) return value.map(copyArgument);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copyArgument(part)]));
}

const show = (value: unknown): string =>
  (typeof value === "string" ? JSON.stringify(value) : String(value)).slice(0, 80);
