/** Workloads from outside: whether they make sense, and if not, what to change. */
import { policyNames, type Job, type PolicyName, type Workload } from "../../schema/workload.ts";
import { hintAt, isWhole, sayWhole, show, WorkloadError } from "./check.ts";
import { checkOptions, isRecord, maxTicks } from "./options.ts";
import type { Tick } from "./policy.ts";

const maxJobs = 10_000;
const maxBursts = 10_001;
const maxName = 100;
/** Longest hyperperiod that is simulated without being asked for. */
const maxHyperperiod = 10_000_000;

/** @throws WorkloadError that names the job and the field. */
export function checkWorkload(value: unknown): Workload {
  if (!isRecord(value)) throw new WorkloadError(`a workload is an object with policy and jobs, not ${show(value)}`);
  const { policy, options = {}, cpus = 1, jobs } = value;
  checkPolicyName(policy);
  checkCpus(cpus);
  checkOptions(options);
  checkJobs(jobs, cpus);
  return { policy, options, cpus, jobs };
}

/** @throws WorkloadError */
export function checkPolicyName(name: unknown): asserts name is PolicyName {
  if ((policyNames as readonly unknown[]).includes(name)) return;
  const hint = hintAt(name, policyNames);
  throw new WorkloadError(`there is no policy ${show(name)}.${hint} There are: ${policyNames.join(", ")}`, "policy");
}

/** @throws WorkloadError */
export function checkCpus(cpus: unknown): asserts cpus is number {
  if (!isWhole(cpus, 1, 8)) throw new WorkloadError(`cpus must be ${sayWhole(1, 8)}, not ${show(cpus)}`, "cpus");
}

/** @throws WorkloadError */
export function checkJobs(jobs: unknown, cpus: number): asserts jobs is readonly Job[] {
  if (!Array.isArray(jobs)) throw new WorkloadError(`jobs must be a list, not ${show(jobs)}`, "jobs");
  if (jobs.length > maxJobs) throw new WorkloadError(`jobs must be at most ${maxJobs}, not ${jobs.length}`, "jobs");
  const ids = new Set<string>();
  for (const [index, job] of (jobs as readonly unknown[]).entries()) checkJob(job, `jobs[${index}]`, ids, cpus);
}

/** Numbers that a job may have, the least and the most. */
const figures: readonly (readonly [name: keyof Job, least: number, most?: number])[] = [
  ["arrival", 0],
  ["priority", -maxTicks],
  ["nice", -20, 19],
  ["tickets", 1],
  ["size", 0],
  ["workingSet", 0],
  ["period", 1],
  ["deadline", 1],
  ["slice", 1],
];

function checkJob(job: unknown, at: string, ids: Set<string>, cpus: number): void {
  if (!isRecord(job)) throw new WorkloadError(`${at} must be an object with id and bursts, not ${show(job)}`, at);
  // Only its own fields count.
  const own = (name: string): unknown => (Object.hasOwn(job, name) ? job[name] : undefined);
  const id = own("id");
  const refuse = (name: string, message: string, who = `job ${String(id)}`): never => {
    throw new WorkloadError(`${who}: ${name} ${message}`, `${at}.${name}`);
  };

  if (!isName(id) && !Number.isSafeInteger(id))
    refuse("id", `must be a whole number or a name of at most ${maxName} characters, not ${show(id)}`, at);
  if (ids.has(String(id))) refuse("id", `${show(id)} is taken; each job needs its own`, at);
  ids.add(String(id));

  const bursts = own("bursts");
  if (!Array.isArray(bursts)) return refuse("bursts", `must be a list of ticks, not ${show(bursts)}`);
  const { length } = bursts;
  if (length % 2 === 0)
    refuse("bursts", `must begin and end with CPU (CPU, I/O, CPU, …), so an odd number of them, not ${length}`);
  if (length > maxBursts) refuse("bursts", `must be at most ${maxBursts}, not ${length}`);
  for (const [index, ticks] of (bursts as readonly unknown[]).entries())
    if (!isWhole(ticks, 0, maxTicks))
      refuse(`bursts[${index}]`, `must be ${sayWhole(0, maxTicks)}, not ${show(ticks)}`);

  for (const [name, least, most = maxTicks] of figures) {
    const value = own(name);
    if (value !== undefined && !isWhole(value, least, most))
      refuse(name, `must be ${sayWhole(least, most)}, not ${show(value)}`);
  }

  const [user, affinity] = [own("user"), own("affinity")];
  if (user !== undefined && !isName(user))
    refuse("user", `must be a name of at most ${maxName} characters, not ${show(user)}`);
  const isSound = Array.isArray(affinity) && affinity.length > 0 && affinity.every((cpu) => isWhole(cpu, 0, cpus - 1));
  if (affinity !== undefined && !isSound)
    refuse("affinity", `must be a list of CPUs from 0 to ${cpus - 1}, not ${show(affinity)}`);
}

const isName = (value: unknown): boolean => typeof value === "string" && value !== "" && value.length <= maxName;

/**
 * When a run with periodic jobs has shown everything: a hyperperiod after the last first release. Infinity where none is periodic.
 * @throws WorkloadError: the hyperperiod is too long to be meant.
 */
export function findHorizon(jobs: readonly Job[]): Tick {
  let offset = 0;
  let hyperperiod = 0;
  for (const { id, period, arrival = 0 } of jobs) {
    if (period === undefined) continue;
    offset = Math.max(offset, arrival);
    hyperperiod = hyperperiod === 0 ? period : hyperperiod * (period / findGreatestDivisor(hyperperiod, period));
    if (hyperperiod > maxHyperperiod)
      throw new WorkloadError(
        `the periods up to that of job ${id}, ${period}, repeat together only after more than ${maxHyperperiod} ticks; say with options.horizon when the run ends`,
        "options.horizon",
      );
  }
  return hyperperiod === 0 ? Infinity : offset + hyperperiod;
}

const findGreatestDivisor = (a: number, b: number): number => (b === 0 ? a : findGreatestDivisor(b, a % b));
