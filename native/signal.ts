/** Signals: kill(2), sigaction(2), signal(7). */
import { signalNumbers, type SignalName } from "../schema/signal.ts";
import type { Disposition } from "../schema/call.ts";
import { addon, type CurrentDisposition } from "./addon.ts";

export type { CurrentDisposition } from "./addon.ts";

/** Signals by their numbers, as C has them; `kill(pid, "SIGTERM")` is the same as `kill(pid, SIGTERM)`. */
export const { SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGUSR1, SIGSEGV, SIGUSR2 } =
  signalNumbers;
export const { SIGPIPE, SIGALRM, SIGTERM, SIGSTKFLT, SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU } =
  signalNumbers;
export const { SIGURG, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGWINCH, SIGIO, SIGPWR, SIGSYS } = signalNumbers;

function numberSignal(signal: SignalName | number): number {
  if (typeof signal !== "string") return signal;
  if (!Object.hasOwn(signalNumbers, signal)) throw new TypeError(`There is no signal ${signal}`);
  return signalNumbers[signal];
}

/**
 * kill(2): sends `signal` (0: only asks whether it could) to the process `pid`, to this group (0), to everyone (-1), or to the
 * group -`pid`. EINVAL, EPERM, ESRCH.
 */
export const kill = (pid: number, signal: SignalName | number): void => addon.kill(pid, numberSignal(signal));

/**
 * sigaction(2), as far as a disposition goes: sets it where one is given, and tells what it was. Handlers in JavaScript are
 * Node's `process.on`. EINVAL for SIGKILL and SIGSTOP.
 */
export const sigaction = (signal: SignalName | number, disposition?: Disposition): CurrentDisposition =>
  addon.sigaction(numberSignal(signal), disposition);
