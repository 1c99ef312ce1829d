/** What the runner's tests share: requests, real machines, and how many of their processes live. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import type { End } from "../../schema/cell.ts";
import type { FromRunner, RunRequest } from "../../schema/protocol.ts";
import type { Machine } from "../machine.ts";

export function createRequest(change: Partial<RunRequest> & { readonly source: string }): RunRequest {
  return {
    language: "ts",
    portable: false,
    box: null,
    files: [],
    with: {},
    args: [],
    timeoutMs: 5_000,
    trace: false,
    ...change,
  };
}

export interface Outcome {
  readonly output: string;
  readonly end: End;
  readonly messages: readonly FromRunner[];
}

export interface Started {
  /** Resolves when what it printed matches. */
  until(pattern: RegExp): Promise<void>;
  readonly ended: Promise<Outcome>;
}

/** Starts a program. */
export function startIn(machine: Machine, request: RunRequest, id = "run"): Started {
  const ended = Promise.withResolvers<Outcome>();
  const messages: FromRunner[] = [];
  const waiting: { pattern: RegExp; resolve: () => void }[] = [];
  let output = "";
  machine.run(id, request, (message) => {
    messages.push(message);
    if (message.type === "output") output += message.text;
    for (const { pattern, resolve } of waiting) if (pattern.test(output)) resolve();
    if (message.type === "ended") ended.resolve({ output, end: message.end, messages });
  });
  return {
    until: (pattern) =>
      new Promise((resolve) => (pattern.test(output) ? resolve() : waiting.push({ pattern, resolve }))),
    ended: ended.promise,
  };
}

/** Runs a program to its end. */
export function runIn(machine: Machine, request: RunRequest, id = "run"): Promise<Outcome> {
  return startIn(machine, request, id).ended;
}

/** Living processes whose command line holds `text`; zombies do not live. */
export function listProcesses(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && readProc(name, "cmdline").includes(text))
    .filter((pid) => !/^State:\s+[ZX]/m.test(readProc(pid, "status")))
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

export const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/^State:\s+[ZX]/m.test(readProc(String(pid), "status"));

function readProc(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}
