import { randomBytes } from "node:crypto";
import { availableParallelism, release } from "node:os";
import path from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import type { Capability } from "../../schema/command.ts";
import { probeCapabilities } from "../capabilities.ts";
import { createMachines, refuseMachines, type Machines } from "../machines.ts";
import { Misuse } from "../misuse.ts";
import { openBrowser } from "../open.ts";
import { startServer, type Server } from "../server.ts";
import { openSession } from "../session.ts";
import { loadSite, type Site } from "../site.ts";
import { prepareStage, type Stage } from "../stage.ts";
import { dropRoot } from "../user.ts";

/** Pages of the public site know this one (Node's own list of registered ports has nothing there). */
const defaultPort = 7433;
const dist = path.resolve(import.meta.dirname, "..", "..", "dist");

export function addServe(program: Command): void {
  program
    .command("serve")
    .description("serve the course on this machine, with live cells")
    .option("--port <number>", "where to listen on 127.0.0.1; 0: any free port", parsePort, defaultPort)
    .option("--no-open", "do not open a browser")
    .action(serve);
}

async function serve(options: { port: number; open: boolean }): Promise<void> {
  const site = readSite();
  const stage = prepareStage();
  // All that needs root, or our own files, has been read by now.
  dropRoot();
  const capabilities = await probeCapabilities();
  const machines = openMachines(stage, capabilities);
  const token = randomBytes(32).toString("base64url");
  const facts = { kernel: `Linux ${release()}`, cpus: availableParallelism(), capabilities };
  const server = await listen(options.port, token, site, machines, facts);
  const url = `http://127.0.0.1:${server.port}/#token=${token}`;
  process.stdout.write(`Ring 3 is at ${url}\n`);
  const closeBrowser = options.open ? openBrowser(url) : () => {};
  await untilAsked();
  closeBrowser();
  await Promise.all([server.close(), machines.close()]);
  // Probes and sockets of a browser may linger; there is nothing left to say.
  process.exit(0);
}

function readSite(): Site {
  try {
    return loadSite(dist);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Misuse("unbuilt", "the site is not built: run `npm start`, or `npm run build`", dist);
  }
}

function openMachines(stage: Stage, capabilities: readonly Capability[]): Machines {
  const missing = capabilities.find(({ name, ok }) => !ok && (name === "bubblewrap" || name === "userns"));
  if (missing === undefined) return createMachines({ stage });
  process.stderr.write(`Live cells will not run: ${missing.detail}\n  ${missing.remedy ?? ""}\n`);
  return refuseMachines(missing.detail, missing.remedy ?? "npx ring3 doctor");
}

interface Facts {
  readonly kernel: string;
  readonly cpus: number;
  readonly capabilities: readonly Capability[];
}

async function listen(port: number, token: string, site: Site, machines: Machines, facts: Facts): Promise<Server> {
  try {
    return await startServer({ port, token, site, onSession: (socket) => openSession(socket, { machines, ...facts }) });
  } catch (error) {
    await machines.close();
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    const hint = "is the course open already? Another port: npx ring3 serve --port 0 (any free one)";
    throw new Misuse("port-taken", `port ${port} is taken: ${hint}`, `127.0.0.1:${port}`);
  }
}

/** Resolves on SIGINT, SIGTERM or SIGHUP, or when the Node that started us is gone. */
function untilAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => resolve());
    process.once("disconnect", () => resolve());
  });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isSafeInteger(port) && (port === 0 || (port >= 1_024 && port <= 65_535))) return port;
  throw new InvalidArgumentError("A port is a number from 1024 to 65535, or 0 for any free one.");
}
