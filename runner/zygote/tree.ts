/**
 * Which processes belong to a run, however they forked, changed session or lost their parents.
 *
 * Each run carries its number in RLIMIT_RSS: a limit that Linux keeps and does not act on (getrlimit(2)), that is inherited over fork
 * and exec, that nobody can raise again, and that /proc/PID/limits shows. So orphans can go to PID 1, as they do on any machine, and
 * still be found: a subreaper for each run would change what getppid and wait say.
 */
import type { SignalName } from "../../schema/call.ts";
import { readFileSync, readdirSync } from "node:fs";
import { kill, setrlimit } from "../../native/posix.ts";

/** getrlimit(2); the addon names only the limits that chapters use. */
const RLIMIT_RSS = 5;
const firstMark = 2 ** 40;

/** Marks this process, and all that will descend from it, as run `number` (1, 2 …). */
export function markRun(number: number): void {
  setrlimit(RLIMIT_RSS, firstMark - number, firstMark - number);
}

/** Kills every process of run `number`: stops them first, so that none forks while others die. Gives up after `timeoutMs`. */
export function killRun(number: number, timeoutMs: number): boolean {
  const deadline = performance.now() + timeoutMs;
  for (let seen = -1; ;) {
    const pids = listProcesses(number);
    if (pids.length === 0) return true;
    const signal = pids.length === seen ? "SIGKILL" : "SIGSTOP";
    seen = pids.length;
    for (const pid of pids) signalProcess(pid, signal);
    if (performance.now() > deadline) return false;
  }
}

/** The living processes of a run; zombies are dead. */
function listProcesses(number: number): number[] {
  const mark = new RegExp(`^Max resident set +${firstMark - number} `, "m");
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && name !== "1")
    .filter((pid) => mark.test(readProcFile(pid, "limits")) && !/^State:\s+[ZX]/m.test(readProcFile(pid, "status")))
    .map(Number);
}

/** Empty where the process has gone meanwhile. */
function readProcFile(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}

function signalProcess(pid: number, signal: SignalName): void {
  try {
    kill(pid, signal);
  } catch {
    // It has gone meanwhile.
  }
}
