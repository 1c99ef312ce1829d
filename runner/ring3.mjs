#!/usr/bin/env node
// The `ring3` command. Runs under whatever Node is there (20 or newer) and hands over to the project's own Node 24,
// with the flags that fork() needs; they must be on the command line.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { forkFlags } from "../native/flags.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const node = path.resolve(here, "..", "node_modules", ".bin", "node");
if (!existsSync(node)) {
  const message = `Ring 3 is not installed yet: run \`npm start\` first, in ${path.resolve(here, "..")}`;
  if (process.argv.includes("--json")) console.log(JSON.stringify({ error: { code: "uninstalled", message } }));
  console.error(message);
  process.exit(2);
}
const args = [
  ...forkFlags,
  "--disable-warning=ExperimentalWarning",
  path.join(here, "cli.ts"),
  ...process.argv.slice(2),
];
if (process.execve) {
  process.removeAllListeners("warning");
  process.execve(node, [node, ...args]);
}
// An older Node stays in between: it passes signals on, and should it be killed itself, the command notices by the channel's end.
const child = spawn(node, args, { stdio: ["inherit", "inherit", "inherit", "ipc"] });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(`${node}: ${error.message}`);
  process.exit(2);
});
child.on("exit", (status, signal) => (signal === null ? process.exit(status) : process.kill(process.pid, "SIGKILL")));
