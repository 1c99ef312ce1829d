import { spawn } from "node:child_process";
import path from "node:path";
import * as v from "valibot";
import type { Tally } from "./tally.ts";

const root = path.resolve(import.meta.dirname, "..");
const reportSchema = v.object({
  passed: v.number(),
  failed: v.number(),
  cells: v.array(
    v.object({ chapter: v.string(), name: v.string(), status: v.string(), reason: v.optional(v.string()) }),
  ),
});

/** Every cell of every chapter on its kernels, without a browser. */
export async function runVerify(): Promise<Tally> {
  const child = spawn(process.execPath, ["runner/ring3.mjs", "verify", "--json"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += String(chunk)));
  const status = await new Promise((resolve) => child.on("close", resolve));
  const report = v.safeParse(reportSchema, parseJson(output));
  if (!report.success) {
    console.log(`ring3 verify ended with status ${String(status)} and no report: ${output.slice(0, 2_000)}`);
    return { passed: 0, failed: 1, skipped: [] };
  }
  const skipped = report.output.cells.filter((cell) => cell.status === "skipped");
  return {
    passed: report.output.passed,
    failed: report.output.failed,
    skipped: skipped.map((cell) => `${cell.chapter} ${cell.name}: ${cell.reason ?? "no reason given"}`),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
