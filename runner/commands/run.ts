import { readFileSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import { maxTimeoutMs, type End } from "../../schema/cell.ts";
import type { RunRequest } from "../../schema/protocol.ts";
import { startMachine, type Machine } from "../machine.ts";
import { Misuse } from "../misuse.ts";
import { prepareStage } from "../stage.ts";
import { runUnboxed } from "../unboxed.ts";

const languages: Readonly<Record<string, RunRequest["language"]>> = { ".ts": "ts", ".sh": "sh", ".c": "c" };
/** Where the file's folder is in the box. */
const folder = "/work";

interface RunOptions {
  readonly unboxed?: boolean;
  readonly timeout: number;
}

export function addRun(program: Command): void {
  program
    .command("run")
    .description("run one program (.ts, .sh, .c) in the box that live cells have, its folder read-only at /work")
    .argument("<file>")
    .argument("[args...]", "the program's own, best after --")
    .addOption(
      new Option("--timeout <seconds>", "how long it may take")
        .argParser(parseSeconds)
        .default(maxTimeoutMs, `${maxTimeoutMs / 1_000}, which is also the most`),
    )
    .option("--unboxed", "run it as yourself, outside any box: it can then read and change all that you can")
    .passThroughOptions()
    .action(async (file: string, args: string[], options: RunOptions) => {
      const request = readRequest(file, args[0] === "--" ? args.slice(1) : args, options.timeout);
      if (options.unboxed) return runUnboxed(file, request);
      process.exitCode = await runBoxed(file, request);
    });
}

function readRequest(file: string, args: readonly string[], timeoutMs: number): RunRequest {
  const language = languages[path.extname(file)];
  if (language === undefined) throw new Misuse("language", "a program's name ends in .ts, .sh or .c", file);
  const source = readSource(file);
  const portable = language === "ts" && /\bfunction\s*\*\s*main\b/.test(source) && !/["']ring3\/posix["']/.test(source);
  return { language, source, portable, box: null, files: [], with: {}, args: [...args], timeoutMs, trace: false };
}

function readSource(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Misuse("unreadable", (error as Error).message, file);
  }
}

/** The status that a shell would show: the program's own, or 128 and the number of the signal that ended it. */
async function runBoxed(file: string, request: RunRequest): Promise<number> {
  const bind = { from: path.resolve(path.dirname(file)), to: folder };
  const machine = startMachine(prepareStage(), true, [bind]);
  try {
    await machine.ready;
  } catch (error) {
    throw new Misuse("box", `${(error as Error).message} (npx ring3 doctor says more; --unboxed needs no box)`, file);
  }
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void machine.kill("stopped"));
  const status = await followRun(machine, request, path.basename(file, path.extname(file)));
  await machine.kill();
  return status;
}

function followRun(machine: Machine, request: RunRequest, name: string): Promise<number> {
  return new Promise((resolve) => {
    machine.run(
      "run",
      request,
      (message) => {
        if (message.type === "output" && !process.stdout.write(message.text)) {
          machine.pause();
          process.stdout.once("drain", () => machine.resume());
        }
        if (message.type === "check") process.stderr.write(`${message.check.ok ? "✔" : "✘"} ${message.check.label}\n`);
        if (message.type === "result") process.stderr.write(`result: ${JSON.stringify(message.value)}\n`);
        if (message.type !== "ended") return;
        const { exitStatus, termSignal, cause } = message.end;
        if (cause !== "ended") process.stderr.write(`ring3: ${explain(cause, request.timeoutMs)}\n`);
        resolve(exitStatus ?? 128 + (constants.signals[termSignal as NodeJS.Signals] ?? 0));
      },
      { folder, name },
    );
  });
}

function explain(cause: Exclude<End["cause"], "ended">, timeoutMs: number): string {
  const words = {
    time: `ended after ${timeoutMs / 1_000} s, its time limit (--timeout)`,
    output: "ended: it printed more than 1 MiB",
    memory: "ended: its processes held more than 512 MiB together",
    lost: "its box ended unexpectedly",
    stopped: "stopped",
  };
  return words[cause];
}

function parseSeconds(text: string): number {
  const timeoutMs = 1_000 * Number.parseFloat(text);
  if (timeoutMs >= 1 && timeoutMs <= maxTimeoutMs) return Math.round(timeoutMs);
  throw new InvalidArgumentError(`A time is a number of seconds, at most ${maxTimeoutMs / 1_000}.`);
}
