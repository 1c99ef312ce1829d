/**
 * Schedules as text for addresses: `1~fork.print~K0N0K1N1R3`. After the version come the names of the calls, then the steps: an action
 * (`K` call, `S` signal, `T` timeout, `A` alarm, `F` flush), who (0 is the first process), `N` the call, and where they are not 0 or
 * none `C` the choice, `P` the CPU, `X` whoever stops elsewhere, `R` how often; `J` before it joins the tick of the step before. Numbers
 * have base 36. All characters may stand in an address as they are. Reasons (`why`) are left out.
 */
import { FIRST_PID } from "../kernel/kernel.ts";
import { MAX_CPUS } from "../kernel/limits.ts";
import type { Schedule, ScheduledStep, Stop } from "./driver.ts";

/** Most steps of a schedule, and longest text, in characters. */
const maxSteps = 100_000;
const maxLength = 500_000;
const version = "1";

/** The text is no schedule; `position` counts its characters from 0. */
export class ScheduleTextError extends Error {
  readonly position: number;
  constructor(position: number, message: string) {
    super(`a schedule's text, character ${position}: ${message}`);
    this.name = "ScheduleTextError";
    this.position = position;
  }
}

const letters = { call: "K", signal: "S", timeout: "T", alarm: "A", flush: "F" } as const;
const actions: Readonly<Record<string, ScheduledStep["action"]>> = {
  K: "call",
  S: "signal",
  T: "timeout",
  A: "alarm",
  F: "flush",
};

export function printSchedule(schedule: Schedule): string {
  const names = [...new Set(schedule.map(({ call }) => call))];
  const numbers = new Map(names.map((name, index) => [name, index]));
  const parts: string[] = [];
  let before = "";
  let times = 0;
  const flush = () => parts.push(before, times > 1 ? `R${times.toString(36)}` : "");
  for (const step of schedule) {
    const printed = printStep(step, numbers.get(step.call) ?? 0);
    if (printed !== before) flush();
    times = printed === before ? times + 1 : 1;
    before = printed;
  }
  flush();
  return `${version}~${names.join(".")}~${parts.join("")}`;
}

function printStep({ pid, action, choice, cpu = 0, joins, stops = [] }: ScheduledStep, name: number): string {
  const letter = letters[action];
  const optional = (mark: string, value: number) => (value === 0 ? "" : `${mark}${value.toString(36)}`);
  const others = stops.map((stop) => `X${printPid(stop.pid)}`).join("");
  return `${joins ? "J" : ""}${letter}${printPid(pid)}N${name.toString(36)}${optional("C", choice)}${optional("P", cpu)}${others}`;
}

const printPid = (pid: number): string => (pid - FIRST_PID).toString(36);
const readPid = (text: string): number => Number.parseInt(text, 36) + FIRST_PID;

/**
 * The schedule that `printSchedule` has printed, but for the reasons.
 * @throws ScheduleTextError: the text is none, is too long, or comes from a later version.
 */
export function readSchedule(text: string): Schedule {
  if (text.length > maxLength) throw new ScheduleTextError(maxLength, `it has more than ${maxLength} characters`);
  const head = /^(\w+)~([\w.]*)~/.exec(text);
  if (!head) throw new ScheduleTextError(0, "it does not begin as one does (1~…~)");
  if (head[1] !== version) throw new ScheduleTextError(0, `it has version ${head[1]}; this simulator reads ${version}`);
  const names = (head[2] ?? "").split(".");
  const steps: ScheduledStep[] = [];
  const pattern =
    /(J?)([KSTAF])([0-9a-z]{1,6})N([0-9a-z]{1,4})(?:C([0-9a-z]{1,6}))?(?:P([0-9a-z]))?((?:X[0-9a-z]{1,6})*)(?:R([0-9a-z]{1,6}))?/y;
  pattern.lastIndex = head[0].length;
  while (pattern.lastIndex < text.length) {
    const { lastIndex } = pattern;
    const match = pattern.exec(text);
    if (!match) throw new ScheduleTextError(lastIndex, "here should be a step");
    const [, joins, letter = "", who = "", name = "", choice = "0", cpu = "0", stops = "", times = "1"] = match;
    const call = names[Number.parseInt(name, 36)];
    if (call === undefined) throw new ScheduleTextError(lastIndex, `there is no call number ${name}`);
    const step = {
      pid: readPid(who),
      action: actions[letter] ?? "call",
      choice: Number.parseInt(choice, 36),
      call,
      why: "",
      preempts: "",
    };
    const where = { ...readPlace(cpu, lastIndex), ...readStops(stops), ...(joins ? { joins: true as const } : {}) };
    const count = Number.parseInt(times, 36);
    if (steps.length + count > maxSteps) throw new ScheduleTextError(lastIndex, `it has more than ${maxSteps} steps`);
    for (let time = 0; time < count; time += 1) steps.push({ ...step, ...where });
  }
  return steps;
}

function readPlace(text: string, position: number): { cpu?: number } {
  const cpu = Number.parseInt(text, 36);
  if (cpu >= MAX_CPUS) throw new ScheduleTextError(position, `there is no CPU ${cpu}; the last is ${MAX_CPUS - 1}`);
  return cpu === 0 ? {} : { cpu };
}

function readStops(text: string): { stops?: readonly Stop[] } {
  const stops = text.split("X").slice(1).map((who) => ({ pid: readPid(who), why: "" })); // prettier-ignore
  return stops.length === 0 ? {} : { stops };
}
