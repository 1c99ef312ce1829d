/** `ring3 bench runner`: what a reader waits for, through the real server and its WebSocket, beside a Node that starts cold; in one run. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { WebSocket } from "ws";
import { forkFlags } from "../../native/flags.mjs";
import type { BenchResult } from "../../schema/command.ts";
import { protocolVersion, type FromRunner, type RunRequest } from "../../schema/protocol.ts";
import { startMachine } from "../machine.ts";
import { createMachines } from "../machines.ts";
import { startServer } from "../server.ts";
import { openSession } from "../session.ts";
import { prepareStage, type Stage } from "../stage.ts";
import { median, round } from "./median.ts";

const runs = 60;
const freshRuns = 15;
const coldRuns = 15;
const boxStarts = 10;
/** Long enough for the next warm machine to be ready: what is measured is not its start. */
const betweenFreshRunsMs = 400;
const mostMs = 10;
const mostRatio = 0.1;
const mostStartMs = 120;
const source = "const answer: number = 41 + 1; console.log('hi', answer);";

export async function benchRunner(): Promise<BenchResult[]> {
  const stage = prepareStage();
  const starts = await measureBoxStarts(stage);
  const { warm, fresh, cold } = await measureClicks(stage);
  const baseline = { name: "a cold Node that loads the addon and prints", value: round(cold) };
  const target = `≤ ${mostMs} ms and ≤ 1/10 of the baseline`;
  const describe = (name: string, value: number): BenchResult => ({
    name,
    value: round(value),
    unit: "ms",
    baseline,
    ratio: round(value / cold),
    target,
    ok: value <= mostMs && value / cold <= mostRatio,
  });
  return [
    describe("click message → first output, warm box (median)", warm),
    describe("click message → first output, fresh machine of the pool (median)", fresh),
    {
      name: "box: spawn → zygote ready (median)",
      value: round(starts),
      unit: "ms",
      target: `≤ ${mostStartMs} ms`,
      ok: starts <= mostStartMs,
    },
  ];
}

async function measureBoxStarts(stage: Stage): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < boxStarts; count++) {
    const began = performance.now();
    const machine = startMachine(stage, true);
    await machine.ready;
    times.push(performance.now() - began);
    await machine.kill();
  }
  return median(times);
}

/** Warm, fresh and cold take turns, so that whatever else the machine does falls on all of them. */
async function measureClicks(stage: Stage): Promise<{ warm: number; fresh: number; cold: number }> {
  const machines = createMachines({ stage, warm: 1 });
  const server = await startServer({
    port: 0,
    token: "bench",
    site: { files: new Map(), framed: new Set(), notFound: null },
    onSession: (socket) => openSession(socket, { machines, kernel: "Linux", cpus: 1, capabilities: [] }),
  });
  const origin = `http://127.0.0.1:${server.port}`;
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/`, [protocolVersion, "token.bench"], { origin });
  await once(socket, "open");
  await click(socket, "first", "warm");
  const warm: number[] = [];
  const fresh: number[] = [];
  const cold: number[] = [];
  for (let count = 0; count < runs; count++) {
    warm.push(await click(socket, `warm-${count}`, "warm"));
    if (count < coldRuns) cold.push(await startCold());
    if (count >= freshRuns) continue;
    await new Promise((resolve) => setTimeout(resolve, betweenFreshRunsMs));
    fresh.push(await click(socket, `fresh-${count}`, null));
  }
  socket.terminate();
  await Promise.all([server.close(), machines.close()]);
  return { warm: median(warm), fresh: median(fresh), cold: median(cold) };
}

/** Sends the message of a click; how long until the first output came, in milliseconds. Resolves when the run has ended. */
function click(socket: WebSocket, run: string, box: string | null): Promise<number> {
  const request: RunRequest = {
    language: "ts",
    source,
    portable: false,
    box,
    files: [],
    with: {},
    args: [],
    timeoutMs: 5_000,
    trace: false,
  };
  return new Promise((resolve, reject) => {
    let first = Number.NaN;
    const began = performance.now();
    const listen = (data: Buffer): void => {
      const message = JSON.parse(String(data)) as FromRunner;
      if (!("run" in message) || message.run !== run) return;
      if (message.type === "output" && Number.isNaN(first)) first = performance.now() - began;
      if (message.type === "refused") reject(new Error(message.message));
      if (message.type !== "ended") return;
      socket.off("message", listen);
      resolve(first);
    };
    socket.on("message", listen);
    socket.send(JSON.stringify({ type: "run", run, request }));
  });
}

async function startCold(): Promise<number> {
  const began = performance.now();
  const node = spawn(process.execPath, [...forkFlags, path.join(import.meta.dirname, "cold.ts")], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(node.stdout, "data");
  const ms = performance.now() - began;
  await once(node, "exit");
  return ms;
}
