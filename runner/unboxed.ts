/** `ring3 run --unboxed`: the program runs as the reader, in this very process, which has the flags that fork() needs. */
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { execvp } from "../native/posix.ts";
import { driveProgram } from "../native/drive.ts";
import { startAsC } from "../native/start.ts";
import type { RunRequest } from "../schema/protocol.ts";
import { describeError } from "./zygote/errors.ts";
import { importScript, prepareLoader, prepareScript } from "./zygote/script.ts";

/** Does not return for `sh` and `c`: this process becomes the program. */
export async function runUnboxed(file: string, request: RunRequest): Promise<void> {
  process.stderr.write(
    `ring3: ${file} runs unboxed, with all your rights: no limit on files, network, memory or time\n`,
  );
  const place = path.resolve(file);
  if (request.language === "sh") return become("/bin/sh", [place, ...request.args]);
  if (request.language === "c") return become(compile(place), request.args);
  const script = prepareScript(request);
  const url = pathToFileURL(place).href;
  try {
    if (script === null || "fault" in script) throw script?.fault;
    prepareLoader();
    Object.assign(globalThis, { check: printCheck, result: printResult });
    process.argv = ["node", file, ...request.args];
    startAsC();
    const main = await importScript(script.code, url);
    if (main !== undefined) driveProgram(main);
  } catch (error) {
    process.stderr.write(describeError(error, request.source, url));
    process.exitCode = 1;
  }
}

function become(program: string, args: readonly string[]): void {
  startAsC();
  execvp(program, [program, ...args]);
}

/** The program that the compiler made; ends this process with the compiler's complaint where it made none. */
function compile(file: string): string {
  const program = path.join(mkdtempSync(path.join(tmpdir(), "ring3-")), path.basename(file, ".c"));
  const compiler = spawnSync("cc", ["-Wall", "-O1", "-o", program, file, "-pthread", "-lrt"], { stdio: "inherit" });
  if (compiler.status !== 0) process.exit(compiler.status ?? 1);
  return program;
}

function printCheck(label: string, ok: unknown): void {
  process.stderr.write(`${ok ? "✔" : "✘"} ${label}\n`);
}

function printResult(value: unknown): void {
  process.stderr.write(`result: ${JSON.stringify(value)}\n`);
}
