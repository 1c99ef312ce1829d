/** How much memory a box holds, as seen from outside: rlimits count each process for itself, and a fork bomb is many. */
import { readFileSync, readdirSync } from "node:fs";

/** Whether the processes below `pid` hold more than `limitBytes` together. */
export function exceedsMemory(pid: number, limitBytes: number): boolean {
  const pids = listTree(pid);
  // What processes share is counted once for each of them: quick, and never too little.
  if (sum(pids.map(readResidentBytes)) <= limitBytes) return false;
  return sum(pids.map(readProportionalBytes)) > limitBytes;
}

/** `pid` and all below it: of a box, every process, since orphans stay below its first one. */
export function listTree(pid: number): number[] {
  const pids = [pid];
  // The list grows while it is read.
  for (const one of pids) pids.push(...listThreads(one).flatMap((thread) => listChildren(one, thread)));
  return pids;
}

/** A child is its thread's: proc(5), /proc/pid/task/tid/children. */
function listChildren(pid: number, thread: string): number[] {
  return (readProc(pid, `task/${thread}/children`).match(/\d+/g) ?? []).map(Number);
}

function listThreads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** All but the pages of files, which the kernel can drop: proc(5), /proc/pid/status. */
function readResidentBytes(pid: number): number {
  return sumKibibytes(readProc(pid, "status"), /^(?:RssAnon|RssShmem|VmSwap):\s+(\d+)/gm);
}

/** Shared pages are divided among those who share them. */
function readProportionalBytes(pid: number): number {
  return sumKibibytes(readProc(pid, "smaps_rollup"), /^(?:Pss_Anon|Pss_Shmem|SwapPss):\s+(\d+)/gm);
}

function sumKibibytes(text: string, pattern: RegExp): number {
  return 1_024 * sum(Array.from(text.matchAll(pattern), ([, kibibytes]) => Number(kibibytes)));
}

/** Empty where the process has gone meanwhile. */
function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
