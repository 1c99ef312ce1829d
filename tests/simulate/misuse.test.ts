/** What makes no sense is refused by `ring3 simulate`: with status 2, one JSON document, and the place, the job and the field in it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { CommandError } from "../../schema/command.ts";
import type { WorkloadReport } from "../../schema/workload.ts";

const command = path.join(import.meta.dirname, "..", "..", "runner", "ring3.mjs");

/** What `ring3 simulate - --json` answers to parts of a text that come one after the other. */
async function simulate(...parts: readonly string[]): Promise<{ status: number | null; document: unknown }> {
  const child = spawn(process.execPath, [command, "simulate", "-", "--json"], { stdio: ["pipe", "pipe", "ignore"] });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const printed = text(child.stdout);
  for (const part of parts) {
    if (part !== parts[0]) await sleep(100);
    child.stdin.write(part);
  }
  child.stdin.end();
  return { document: JSON.parse(await printed), status: await ended };
}

const job = (fields: object): object => ({
  policy: "rr",
  jobs: [
    { id: "A", bursts: [3] },
    { id: "B", bursts: [2], ...fields },
  ],
});

const refused: readonly (readonly [what: string, asked: unknown, at: string, message: RegExp])[] = [
  ["a negative burst", job({ bursts: [1, -2, 3] }), "- jobs[1].bursts[1]", /^job B: bursts\[1\] must be .* not -2$/],
  ["an arrival in words", job({ arrival: "noon" }), "- jobs[1].arrival", /^job B: arrival must be .* not "noon"$/],
  ["two jobs of one name", job({ id: "A" }), "- jobs[1].id", /id "A" is taken/],
  [
    "an option that nobody knows",
    { ...job({}), options: { quantun: 2 } },
    "- options.quantun",
    /Did you mean quantum\?/,
  ],
  [
    "an option by inheritance",
    `{"policy":"rr","options":{"__proto__":{}},"jobs":[]}`,
    "- options.__proto__",
    /no option/,
  ],
  ["a quantum of 0", { ...job({}), options: { quantum: 0 } }, "- options.quantum", /quantum must be .* not 0$/],
  ["a share that is none", { ...job({}), options: { shares: { ann: -1 } } }, "- options.shares", /for each user/],
  ["an unknown policy in a list", [job({}), { ...job({}), policy: "mlqf" }], "- [1] policy", /Did you mean mlfq\?/],
  ["a job without a period under rm", { ...job({}), policy: "rm" }, "-", /A has no period/],
  ["a run without end", { ...job({ bursts: [10 ** 9] }), options: { limit: 1_000 } }, "- options.limit", /1000 events/],
  ["no JSON", "{", "-", /JSON/],
];

test("whatever makes no sense is refused with its place", async () => {
  await Promise.all(
    refused.map(async ([what, asked, at, message]) => {
      const { status, document } = await simulate(typeof asked === "string" ? asked : JSON.stringify(asked));
      const { error } = document as CommandError;
      assert.equal(status, 2, what);
      assert.equal(error.at, at, what);
      assert.match(error.message, message, what);
    }),
  );
});

test("standard input is read to its end, however long it is and however slowly it comes", async () => {
  const jobs = Array.from({ length: 10_000 }, (_, id) => ({ id, bursts: [1] }));
  const whole = JSON.stringify({ policy: "fcfs", jobs });
  const { status, document } = await simulate(whole.slice(0, 10), whole.slice(10, 100_000), whole.slice(100_000));
  assert.equal(status, 0);
  assert.equal((document as WorkloadReport).jobs.at(-1)?.finish, 10_000);
});
