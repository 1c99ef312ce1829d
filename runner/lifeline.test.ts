import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { prepareStage } from "./stage.ts";
import { listProcesses } from "./testing/machine.ts";

/** RING3_KILLS=200 for the long form. */
const kills = Number(process.env["RING3_KILLS"] ?? 60);
const atOnce = 3;

test(`a runner that is killed at ${kills} random moments, starts of boxes included, leaves no process`, async () => {
  const cache = mkdtempSync(path.join(tmpdir(), "ring3-lifeline-"));
  chmodSync(cache, 0o755);
  prepareStage(cache);
  const killOne = async (): Promise<void> => {
    const script = path.join(import.meta.dirname, "testing", "start-boxes.ts");
    const runner = spawn(process.execPath, [...process.execArgv, script, cache], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(runner.stdout, "data");
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 250));
    runner.kill("SIGKILL");
    await once(runner, "exit");
  };
  try {
    let most = 0;
    for (let done = 0; done < kills; done += atOnce) {
      await Promise.all(Array.from({ length: atOnce }, killOne));
      most = Math.max(most, await waitUntilGone(cache));
    }
    console.log(`${kills} kills; nothing was left after at most ${most.toFixed(0)} ms`);
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
});

/** How long it took until no process of a box on this stage was left, in milliseconds. */
async function waitUntilGone(cache: string): Promise<number> {
  const began = performance.now();
  for (;;) {
    const left = listProcesses(cache);
    const ms = performance.now() - began;
    if (left.length === 0) return ms;
    assert.ok(ms < 5_000, `${left.length} processes are left: ${left.join(", ")}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
