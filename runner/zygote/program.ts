/** A forked child becomes the reader's program. */
import type { EventEmitter } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import {
  _exit,
  close,
  dup2,
  execve,
  F_DUPFD_CLOEXEC,
  fcntl,
  PR_SET_DUMPABLE,
  prctl,
  RLIMIT_DATA,
  setrlimit,
  setsid,
  write,
} from "../../native/posix.ts";
import { driveProgram } from "../../native/drive.ts";
import { programDescriptors } from "../../native/flags.mjs";
import { startAsC } from "../../native/start.ts";
import type { RunRequest } from "../../schema/protocol.ts";
import { describeError } from "./errors.ts";
import type { Job, Placement } from "./job.ts";
import { addressScript, importScript, type Script } from "./script.ts";
import { markRun } from "./tree.ts";

/** What one process of a run may have beyond what it starts with (getrlimit(2), RLIMIT_DATA). */
const dataBytes = 2 ** 28;
/** What Node starts with: most of it is address space that V8 has set aside for code. */
const startBytes = 1024 * Number(/^VmData:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
/** Runs yield to the zygote and the runner, so that Stop is obeyed while a fork bomb is on. */
const niceness = 5;
/** Descriptors that programs expect to be handed out first stay free: this one is far above. */
const reportFd = 200;
const maxResultUnits = 65_536;
/** Linux takes no longer argument (MAX_ARG_STRLEN). */
const maxArgumentBytes = 131_072;

/** Runs the job in this process, which was forked for it. For `sh` and `c` it does not return: the process becomes another program. */
export function runProgram(job: Job): void {
  becomeRun(job);
  const { request, placement } = job;
  try {
    for (const file of request.files) writeBoxFile(file.path, file.text);
    const environment = { ...process.env, ...describeValues(request.with) };
    process.chdir(placement.folder);
    if (request.language === "sh") execShell(request, placement.name, environment);
    if (request.language === "c") execCompiled(request, placement.name, environment);
  } catch (error) {
    fail(`${error instanceof Error ? error.message : String(error)}\n`);
  }
  if (job.script !== null) runScript(job.script, request, placement);
}

function becomeRun(job: Job): void {
  setsid();
  markRun(job.number);
  setrlimit(RLIMIT_DATA, startBytes + dataBytes, startBytes + dataBytes);
  os.setPriority(niceness);
  prctl(PR_SET_DUMPABLE, 1);
  dup2(job.output, 1);
  dup2(job.output, 2);
  fcntl(job.reports, F_DUPFD_CLOEXEC, reportFd);
  close(job.output);
  close(job.reports);
  startAsC(programDescriptors);
}

/** In the box and with the run's own rights: a link in the way leads to nothing that the program could not reach itself. */
function writeBoxFile(file: string, text: string): void {
  const target = path.resolve("/home/reader", file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
}

/** Values of the notebook as a shell or a C program reads them: text as it is, anything else as JSON. */
function describeValues(values: RunRequest["with"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

function execShell(request: RunRequest, name: string, environment: Record<string, string | undefined>): never {
  if (Buffer.byteLength(request.source) >= maxArgumentBytes)
    fail(`a shell program is at most ${maxArgumentBytes} bytes long\n`);
  setrlimit(RLIMIT_DATA, dataBytes, dataBytes);
  execve("/bin/sh", ["sh", "-c", request.source, `${name}.sh`, ...request.args], environment);
}

/** As `cc -Wall -O1 -o cell cell.c` and `./cell` would do it in a terminal; what the compiler says is shown when it fails. */
function execCompiled(request: RunRequest, name: string, environment: Record<string, string | undefined>): never {
  // Loaded here, because only C needs it and every zygote would wait for it.
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const folder = mkdtempSync("/tmp/cell-");
  writeFileSync(path.join(folder, `${name}.c`), request.source);
  // Headers stand where the program seems to stand, and not where it is compiled.
  const options = ["-Wall", "-O1", "-iquote", process.cwd(), "-o", name, `${name}.c`, "-pthread", "-lrt"];
  const compiler = spawnSync("cc", options, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  if (compiler.error) fail(`cc: ${compiler.error.message}\n`);
  if (compiler.status !== 0) fail(compiler.stdout + compiler.stderr);
  setrlimit(RLIMIT_DATA, dataBytes, dataBytes);
  execve(path.join(folder, name), [`./${name}`, ...request.args], environment);
}

function runScript(script: Script, request: RunRequest, placement: Placement): void {
  const url = addressScript(placement);
  const describe = (error: unknown) => describeError(error, request.source, url);
  if ("fault" in script) fail(describe(script.fault));
  process.argv = ["node", `${placement.name}.ts`, ...request.args];
  Object.assign(globalThis, request.with, { check, result });
  const endByError = (error: unknown): void => {
    // The program's own listeners come first, as without us.
    if ((process as EventEmitter).emit("uncaughtException", error, "uncaughtException")) return;
    writeSync(2, describe(error));
    process.exit(1);
  };
  process.setUncaughtExceptionCaptureCallback(endByError);
  let settled = false;
  process.on("exit", () => {
    if (settled || process.exitCode !== undefined) return;
    writeSync(2, "The program has nothing left to do, but still waits at an `await` of its top level.\n");
    process.exitCode = 13;
  });
  const run = async (): Promise<void> => {
    try {
      const main = await importScript(script.code, url);
      if (main !== undefined) driveProgram(main, request.trace ? { report: reportFd } : {});
    } catch (error) {
      endByError(error);
    } finally {
      settled = true;
    }
  };
  void run();
}

/** Tells the page whether a property held. */
function check(label: string, ok: boolean): void {
  if (typeof ok !== "boolean") throw new TypeError(`check takes true or false, not ${typeof ok}`);
  report({ type: "check", check: { label: String(label).slice(0, 200), ok } });
}

/** Hands a value back to the notebook, under the cell's name. It travels as JSON. */
function result(value: unknown): void {
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError("result takes what JSON can write: no functions, no undefined");
  if (text.length > maxResultUnits) throw new RangeError(`result takes at most ${maxResultUnits} characters of JSON`);
  report({ type: "result", value });
}

function report(message: object): void {
  write(reportFd, JSON.stringify(message));
}

function fail(text: string): never {
  writeSync(2, text);
  _exit(1);
}
