import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import * as v from "valibot";
import { WebSocket } from "ws";
import { fromRunnerSchema, protocolVersion, type FromRunner, type ToRunner } from "../schema/protocol.ts";
import { createMachines, refuseMachines, type Machines } from "./machines.ts";
import { startServer, type Server } from "./server.ts";
import { openSession } from "./session.ts";
import { prepareStage } from "./stage.ts";
import { createRequest } from "./testing/machine.ts";

const token = "test";
let machines: Machines;
let server: Server;

before(async () => {
  machines = createMachines({ stage: prepareStage(), warm: 1, max: 4 });
  server = await serve(machines);
});
after(async () => {
  await server.close();
  await machines.close();
});

function serve(machines: Machines): Promise<Server> {
  return startServer({
    port: 0,
    token,
    site: { files: new Map(), framed: new Set(), notFound: null },
    onSession: (socket) => openSession(socket, { machines, kernel: "Linux", cpus: 1, capabilities: [] }),
  });
}

interface Page {
  readonly socket: WebSocket;
  readonly messages: readonly FromRunner[];
  readonly send: (message: ToRunner) => void;
  /** Resolves with the first message, past or future, that fits. */
  readonly find: (fits: (message: FromRunner) => boolean) => Promise<FromRunner>;
}

/** A page that is connected; every message that it gets must fit the protocol. */
async function openPage(port = server.port): Promise<Page> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, [protocolVersion, `token.${token}`], {
    origin: `http://127.0.0.1:${port}`,
  });
  const messages: FromRunner[] = [];
  const waiting = new Set<() => void>();
  socket.on("message", (data) => {
    messages.push(v.parse(fromRunnerSchema, JSON.parse((data as Buffer).toString())));
    for (const look of waiting) look();
  });
  await once(socket, "open");
  return {
    socket,
    messages,
    send: (message) => socket.send(JSON.stringify(message)),
    find: (fits) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = messages.find(fits);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}
const ended = (run: string) => (message: FromRunner) => message.type === "ended" && message.run === run;
const outputOf = (page: Page, run: string): string =>
  page.messages.map((message) => (message.type === "output" && message.run === run ? message.text : "")).join("");

test("a page is greeted, runs a program and hears how it ended", async () => {
  const page = await openPage();
  page.send({ type: "run", run: "a", request: createRequest({ source: "console.log('hi')" }) });
  await page.find(ended("a"));
  assert.deepEqual(
    page.messages.map(({ type }) => type),
    ["hello", "started", "output", "ended"],
  );
  page.socket.close();
});

test("every run without a box has a machine of its own", async () => {
  const page = await openPage();
  page.send({ type: "run", run: "a", request: createRequest({ language: "sh", source: "touch note; ls" }) });
  await page.find(ended("a"));
  page.send({ type: "run", run: "b", request: createRequest({ language: "sh", source: "ls" }) });
  await page.find(ended("b"));
  assert.deepEqual([outputOf(page, "a"), outputOf(page, "b")], ["note\n", ""]);
  page.socket.close();
});

test("runs of one box meet in it, at the same time; pages do not", async () => {
  const [page, other] = await Promise.all([openPage(), openPage()]);
  const request = (source: string) => createRequest({ language: "sh", box: "fifo", source });
  page.send({ type: "run", run: "make", request: request("mkfifo /tmp/f") });
  await page.find(ended("make"));
  page.send({ type: "run", run: "reader", request: request("cat /tmp/f") });
  await page.find((message) => message.type === "started" && message.run === "reader");
  page.send({ type: "run", run: "writer", request: request("echo met > /tmp/f") });
  await page.find(ended("reader"));
  assert.equal(outputOf(page, "reader"), "met\n");
  other.send({ type: "run", run: "look", request: request("ls /tmp") });
  await other.find(ended("look"));
  assert.equal(outputOf(other, "look"), "");
  page.socket.close();
  other.socket.close();
});

test("a machine that is reset is new, and its runs end as stopped", async () => {
  const page = await openPage();
  page.send({
    type: "run",
    run: "a",
    request: createRequest({ language: "sh", box: "m", source: "touch note; echo on; sleep 9" }),
  });
  await page.find(({ type }) => type === "output");
  page.send({ type: "reset", box: "m" });
  const end = await page.find(ended("a"));
  assert.equal(end.type === "ended" && end.end.cause, "stopped");
  await page.find(({ type }) => type === "reset");
  page.send({ type: "run", run: "b", request: createRequest({ language: "sh", box: "m", source: "ls" }) });
  await page.find(ended("b"));
  assert.equal(outputOf(page, "b"), "");
  page.socket.close();
});

test("a run that is stopped ends within 100 ms of the click", async () => {
  const page = await openPage();
  page.send({ type: "run", run: "a", request: createRequest({ source: "console.log('on'); for (;;);" }) });
  await page.find(({ type }) => type === "output");
  const began = performance.now();
  page.send({ type: "stop", run: "a" });
  const end = await page.find(ended("a"));
  const ms = performance.now() - began;
  console.log(`stopped ${ms.toFixed(1)} ms after the click`);
  assert.equal(end.type === "ended" && end.end.cause, "stopped");
  assert.ok(ms < 100, `${ms} ms`);
  page.socket.close();
});

test("who finds no machine free is told the place in line, and gets one", async () => {
  const page = await openPage();
  const ids = ["a", "b", "c", "d", "e", "f"];
  for (const run of ids)
    page.send({ type: "run", run, request: createRequest({ language: "sh", source: "sleep 0.3" }) });
  await Promise.all(ids.map((run) => page.find(ended(run))));
  const places = page.messages.flatMap((message) => (message.type === "queued" ? [message.place] : []));
  assert.ok(places.includes(1) && places.includes(2), places.join());
  assert.ok(machines.count <= 4);
  page.socket.close();
});

test("a slow page makes its program wait, and loses nothing", async () => {
  const page = await openPage();
  page.socket.pause();
  page.send({ type: "run", run: "a", request: createRequest({ language: "sh", source: "seq 100000" }) });
  await new Promise((resolve) => setTimeout(resolve, 300));
  page.socket.resume();
  await page.find(ended("a"));
  assert.equal(outputOf(page, "a"), Array.from({ length: 100_000 }, (_, i) => `${i + 1}\n`).join(""));
  page.socket.close();
});

test("a page that reads nothing and goes on asking is let go", async () => {
  const page = await openPage();
  page.socket.pause();
  page.socket.on("error", () => {});
  const closed = once(page.socket, "close");
  const long = createRequest({ language: "sh", source: "sleep 30", timeoutMs: 30_000 });
  const again = JSON.stringify({ type: "run", run: "a", request: createRequest({ source: "" }) });
  page.send({ type: "run", run: "a", request: long });
  let asked = 0;
  for (; asked < 1_000_000 && page.socket.readyState === page.socket.OPEN; asked++) {
    page.socket.send(again);
    if (asked % 1_000 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  page.socket.resume();
  await closed;
  console.log(`let go after ${asked} refusals that it did not read`);
  assert.ok(asked < 1_000_000);
});

test("a page that leaves takes its programs and machines along", async () => {
  const page = await openPage();
  page.send({ type: "run", run: "a", request: createRequest({ source: "console.log('on'); for (;;);" }) });
  page.send({
    type: "run",
    run: "b",
    request: createRequest({ language: "sh", box: "m", source: "echo on; sleep 9" }),
  });
  await Promise.all(["a", "b"].map((run) => page.find((message) => message.type === "output" && message.run === run)));
  page.socket.terminate();
  const deadline = performance.now() + 2_000;
  while (machines.count > 1 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(machines.count <= 1, `${machines.count} machines live`);
});

const malformed: readonly (readonly [title: string, data: string | Buffer, code: number])[] = [
  ["no JSON", "{", 1008],
  ["a message of no known type", '{"type":"format"}', 1008],
  ["a box that is a path", JSON.stringify({ type: "reset", box: "../x" }), 1008],
  [
    "a file that climbs out",
    JSON.stringify({
      type: "run",
      run: "a",
      request: { ...createRequest({ source: "" }), files: [{ path: "../x", text: "" }] },
    }),
    1008,
  ],
  [
    "an hour of time",
    JSON.stringify({ type: "run", run: "a", request: createRequest({ source: "", timeoutMs: 3_600_000 }) }),
    1008,
  ],
  ["bytes", Buffer.from([1, 2, 3]), 1003],
];
for (const [title, data, code] of malformed)
  test(`${title} ends the session with a reason`, async () => {
    const page = await openPage();
    page.socket.send(data);
    const [got, reason] = (await once(page.socket, "close")) as [number, Buffer];
    assert.equal(got, code);
    assert.notEqual(String(reason), "");
  });

test("a second run of the same id is refused, and the first goes on", async () => {
  const page = await openPage();
  const request = createRequest({ language: "sh", source: "sleep 0.2; echo first" });
  page.send({ type: "run", run: "a", request });
  page.send({ type: "run", run: "a", request });
  await page.find(({ type }) => type === "refused");
  await page.find(ended("a"));
  assert.equal(outputOf(page, "a"), "first\n");
  page.socket.close();
});

test("without bubblewrap a live cell is refused with the command that helps", async () => {
  const poor = await serve(refuseMachines("live cells run in a box", "sudo apt-get install bubblewrap"));
  const page = await openPage(poor.port);
  page.send({ type: "run", run: "a", request: createRequest({ source: "" }) });
  const refusal = await page.find(({ type }) => type === "refused");
  assert.deepEqual(refusal, {
    type: "refused",
    run: "a",
    code: "box",
    message: "live cells run in a box",
    remedy: "sudo apt-get install bubblewrap",
  });
  page.socket.close();
  await poor.close();
});
