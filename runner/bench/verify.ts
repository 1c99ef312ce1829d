/** `ring3 bench verify`: what a cell costs under verification, by its kind, over all chapters. */
import type { BenchResult } from "../../schema/command.ts";
import { checkTypes } from "../../notebook/typecheck.ts";
import { probeCapabilities } from "../capabilities.ts";
import { createMachines } from "../machines.ts";
import { prepareStage } from "../stage.ts";
import { readChapters } from "../verify/find.ts";
import type { Finding } from "../verify/finding.ts";
import { verifyChapters } from "../verify/verify.ts";
import { median, round } from "./median.ts";

const kinds: readonly {
  readonly name: string;
  readonly mostMs: number;
  readonly fits: (finding: Finding) => boolean;
}[] = [
  { name: "sim cell (median)", mostMs: 5, fits: ({ kernel }) => kernel === "sim" },
  {
    name: "live cell in TypeScript or shell (median)",
    mostMs: 30,
    fits: ({ kernel, cell }) => kernel === "live" && cell.language !== "c",
  },
  {
    name: "live cell in C (median)",
    mostMs: 150,
    fits: ({ kernel, cell }) => kernel === "live" && cell.language === "c",
  },
];
const mostTypesMs = 2_000;

export async function benchVerify(): Promise<BenchResult[]> {
  const chapters = readChapters([]);
  const machines = createMachines({ stage: prepareStage() });
  const types = checkTypes(chapters).ms;
  const began = performance.now();
  const quiet = { onFinding: () => {}, onUpdate: () => {} };
  const findings = await verifyChapters(chapters, {
    machines,
    capabilities: await probeCapabilities(),
    update: false,
    ...quiet,
  });
  const total = performance.now() - began;
  await machines.close();
  const rows = kinds.map(({ name, mostMs, fits }) =>
    limit(name, median(findings.filter(fits).map(({ ms }) => ms)), mostMs),
  );
  return [
    ...rows.filter(({ value }) => !Number.isNaN(value)),
    limit("all cells type-checked", types, mostTypesMs),
    { name: `everything, ${findings.length} cells`, value: round(total), unit: "ms" },
  ];
}

function limit(name: string, value: number, mostMs: number): BenchResult {
  return { name, value: round(value), unit: "ms", target: `≤ ${mostMs} ms`, ok: value <= mostMs };
}
