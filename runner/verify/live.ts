/** The `live` half of verification: every live cell runs in a box, by the rule that the page has, and is compared with its chapter. */
import { setTimeout as sleep } from "node:timers/promises";
import { availableParallelism, release } from "node:os";
import { printEnd } from "../../notebook/print.ts";
import { createRequest } from "../../notebook/request.ts";
import { hashCell } from "../../notebook/sample.ts";
import type { Cell, Chapter, Check, End, Recorded, Sample } from "../../schema/cell.ts";
import type { Capability } from "../../schema/command.ts";
import { maxText } from "../../schema/limits.ts";
import type { RunRequest } from "../../schema/protocol.ts";
import type { TraceEvent } from "../../schema/trace.ts";
import type { Machines } from "../machines.ts";
import { createRuns, type Runs } from "../runs.ts";
import { judge, type Finding } from "./finding.ts";

/** Cells of one machine run in their order; one that waits for a later one (a FIFO's reader) is given so long before that begins. */
const meetingDelayMs = 300;
/** A sample's trace is cut here, so that the page stays light. */
const maxTraceUnits = 65_536;

export interface LiveFinding extends Finding {
  /** What was seen, to be recorded; null where it did not run. */
  readonly sample: Sample | null;
}

export interface LiveOptions {
  readonly machines: Machines;
  readonly capabilities: readonly Capability[];
  readonly recorded: Recorded;
  /** Values of the notebook. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Cells that must run one after another: those of one machine, or one cell alone. */
export function groupLiveCells(chapter: Chapter): Cell[][] {
  const live = chapter.cells.filter((cell) => cell.kernels.includes("live"));
  return [...Map.groupBy(live, (cell) => cell.box ?? `fresh ${cell.id}`).values()];
}

/** Runs one group, in a machine of its own. */
export async function verifyGroup(
  chapter: Chapter,
  cells: readonly Cell[],
  options: LiveOptions,
): Promise<LiveFinding[]> {
  const runs = createRuns(options.machines);
  const findings: Promise<LiveFinding>[] = [];
  for (const cell of cells) {
    const begun = Promise.withResolvers<void>();
    const finding = verifyCell(chapter, cell, runs, options, begun.resolve);
    findings.push(finding);
    await Promise.race([finding, begun.promise.then(() => sleep(meetingDelayMs))]);
  }
  const all = await Promise.all(findings);
  await runs.close();
  return all;
}

async function verifyCell(
  chapter: Chapter,
  cell: Cell,
  runs: Runs,
  options: LiveOptions,
  onBegun: () => void,
): Promise<LiveFinding> {
  const common = { chapter, cell, kernel: "live" as const };
  const stale = judgeSample(chapter, cell, options.recorded.cells[cell.id]);
  const unmet = findUnmet(cell, options.capabilities);
  if (unmet !== null && stale.length === 0)
    return { ...common, ms: 0, faults: [], diff: [], skipped: unmet, shown: null, sample: null };
  const given = Object.fromEntries(cell.with.map((name) => [name, options.values[name]]));
  const missing = cell.with
    .filter((name) => given[name] === undefined)
    .map((name) => `the notebook has no value ${name} to hand over`);
  if (unmet !== null || missing.length > 0)
    return { ...common, ms: 0, faults: [...stale, ...missing], diff: [], skipped: null, shown: null, sample: null };
  const seen = await runCell(cell, createRequest(cell, chapter.cells, given), runs, onBegun);
  if ("refused" in seen)
    return { ...common, ms: 0, faults: [seen.refused], diff: [], skipped: null, shown: null, sample: null };
  const shown = { text: seen.output, ending: printEnd(seen.end) };
  const { faults, diff } = judge(cell, shown, seen.checks);
  return {
    ...common,
    ms: seen.end.ms,
    faults: [...faults, ...stale],
    diff,
    skipped: null,
    shown,
    sample: takeSample(chapter, cell, seen),
  };
}

/** The command that records a sample anew is named where the findings are printed. */
function judgeSample(chapter: Chapter, cell: Cell, sample: Sample | undefined): string[] {
  if (sample === undefined) return ["no sample of it is recorded"];
  if (sample.hash !== hashCell(cell, chapter)) return ["its recorded sample is older than its source"];
  const { faults } = judge(cell, { text: sample.output, ending: printEnd(sample.end) }, sample.checks);
  return faults.length > 0 ? ["its recorded sample is not what the chapter says"] : [];
}

function findUnmet(cell: Cell, capabilities: readonly Capability[]): string | null {
  const needs = new Set([...cell.needs, ...(cell.language === "c" ? ["cc"] : []), "bubblewrap", "userns"]);
  for (const need of needs) {
    const capability = capabilities.find(({ name }) => name === need);
    if (capability === undefined) return `it needs ${need}, which this runner does not know`;
    if (!capability.ok) return `it needs ${need}: ${capability.detail}; ${capability.remedy ?? "npx ring3 doctor"}`;
  }
  return null;
}

interface Seen {
  readonly output: string;
  readonly end: End;
  readonly checks: readonly Check[];
  readonly result: unknown;
  readonly events: readonly TraceEvent[];
}

function runCell(
  cell: Cell,
  request: RunRequest,
  runs: Runs,
  onBegun: () => void,
): Promise<Seen | { readonly refused: string }> {
  return new Promise((resolve) => {
    const checks: Check[] = [];
    const events: TraceEvent[] = [];
    let output = "";
    let result: unknown;
    runs.start(cell.id, request, (message) => {
      if (message.type === "started") onBegun();
      if (message.type === "output") output += message.text;
      if (message.type === "check") checks.push(message.check);
      if (message.type === "result") result = message.value;
      if (message.type === "trace") events.push(...message.events);
      if (message.type === "refused")
        resolve({ refused: `${message.message}${message.remedy === undefined ? "" : `; ${message.remedy}`}` });
      if (message.type === "ended") resolve({ output, end: message.end, checks, result, events });
    });
  });
}

function takeSample(chapter: Chapter, cell: Cell, { output, end, checks, result, events }: Seen): Sample {
  const { exitStatus, termSignal, cause } = end;
  return {
    hash: hashCell(cell, chapter),
    kernel: nameKernel(),
    cpus: availableParallelism(),
    date: new Date().toISOString().slice(0, 10),
    output: output.slice(0, maxText),
    end: { exitStatus, termSignal, cause },
    checks: [...checks],
    ...(result !== undefined && { result }),
    ...(events.length > 0 && {
      trace: { kernel: "live", unit: "µs", cpus: availableParallelism(), events: cutTrace(events) },
    }),
  };
}

/** `Linux 6.18.44`: what a vendor adds to the release says nothing about how the kernel behaves. */
function nameKernel(): string {
  return `Linux ${/^[\d.]*\d/.exec(release())?.[0] ?? release()}`;
}

function cutTrace(events: readonly TraceEvent[]): TraceEvent[] {
  const kept: TraceEvent[] = [];
  let units = 0;
  for (const event of events.toSorted((a, b) => a.at - b.at)) {
    units += JSON.stringify(event).length;
    if (units > maxTraceUnits) break;
    kept.push(event);
  }
  return kept;
}
