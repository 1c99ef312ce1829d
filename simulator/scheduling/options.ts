/** Every option of a workload by its name, and what it must be. To add one: a field in schema/workload.ts, and a row here. */
import type { WorkloadOptions } from "../../schema/workload.ts";
import { hintAt, isWhole, sayWhole, show, WorkloadError } from "./check.ts";

/** The latest time and the longest duration: sums of a few thousand of them are still exact. */
export const maxTicks = 1_000_000_000;

/** What a value must be, in words, and whether it is that. */
interface Rule {
  readonly must: string;
  readonly holds: (value: unknown) => boolean;
}

const whole = (least: number, most = maxTicks): Rule => ({
  must: sayWhole(least, most),
  holds: (value) => isWhole(value, least, most),
});
const wholes = (least: number): Rule => ({
  must: `${sayWhole(least, maxTicks)}, or a list with one for each level`,
  holds: (value) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return list.length > 0 && list.length <= 100 && list.every((each) => isWhole(each, least, maxTicks));
  },
});
const oneOf = (...values: readonly unknown[]): Rule => ({
  must: values.map(show).join(" or "),
  holds: (value) => values.includes(value),
});
const isAmount = (value: unknown): boolean => typeof value === "number" && value >= 0 && value <= maxTicks;
const amount: Rule = { must: `a number from 0 to ${maxTicks}`, holds: isAmount };
const truth = oneOf(true, false);

/** An object with some of these fields and no others; a function as a value is for those who call from a program. */
const fields = (rules: Readonly<Record<string, Rule>>): Rule => ({
  must: `an object with ${Object.entries(rules)
    .map(([name, { must }]) => `${name} (${must})`)
    .join(", ")}`,
  holds: (value) =>
    isRecord(value) &&
    Object.entries(value).every(
      ([name, each]) => typeof each === "function" || (Object.hasOwn(rules, name) && rules[name]?.holds(each)),
    ),
});
const either = (one: Rule, other: Rule): Rule => ({
  must: `${one.must}, or ${other.must}`,
  holds: (value) => one.holds(value) || other.holds(value),
});

const rules: { readonly [Name in keyof Required<WorkloadOptions>]: Rule } = {
  quantum: wholes(1),
  allotment: wholes(1),
  boost: whole(0),
  levels: whole(1, 100),
  stay: truth,
  ioBump: truth,
  balance: whole(0),
  wholeQuantum: truth,
  shares: {
    must: `an object with ${sayWhole(1, maxTicks)} for each user`,
    holds: (value) => isRecord(value) && Object.values(value).every((share) => isWhole(share, 1, maxTicks)),
  },
  rule: oneOf("eevdf", "cfs"),
  latency: whole(1),
  minGranularity: whole(1),
  memory: whole(1),
  admitted: whole(1),
  admission: oneOf("arrival", "shortest", "mix"),
  longBurst: whole(1),
  swapEvery: whole(1),
  criteria: fields({ swapped: amount, used: amount, size: amount, importance: amount }),
  estimate: fields({
    weight: { must: "a number from 0 to 1", holds: (value) => isAmount(value) && Number(value) <= 1 },
    first: amount,
  }),
  contextSwitch: whole(0),
  seed: whole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  horizon: whole(1),
  limit: whole(1),
  preemptive: truth,
  agePerTick: amount,
  tie: oneOf("arrival", "running", "id"),
  arrivalAtQuantumEnd: oneOf("first", "last"),
  device: {
    must: "a name of at most 100 characters",
    holds: (value) => typeof value === "string" && value !== "" && value.length <= 100,
  },
  alignQuanta: truth,
  queues: oneOf("global", "per-cpu"),
  steal: either(truth, fields({ every: whole(1) })),
  keepCpu: truth,
  cache: fields({ warmupTicks: whole(0), warmRate: whole(1), cacheSize: whole(0) }),
};
const names = Object.keys(rules) as (keyof WorkloadOptions)[];

/** @throws WorkloadError that names the option; one that nobody knows, too. */
export function checkOptions(options: unknown): asserts options is WorkloadOptions {
  if (!isRecord(options)) throw new WorkloadError(`options must be an object, not ${show(options)}`, "options");
  for (const [name, value] of Object.entries(options)) {
    const at = `options.${name}`;
    if (!Object.hasOwn(rules, name))
      throw new WorkloadError(
        `there is no option ${show(name)}.${hintAt(name, names)} There are: ${names.join(", ")}`,
        at,
      );
    const { must, holds } = rules[name as keyof typeof rules];
    if (value !== undefined && !holds(value))
      throw new WorkloadError(`options: ${name} must be ${must}, not ${show(value)}`, at);
  }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
