/** Jobs as a command line gives them: `24,3,3`, or `A:0:8,B:1:4` (name, arrival, bursts), or `A:0:5/3/2:nice=5` (CPU 5, I/O 3, CPU 2). */
import type { Job } from "../schema/workload.ts";
import { Misuse } from "./misuse.ts";

/** What may follow a job's bursts as `name=value`. */
const numbers = ["priority", "nice", "tickets", "period", "deadline", "slice"] as const;
const form = "a job is BURSTS, ARRIVAL:BURSTS or NAME:ARRIVAL:BURSTS, and then NAME=VALUE …, as in A:0:5/3/2:nice=5";

/** @throws Misuse: a job that is not written so. Whether its numbers make sense, the simulator says. */
export const parseJobs = (list: string): Job[] => list.split(",").map((text, index) => parseJob(text.trim(), index));

function parseJob(text: string, index: number): Job {
  const parts = text.split(":");
  const plain = parts.filter((part) => !part.includes("="));
  const [bursts = "", arrival = "0", id = `P${index + 1}`] = plain.toReversed();
  if (plain.length === 0 || plain.length > 3 || id === "") throw refuse(text, form);
  return {
    id,
    arrival: parseNumber(arrival, text),
    bursts: bursts.split("/").map((burst) => parseNumber(burst, text)),
    ...Object.fromEntries(parts.filter((part) => part.includes("=")).map((part) => parseField(part, text))),
  };
}

function parseField(part: string, job: string): readonly [string, unknown] {
  const [name = "", value = ""] = part.split("=", 2);
  if (name === "user") return [name, value];
  if (name === "affinity") return [name, value.split("+").map((cpu) => parseNumber(cpu, job))];
  if ((numbers as readonly string[]).includes(name)) return [name, parseNumber(value, job)];
  throw refuse(job, `${name} is nothing that a job has: ${[...numbers, "user", "affinity"].join(", ")}`);
}

function parseNumber(text: string, job: string): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) throw refuse(job, `${JSON.stringify(text)} is no number; ${form}`);
  return value;
}

const refuse = (job: string, message: string): Misuse => new Misuse("jobs", message, `--jobs ${job}`);
