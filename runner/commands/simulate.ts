import { readFileSync, writeFileSync } from "node:fs";
import { text as readAll } from "node:stream/consumers";
import { InvalidArgumentError, type Command } from "commander";
import { printView } from "../../notebook/print.ts";
import { policyNames, type Workload, type WorkloadOptions } from "../../schema/workload.ts";
import { printCsv } from "../../simulator/export/csv.ts";
import { printPerfetto } from "../../simulator/export/perfetto.ts";
import { createExam, type Exam } from "../../simulator/scheduling/exam.ts";
import {
  checkWorkload,
  foldMetrics,
  reportWorkload,
  showGantt,
  showMetrics,
  simulateWorkload,
  WorkloadError,
  type WorkloadRun,
} from "../../simulator/scheduling/index.ts";
import { printGantt } from "../gantt.ts";
import { parseJobs } from "../job-list.ts";
import { Misuse } from "../misuse.ts";

interface SimulateOptions {
  readonly policy?: readonly string[];
  readonly jobs?: string;
  readonly cpus?: number;
  readonly quantum?: number | readonly number[];
  readonly option: WorkloadOptions;
  readonly explain?: boolean;
  readonly csv?: string;
  readonly perfetto?: string;
  readonly exam?: number;
  readonly solution?: boolean;
  readonly json?: boolean;
}

export function addSimulate(program: Command): void {
  program
    .command("simulate")
    .description("schedule a workload on paper: who runs when, and what each policy makes of it")
    .argument("[file]", "a workload as JSON, or an array of them; - reads standard input")
    .option("-p, --policy <names>", `one or more of ${policyNames.join(" ")}`, (names) => names.split(","))
    .option("-j, --jobs <list>", "lengths (24,3,3), or NAME:ARRIVAL:BURSTS[:FIELD=VALUE …] (A:0:8,B:1:5/3/2:nice=5)")
    .option("-c, --cpus <count>", "how many CPUs, 1 to 8", parseNumber)
    .option("-q, --quantum <ticks>", "ticks at a time; one number per level (2,4,8) for mlfq", parseNumbers)
    .option(
      "-o, --option <name=value>",
      "any other option of a policy (contextSwitch=1, boost=50, tie=id …); may be repeated",
      parseOption,
      {},
    )
    .option("--explain", "say why for each decision")
    .option("--csv <file>", "write every event as CSV")
    .option("--perfetto <file>", "write the trace for ui.perfetto.dev or chrome://tracing")
    .option("--exam <seed>", "print a random exercise, the same for the same seed", parseNumber)
    .option("--solution", "with --exam: the answer, with every decision")
    .option("--json", "print one JSON document")
    .addHelpText("after", examples)
    .action(async (file: string | undefined, options: SimulateOptions) => {
      if (options.exam !== undefined) return printExam(createExam(options.exam), options);
      const asked = await readWorkloads(file, options);
      if (options.json) printJson(asked);
      else printRuns(asked, options);
    });
}

const examples = `
Examples:
  npx ring3 simulate --policy rr --quantum 4 --jobs 24,3,3
  npx ring3 simulate --policy fcfs,sjf,srtn --jobs A:0:8,B:1:4,C:2:9,D:3:5 --explain
  npx ring3 simulate --exam 7 --solution
  npx ring3 simulate workload.json --json

A workload: { "policy": "rr", "options": { "quantum": 2 }, "cpus": 1,
              "jobs": [{ "id": "A", "arrival": 0, "bursts": [5, 3, 2] }] }   (CPU 5, I/O 3, CPU 2)
`;

function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value)) throw new InvalidArgumentError("It must be a whole number.");
  return value;
}

function parseNumbers(text: string): number | number[] {
  const [first = 0, ...others] = text.split(",").map(parseNumber);
  return others.length === 0 ? first : [first, ...others];
}

/** `name=value`: numbers, true and false are what they look like; `a,b` is a list. */
function parseOption(text: string, before: WorkloadOptions): WorkloadOptions {
  const [name = "", value] = text.split(/=(.*)/s, 2);
  if (name === "" || value === undefined) throw new InvalidArgumentError("It must be NAME=VALUE, as in boost=50.");
  const values = value.split(",").map(readValue);
  return { ...before, [name]: values.length === 1 ? values[0] : values };
}

function readValue(text: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
}

interface Asked {
  readonly workloads: readonly AskedWorkload[];
  /** Asked for as a list, and so answered by one. */
  readonly isList: boolean;
}
interface AskedWorkload {
  readonly workload: unknown;
  /** Where it comes from, for errors. */
  readonly place: string;
}

/** The file's workloads; what the command line says besides holds for all of them. */
async function readWorkloads(file: string | undefined, options: SimulateOptions): Promise<Asked> {
  if (file === undefined && options.jobs === undefined)
    throw new Misuse(
      "usage",
      "give a FILE (or - for standard input), --jobs, or --exam (see: npx ring3 simulate --help)",
    );
  const given: unknown = file === undefined ? {} : parseJson(await readText(file), file);
  const isList = Array.isArray(given);
  const asked: readonly unknown[] = isList ? given : [given];
  const policies = options.policy ?? [undefined];
  const workloads = asked.flatMap((one, index) =>
    policies.map((policy) => ({
      workload: merge(one, policy, options),
      place: [file ?? "--jobs", ...(isList ? [`[${index}]`] : [])].join(" "),
    })),
  );
  return { workloads, isList: isList || policies.length > 1 };
}

function merge(given: unknown, policy: string | undefined, { jobs, cpus, quantum, option }: SimulateOptions): unknown {
  if (typeof given !== "object" || given === null) return given;
  const before = "options" in given ? (given.options as object) : {};
  const added = { ...option, ...(quantum === undefined ? {} : { quantum }) };
  return {
    ...given,
    ...(policy === undefined ? {} : { policy }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(jobs === undefined ? {} : { jobs: parseJobs(jobs) }),
    ...(Object.keys(added).length === 0 ? {} : { options: { ...before, ...added } }),
  };
}

/** What `work` makes of a workload; what is wrong with it is said with its place. */
function workOn<Result>(work: (workload: Workload) => Result): (asked: AskedWorkload) => Result {
  return ({ workload, place }) => {
    try {
      return work(checkWorkload(workload));
    } catch (error) {
      if (!(error instanceof WorkloadError)) throw error;
      throw new Misuse("workload", error.message, error.at === undefined ? place : `${place} ${error.at}`);
    }
  };
}

async function readText(file: string): Promise<string> {
  try {
    // Standard input may be a pipe into which somebody is still writing.
    return file === "-" ? await readAll(process.stdin) : readFileSync(file, "utf8");
  } catch (error) {
    throw new Misuse("unreadable", (error as Error).message, file);
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Misuse("json", (error as Error).message, file);
  }
}

function printJson({ workloads, isList }: Asked): void {
  const reports = workloads.map(workOn(reportWorkload));
  process.stdout.write(`${JSON.stringify(isList ? reports : reports[0])}\n`);
}

function printRuns({ workloads }: Asked, options: SimulateOptions): void {
  const runs = workloads.map(workOn(simulateWorkload));
  for (const run of runs) process.stdout.write(describeRun(run, options.explain ?? false));
  if (runs.length > 1) process.stdout.write(`${printView(showMetrics(runs))}\n`);
  const [first] = runs;
  if (first && options.csv !== undefined) writeFileSync(options.csv, printCsv(first.trace));
  if (first && options.perfetto !== undefined) writeFileSync(options.perfetto, printPerfetto(first.trace));
}

function describeRun(run: WorkloadRun, explain: boolean): string {
  const { columns, isTTY } = process.stdout;
  const chart = printGantt(showGantt(run), {
    width: isTTY ? Math.min(columns, 120) : 80,
    colour: isTTY && !process.env["NO_COLOR"],
  });
  const decisions = explain ? `${printDecisions(run)}\n` : "";
  const stopped = run.limit === null ? "" : `Stopped after ${run.limit}.\n\n`;
  return `${chart}\n${printView(showMetrics(run))}${sayMachine(run)}\n\n${decisions}${stopped}`;
}

/** How the machine was used, in a line. */
function sayMachine({ trace, jobs, end }: WorkloadRun): string {
  const { utilisation, throughput, fairness, switches, migrations } = foldMetrics(trace, jobs, end).metrics;
  const parts = [
    `utilisation ${percent.format(utilisation ?? 0)}`,
    `throughput ${figure.format(throughput ?? 0)} jobs per tick`,
    `fairness ${figure.format(fairness ?? 1)}`,
    `switches ${switches ?? 0}`,
    ...(trace.cpus > 1 ? [`migrations ${migrations ?? 0}`] : []),
  ];
  return parts.join(", ");
}
const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
const figure = new Intl.NumberFormat("en", { maximumSignificantDigits: 3, useGrouping: false });

/** Every event that has a reason, one per line. */
function printDecisions({ trace, jobs }: WorkloadRun): string {
  const reasons = trace.events.filter(({ why }) => why !== undefined);
  const width = String(reasons.at(-1)?.at ?? 0).length;
  const nameOf = (pid: number) => String(jobs[pid - 1]?.id ?? pid);
  return reasons
    .map(({ at, cpu, pid, kind, why }) => {
      const where = trace.cpus > 1 && cpu !== undefined ? ` on CPU ${cpu}` : "";
      // The reason of a preemption begins with who is preempted.
      const what = kind === "preempt" ? why : `${nameOf(pid)} ${verbs[kind] ?? kind}${where}: ${why}`;
      return `${String(at).padStart(width)}  ${what}\n`;
    })
    .join("");
}

const verbs: Readonly<Record<string, string>> = {
  run: "runs",
  renew: "goes on",
  move: "moves",
  switch: "is switched to",
  wake: "wakes",
};

function printExam(exam: Exam, { json, solution }: SimulateOptions): void {
  if (json) {
    const answer = { chosen: reportWorkload(exam.workload), rival: reportWorkload(exam.rival) };
    process.stdout.write(`${JSON.stringify({ ...exam, ...(solution ? { solution: answer } : {}) })}\n`);
    return;
  }
  const lines = [
    `Exercise ${exam.seed}`,
    "",
    printView(tabulateJobs(exam)),
    ...exam.rules,
    "",
    ...exam.questions.map((question, index) => `${index + 1}. ${question}`),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  if (!solution) return;
  process.stdout.write(`\nSolution\n\n${describeRun(simulateWorkload(exam.workload), true)}`);
  process.stdout.write(`Question 3\n\n${describeRun(simulateWorkload(exam.rival), false)}`);
}

function tabulateJobs({ workload: { jobs } }: Exam) {
  const hasPriority = jobs.some(({ priority }) => priority !== undefined);
  return {
    view: "table" as const,
    columns: ["process", "arrival", "CPU burst", ...(hasPriority ? ["priority"] : [])],
    rows: jobs.map(({ id, arrival = 0, bursts, priority = 0 }) => [
      id,
      arrival,
      bursts[0] ?? 0,
      ...(hasPriority ? [priority] : []),
    ]),
  };
}
