/** What the real kernel is seen to do is something that the simulated kernel does under some schedule. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { forkFlags } from "../../native/flags.mjs";
import type { Program } from "../../schema/call.ts";
import { simulate } from "../../simulator/index.ts";
import { generateProgram, programs } from "./programs.ts";

const schedules = 600;
const realRuns = 3;
const generated = 40;
const longestMs = 30_000;
/** How long all processes of a run must sleep without using the processor until they are taken to wait for ever. */
const asleepMs = 700;
const atOnce = 4;

function listOutcomes(program: Program): Set<string> {
  const outcomes = new Set<string>();
  for (let seed = 1; seed <= schedules; seed++) {
    const { output, ending } = simulate(program, { seed });
    outcomes.add(`${output}[${ending}]`);
  }
  return outcomes;
}

async function runForReal(which: string): Promise<string> {
  const child = spawn(process.execPath, [...forkFlags, path.join(import.meta.dirname, "drive.ts"), which], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += String(chunk)));
  const closed = once(child, "close").then(() => "ended");
  const ending = await Promise.race([closed, untilAsleep(child.pid!)]);
  if (ending === "deadlock") process.kill(-child.pid!, "SIGKILL");
  return `${output}[${ending}]`;
}

/** Resolves when no process of a group has run for a while; the machine may be busy, so the clock alone proves nothing. */
async function untilAsleep(group: number): Promise<string> {
  let before = "";
  for (let waitedMs = 0; waitedMs < longestMs; waitedMs += asleepMs) {
    await sleep(asleepMs, null, { ref: false });
    const states = listProcesses(group);
    if (states !== "" && states === before && !/ [^SZ] /.test(states)) return "deadlock";
    before = states;
  }
  return "deadlock";
}

/** A line for each process of a group: its pid, its state and its processor time in clock ticks (proc_pid_stat(5)). */
function listProcesses(group: number): string {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
          .replace(/^.*\) /, "")
          .split(" ");
        return Number(fields[2]) === group ? [`${pid} ${fields[0]} ${Number(fields[11]) + Number(fields[12])}`] : [];
      } catch {
        return [];
      }
    })
    .join("\n");
}

for (const [name, program] of Object.entries(programs))
  test(`on both kernels: ${name}`, async () => {
    const outcomes = listOutcomes(program);
    for (let run = 0; run < realRuns; run++) assert.ok(outcomes.has(await runForReal(name)), [...outcomes].join("\n"));
  });

test(`${generated} programs by lot do on the real kernel what they do on the simulated one`, async (context) => {
  const first = Number(process.env["RING3_SEED"] ?? 1);
  const seeds = Array.from({ length: generated }, (_, index) => first + index);
  let deadlocks = 0;
  const work = async (): Promise<void> => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      const outcomes = listOutcomes(generateProgram(seed));
      const seen = await runForReal(String(seed));
      if (seen.endsWith("[deadlock]")) deadlocks++;
      const simulated = [...outcomes].join("\n");
      assert.ok(outcomes.has(seen), `seed ${seed}: the real kernel gave\n${seen}\nthe simulated one\n${simulated}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  context.diagnostic(`${deadlocks} of them wait for ever`);
});
