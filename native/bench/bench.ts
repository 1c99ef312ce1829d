/** `ring3 bench native`: what a call from TypeScript costs beside the same call from C, measured side by side in one run. */
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { promisify } from "node:util";
import type { BenchResult } from "../../schema/command.ts";
import { forkFlags } from "../flags.mjs";

const run = promisify(execFile);
const here = (name: string) => new URL(name, import.meta.url).pathname;
const compiledTwin = here("../build/twin");

interface Benchmark {
  /** As both twins know it. */
  readonly name: string;
  readonly title: string;
  /** How often per round, so that a round takes some 150 ms. */
  readonly count: number;
  /** From nanoseconds per count to the unit. */
  readonly convert: (ns: number) => number;
  readonly unit: string;
  /** Bounds of the ratio to C. */
  readonly target: { readonly most: number } | { readonly least: number };
}

const benchmarks: readonly Benchmark[] = [
  {
    name: "ping-pong",
    title: "pipe ping-pong, 64 bytes",
    count: 30_000,
    convert: (ns) => ns / 1000,
    unit: "µs",
    target: { most: 1.2 },
  },
  {
    name: "throughput",
    title: "pipe throughput, 64 KiB",
    count: 10_000,
    convert: (ns) => (65_536 / ns) * 1000,
    unit: "MB/s",
    target: { least: 0.97 },
  },
  { name: "getpid", title: "getpid", count: 1_000_000, convert: (ns) => ns, unit: "ns", target: { most: 1.4 } },
];

const rounds = 5;

/** Pinned to one CPU: with two, the wake-up of an idle one hides everything else. */
async function measure(command: readonly string[], { name, count }: Benchmark): Promise<number> {
  const { stdout } = await run("taskset", ["-c", "0", ...command, name, String(count)], { timeout: 20_000 });
  return Number(stdout);
}

const round = (value: number): number => Number(value.toPrecision(3));

/**
 * C and TypeScript take turns; the best round of each counts, since whatever else the machine does only adds to it. Rejects where there is no C compiler or no taskset.
 */
export async function benchNative(): Promise<BenchResult[]> {
  await mkdir(here("../build/"), { recursive: true });
  await run("cc", ["-O2", "-o", compiledTwin, here("twin.c")]);
  const results: BenchResult[] = [];
  for (const benchmark of benchmarks) results.push(await compare(benchmark));
  return results;
}

async function compare(benchmark: Benchmark): Promise<BenchResult> {
  const c: number[] = [];
  const typescript: number[] = [];
  for (let i = 0; i < rounds; i++) {
    c.push(await measure([compiledTwin], benchmark));
    typescript.push(await measure([process.execPath, ...forkFlags, here("twin.ts")], benchmark));
  }
  const { title, convert, unit, target } = benchmark;
  const value = convert(Math.min(...typescript));
  const baseline = convert(Math.min(...c));
  const ratio = value / baseline;
  return {
    name: title,
    value: round(value),
    unit,
    baseline: { name: "C", value: round(baseline) },
    ratio: round(ratio),
    target: "most" in target ? `≤ ${target.most} ×` : `≥ ${target.least} ×`,
    ok: "most" in target ? ratio <= target.most : ratio >= target.least,
  };
}
