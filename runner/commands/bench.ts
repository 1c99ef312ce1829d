import type { Command } from "commander";
import type { BenchReport, BenchResult } from "../../schema/command.ts";
import { Misuse } from "../misuse.ts";

/** Each group is loaded when it is asked for. */
const groups: Readonly<Record<string, () => Promise<BenchResult[]>>> = {
  native: async () => (await import("../../native/bench/bench.ts")).benchNative(),
  simulator: async () => (await import("../bench/simulator.ts")).benchSimulator(),
  runner: async () => (await import("../bench/runner.ts")).benchRunner(),
  site: async () => (await import("../bench/site.ts")).benchSite(),
  verify: async () => (await import("../bench/verify.ts")).benchVerify(),
};

export function addBench(program: Command): void {
  program
    .command("bench")
    .description("measure, each beside its baseline in one run")
    .argument("[group]", `one of ${Object.keys(groups).join(", ")}; all when absent`)
    .option("--json", "print one JSON document; progress goes to stderr")
    .action(bench);
}

async function bench(group: string | undefined, { json = false }: { json?: boolean }): Promise<void> {
  if (group !== undefined && !Object.hasOwn(groups, group))
    throw new Misuse("no-group", `there is no group ${group}; there are ${Object.keys(groups).join(", ")}`);
  const stream = json ? process.stderr : process.stdout;
  const results: BenchResult[] = [];
  for (const [name, run] of Object.entries(groups)) {
    if (group !== undefined && group !== name) continue;
    stream.write(`── ${name} ──\n`);
    const measured = await run();
    for (const result of measured) stream.write(`${describe(result)}\n`);
    results.push(...measured);
  }
  if (json) process.stdout.write(`${JSON.stringify({ results } satisfies BenchReport)}\n`);
}

function describe({ name, value, unit, baseline, ratio, target, ok }: BenchResult): string {
  const mark = ok === undefined ? " " : ok ? "✔" : "✘";
  const against = baseline === undefined ? "" : `, ${baseline.name}: ${baseline.value} ${unit}, ratio ${ratio ?? ""}`;
  return `${mark} ${name}: ${value} ${unit}${against}${target === undefined ? "" : ` (target ${target})`}`;
}
