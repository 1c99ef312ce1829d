import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { FromRunner, RunRequest } from "../schema/protocol.ts";
import { createMachines, type MachinesOptions } from "./machines.ts";
import { createRuns, type Runs } from "./runs.ts";
import { prepareStage } from "./stage.ts";
import { createRequest } from "./testing/machine.ts";

const stage = prepareStage();
const closing: (() => Promise<void>)[] = [];
after(() => Promise.all(closing.map((close) => close())));

/** Machines of a test's own, and a page that uses them. */
function open(options: Partial<MachinesOptions> = {}) {
  const machines = createMachines({ stage, warm: 0, max: 1, ...options });
  closing.push(() => machines.close());
  return { machines, runs: createRuns(machines) };
}

const sh = (source: string, box: string | null = null) => createRequest({ language: "sh", source, box });
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts a run; `onMessage` sees each report as it comes. */
function follow(runs: Runs, id: string, request: RunRequest, onMessage: (message: FromRunner) => void = () => {}) {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<FromRunner>();
  const messages: FromRunner[] = [];
  runs.start(id, request, (message) => {
    messages.push(message);
    onMessage(message);
    if (message.type === "started") begun.resolve();
    if (message.type === "ended" || message.type === "refused") ended.resolve(message);
  });
  return { begun: begun.promise, ended: ended.promise, messages };
}

const causeOf = (message: FromRunner) => (message.type === "ended" ? message.end.cause : message.type);

test("a run that begins while its page is slow waits too", async () => {
  const { runs } = open();
  runs.pause();
  const run = follow(runs, "a", sh("echo hello"));
  await sleep(400);
  assert.deepEqual(run.messages, []);
  runs.resume();
  assert.equal(causeOf(await run.ended), "ended");
});

test("a shared machine goes on after a pause in which its last run ended", async () => {
  const { runs } = open();
  const first = follow(runs, "a", sh("echo a", "m"), ({ type }) => {
    // Output and end arrive together, and the page falls behind between them.
    if (type === "started") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    if (type === "output") runs.pause();
  });
  await first.ended;
  runs.resume();
  assert.equal(causeOf(await follow(runs, "b", { ...sh("echo b", "m"), timeoutMs: 2_000 }).ended), "ended");
});

test("a run that is stopped while its shared machine is in line ends at once, and is told of its place no more", async () => {
  const { runs } = open();
  const busy = follow(runs, "busy", sh("sleep 9"));
  await busy.begun;
  const waiting = follow(runs, "waiting", sh("echo never", "m"));
  await sleep(20);
  const began = performance.now();
  runs.stop("waiting");
  assert.equal(causeOf(await waiting.ended), "stopped");
  assert.ok(performance.now() - began < 100);
  runs.stop("busy");
  await busy.ended;
  await follow(runs, "next", sh("true", "m")).ended;
  assert.equal(causeOf(waiting.messages.at(-1)!), "stopped");
});

test("a page that leaves takes its shared machines out of the line", async () => {
  const { machines, runs } = open();
  const busy = follow(runs, "busy", sh("sleep 9"));
  await busy.begun;
  const leaving = createRuns(machines);
  for (const box of ["a", "b", "c"]) leaving.start(box, sh("true", box), () => {});
  await sleep(20);
  await leaving.close();
  const next = follow(runs, "next", sh("true"));
  await sleep(20);
  assert.deepEqual(next.messages, [{ type: "queued", run: "next", place: 1 }]);
  runs.stop("busy");
  assert.equal(causeOf(await next.ended), "ended");
});

test("a machine that does not start refuses its run, and a reset of it harms nothing", async () => {
  const { runs } = open({ stage: { ...stage, node: "/nowhere" } });
  const run = follow(runs, "a", sh("true", "m"));
  await runs.reset("m");
  assert.equal(causeOf(await run.ended), "refused");
});

test("who is in line when the runner ends is refused", async () => {
  const { machines, runs } = open();
  const busy = follow(runs, "busy", sh("sleep 9"));
  await busy.begun;
  const waiting = follow(runs, "waiting", sh("true"));
  await machines.close();
  assert.equal(causeOf(await waiting.ended), "refused");
  assert.equal(causeOf(await busy.ended), "lost");
  assert.equal(machines.count, 0);
});
