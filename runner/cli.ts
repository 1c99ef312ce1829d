/** `ring3`: one file per command, in commands/. With `--json` stdout is one JSON document, and all else goes to stderr. */
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { Command, CommanderError } from "commander";
import type { CommandError } from "../schema/command.ts";
import { addBench } from "./commands/bench.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addRun } from "./commands/run.ts";
import { addServe } from "./commands/serve.ts";
import { addSimulate } from "./commands/simulate.ts";
import { addVerify } from "./commands/verify.ts";
import { Misuse } from "./misuse.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

// Whoever reads us may leave (`ring3 doctor | head -1`): then we end as a C program does, and say nothing.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(128 + constants.signals.SIGPIPE);
});

const program = new Command("ring3")
  .description("How processes live together on one machine: a course whose every claim is a cell that runs.")
  .version(version)
  .enablePositionalOptions()
  .exitOverride()
  .configureOutput({ outputError: () => {} });
for (const add of [addServe, addVerify, addRun, addSimulate, addDoctor, addBench]) add(program);
for (const command of program.commands) command.exitOverride().configureOutput({ outputError: () => {} });

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}

/** Says what went wrong; the status to end with. */
function reportError(error: unknown): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  const { code, message, at } = describe(error);
  if (process.argv.includes("--json")) {
    const document: CommandError = { error: { code, message, ...(at !== undefined && { at }) } };
    process.stdout.write(`${JSON.stringify(document)}\n`);
  }
  process.stderr.write(`ring3: ${at === undefined ? "" : `${at}: `}${message}\n`);
  return 2;
}

function describe(error: unknown): { code: string; message: string; at?: string | undefined } {
  if (error instanceof Misuse) return error;
  if (error instanceof CommanderError)
    return { code: "usage", message: `${error.message.replace(/^error: /, "")} (see: npx ring3 --help)` };
  if (error instanceof Error)
    return { code: "failed", message: process.env["RING3_DEBUG"] ? String(error.stack) : error.message };
  return { code: "failed", message: String(error) };
}
