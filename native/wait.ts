/** Learning how a child ended: wait(2), waitpid(2), and C's macros over the raw status. */
import type { WaitResult } from "../schema/call.ts";
import { nameSignal } from "../schema/signal.ts";
import { addon, type RawWaitResult } from "./addon.ts";

/** The child ended by exit. */
export const WIFEXITED = (status: number): boolean => (status & 0x7f) === 0;
/** The status it exited with, 0 to 255; meaningful where WIFEXITED. */
export const WEXITSTATUS = (status: number): number => (status >> 8) & 0xff;
/** The child was ended by a signal. */
export const WIFSIGNALED = (status: number): boolean => (status & 0x7f) !== 0 && (status & 0x7f) !== 0x7f;
/** The number of the signal that ended it; meaningful where WIFSIGNALED. */
export const WTERMSIG = (status: number): number => status & 0x7f;
/** The child is stopped (only with WUNTRACED). */
export const WIFSTOPPED = (status: number): boolean => (status & 0xff) === 0x7f;
/** The number of the signal that stopped it; meaningful where WIFSTOPPED. */
export const WSTOPSIG = (status: number): number => (status >> 8) & 0xff;
/** The child goes on after a stop (only with WCONTINUED). */
export const WIFCONTINUED = (status: number): boolean => status === 0xffff;

const decode = ({ pid, status }: RawWaitResult): WaitResult => ({
  pid,
  status,
  exitStatus: WIFEXITED(status) ? WEXITSTATUS(status) : null,
  termSignal: WIFSIGNALED(status) ? nameSignal(WTERMSIG(status)) : null,
});

/** wait(2): blocks until a child has ended. ECHILD without children. Takes children of `node:child_process` too: they never hear of it. */
export const wait = (): WaitResult => decode(addon.wait());

/** waitpid(2): `pid` > 0 names a child, -1 any, 0 and < -1 a group; with `WNOHANG` returns null where none has ended. ECHILD, EINVAL. */
export function waitpid(pid: number, options = 0): WaitResult | null {
  const result = addon.waitpid(pid, options);
  return result && decode(result);
}
