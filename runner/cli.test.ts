import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { after, describe, test } from "node:test";
import type { CommandError, DoctorReport, VerifyReport } from "../schema/command.ts";

const command = path.join(import.meta.dirname, "ring3.mjs");
const folder = mkdtempSync(path.join(tmpdir(), "ring3-cli-"));
chmodSync(folder, 0o755);
after(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function ring3(
  args: readonly string[],
  options: { readonly node?: string; readonly bin?: string; readonly cwd?: string } = {},
): Promise<Ended> {
  const { node = process.execPath, bin = command, cwd = folder } = options;
  return new Promise((resolve) => {
    const child = execFile(node, [bin, ...args], { cwd, timeout: 60_000 }, (_error, stdout, stderr) =>
      resolve({ status: child.exitCode, stdout, stderr }),
    );
  });
}

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe("ring3", () => {
  test("says what is missing before anything is installed, under whatever Node", async () => {
    const bare = path.join(folder, "bare");
    cpSync(command, path.join(bare, "runner", "ring3.mjs"));
    cpSync(path.join(import.meta.dirname, "..", "native", "flags.mjs"), path.join(bare, "native", "flags.mjs"));
    const node = existsSync("/usr/bin/node") ? "/usr/bin/node" : process.execPath;
    const { status, stdout, stderr } = await ring3(["verify", "--json"], {
      node,
      bin: path.join(bare, "runner", "ring3.mjs"),
    });
    assert.equal(status, 2);
    assert.match(stderr, /run `npm start` first/);
    assert.equal((JSON.parse(stdout) as CommandError).error.code, "uninstalled");
  });

  test("hands over to the project's own Node, under an older one too, and keeps status and arguments", async () => {
    const file = write(
      "status.ts",
      "console.log(process.version.split('.')[0], process.argv.slice(2).join()); process.exitCode = 7;",
    );
    const node = existsSync("/usr/bin/node") ? "/usr/bin/node" : process.execPath;
    const { status, stdout } = await ring3(["run", file, "a", "--json"], { node });
    assert.deepEqual([status, stdout], [7, "v24 a,--json\n"]);
  });

  test("answers misuse with status 2 and, with --json, one document", async () => {
    for (const args of [["nonsense"], ["bench", "nothing"], ["verify", "nowhere"], ["serve", "--port", "80"]]) {
      const { status, stdout, stderr } = await ring3([...args, "--json"]);
      assert.equal(status, 2, args.join(" "));
      const { error } = JSON.parse(stdout) as CommandError;
      assert.ok(error.code !== "" && error.message !== "" && stderr !== "");
    }
  });

  test("has --help for every command", async () => {
    for (const name of ["serve", "verify", "run", "doctor", "bench"]) {
      const { status, stdout } = await ring3([name, "--help"]);
      assert.equal(status, 0);
      assert.match(stdout, new RegExp(`Usage: ring3 ${name}`));
    }
  });
});

describe("ring3 run", () => {
  test("sees its folder read-only at /work, and nothing else of ours", async () => {
    const file = write("look.sh", "pwd; cat look.sh | wc -l; touch x 2>/dev/null || echo read-only; ls /home");
    const { status, stdout } = await ring3(["run", file]);
    assert.deepEqual([status, stdout], [0, "/work\n1\nread-only\nreader\n".replace("\n1\n", "\n0\n")]);
  });

  test("holds no descriptor of whoever started the command", async () => {
    const file = write(
      "descriptors.ts",
      'import { readdirSync, readlinkSync } from "node:fs";\nfor (const fd of readdirSync("/proc/self/fd")) try { console.log(readlinkSync(`/proc/self/fd/${fd}`)); } catch {}',
    );
    const foreign = openSync(write("foreign", "secret"), "r");
    const nothing = Array.from({ length: 61 }, () => "ignore" as const);
    const child = spawn(process.execPath, [command, "run", file], {
      stdio: ["ignore", "pipe", "inherit", ...nothing, foreign, foreign],
    });
    closeSync(foreign);
    const output = await text(child.stdio[1]!);
    assert.match(output, /pipe:/);
    assert.doesNotMatch(output, /foreign/);
  });

  test("imports files beside it, and names its own lines in errors", async () => {
    write("lib.ts", "export const three: number = 3;");
    const file = write("program.ts", 'import { three } from "./lib.ts";\nthrow new Error(`no ${three}`);');
    const { status, stdout } = await ring3(["run", file]);
    assert.equal(status, 1);
    assert.match(stdout, /^program\.ts:2\n.*\n.*\nError: no 3\n/);
  });

  test("compiles C, drives portable programs, shows signals as a shell does", async () => {
    const c = write(
      "answer.c",
      '#include <stdio.h>\nint main(int argc, char **argv) { printf("%s %d\\n", argv[0], argc); return 42; }',
    );
    assert.deepEqual((({ status, stdout }) => [status, stdout])(await ring3(["run", c, "x"])), [42, "./answer 2\n"]);
    const portable = write(
      "portable.ts",
      'import { print, getpid } from "ring3";\nfunction* main() { yield* print((yield* getpid()) > 0); }',
    );
    assert.equal((await ring3(["run", portable])).stdout, "true\n");
    assert.equal((await ring3(["run", write("killed.sh", "kill -TERM $$")])).status, 143);
  });

  test("ends what takes too long", async () => {
    const { status, stderr } = await ring3(["run", "--timeout", "0.3", write("loop.ts", "for (;;);")]);
    assert.equal(status, 137);
    assert.match(stderr, /ended after 0\.3 s, its time limit/);
  });

  test("--unboxed says what it gives up", async () => {
    const file = write("own.ts", "console.log(process.cwd());");
    const { stdout, stderr } = await ring3(["run", "--unboxed", file]);
    assert.equal(stdout, `${folder}\n`);
    assert.match(stderr, /runs unboxed, with all your rights/);
  });
});

describe("ring3 doctor", () => {
  test("names every capability, with a remedy for what is missing", async () => {
    const { status, stdout } = await ring3(["doctor", "--json"]);
    const { capabilities } = JSON.parse(stdout) as DoctorReport;
    const names = new Set(capabilities.map(({ name }) => name));
    for (const name of ["kernel", "node", "bubblewrap", "userns", "cc", "chromium", "cgroup2", "smp", "box"])
      assert.ok(names.has(name), name);
    for (const { name, ok, remedy } of capabilities) assert.ok(ok || remedy !== undefined, `${name} has no remedy`);
    assert.equal(status, 0);
  });
});

describe("ring3 serve", () => {
  const start = async (args: readonly string[], env: NodeJS.ProcessEnv = process.env) => {
    const child = spawn(process.execPath, [command, "serve", "--no-open", ...args], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env,
    });
    let stdout = "";
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += String(chunk)));
    child.stdout.on("data", (chunk: Buffer) => (stdout += String(chunk)));
    await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
    return { child, output: () => stdout, errors: () => stderr };
  };
  const skip = existsSync(path.join(import.meta.dirname, "..", "dist", "index.html")) ? false : "the site is not built";

  test("prints one address with a token, serves the site, and ends within a second", { skip }, async () => {
    const { child, output, errors } = await start(["--port", "0"]);
    const urls = [...output().matchAll(/http:\/\/127\.0\.0\.1:(\d+)\/#token=([\w-]{43})/g)];
    assert.equal(urls.length, 1, errors());
    const [, port = "", token = ""] = urls[0] ?? [];
    const page = await fetch(`http://127.0.0.1:${port}/`);
    assert.equal(page.status, 200);
    assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'.*frame-ancestors 'none'$/);
    if (process.getuid?.() === 0) {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      assert.doesNotMatch(status, /^Uid:\s+0/m, "the runner is still root");
      assert.match(status, /^Groups:\s*$/m);
    }
    const began = performance.now();
    child.kill("SIGTERM");
    assert.deepEqual(await once(child, "exit"), [0, null]);
    assert.ok(performance.now() - began < 1_000);
    assert.ok(!errors().includes(token));
  });

  test("says so where the port is taken, and names the way out", { skip }, async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const { status, stderr } = await ring3(["serve", "--no-open", "--port", String(port)]);
    server.close();
    assert.equal(status, 2);
    assert.match(stderr, new RegExp(`port ${port} is taken.*--port 0`));
  });

  test("without bubblewrap serves the pages, and says what live cells lack", { skip }, async () => {
    const { child, output, errors } = await start(["--port", "0"], { ...process.env, PATH: "/nowhere" });
    const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(output())?.[0] ?? "";
    assert.equal((await fetch(url)).status, 200);
    assert.match(errors(), /Live cells will not run.*\n.*apt-get install bubblewrap/);
    child.kill("SIGTERM");
    await once(child, "exit");
  });
});

describe("ring3 verify", () => {
  const fence = "```";
  const chapter = (output: string): string => `---
title: A test
description: A test
---

${fence}ts sim name=doubled
const double = (n: number): number => 2 * n;
display(double(21));
${fence}

${fence}output
42
${fence}

${fence}ts live name=child
import { fork, wait, _exit } from "ring3/posix";
if (fork() === 0) _exit(3);
console.log("child ended with", wait().exitStatus);
check("it forked", true);
${fence}

${fence}output
${output}
${fence}

${fence}sh live box=fifo
mkfifo f; cat f
${fence}

${fence}output
met
${fence}

${fence}sh live box=fifo
echo met > f
${fence}
`;
  const report = async (args: readonly string[]): Promise<{ status: number | null; report: VerifyReport }> => {
    const { status, stdout } = await ring3(["verify", "--json", ...args]);
    return { status, report: JSON.parse(stdout) as VerifyReport };
  };

  test("fails where an expectation was changed by hand or no sample is recorded; --update mends both, and then it passes", async () => {
    const file = write("01-test.md", chapter("child ended with 4"));
    const before = await report([file]);
    assert.equal(before.status, 1);
    const failed = before.report.cells
      .filter((cell) => cell.status === "failed")
      .map(({ name, reason }) => [name, reason]);
    assert.deepEqual(failed.toSorted(), [
      ["cell-3", "no sample of it is recorded"],
      ["cell-4", "no sample of it is recorded"],
      ["child", "it printed something else; no sample of it is recorded"],
    ]);
    assert.equal((await report(["--update", file])).status, 0);
    assert.equal(readFileSync(file, "utf8"), chapter("child ended with 3"));
    write("01-test.md", chapter("child ended with [n]"));
    const { status, report: after } = await report([file]);
    assert.deepEqual(after.cells.map(({ name, kernel, status }) => [name, kernel, status]).toSorted(), [
      ["cell-3", "live", "passed"],
      ["cell-4", "live", "passed"],
      ["child", "live", "passed"],
      ["doubled", "sim", "passed"],
    ]);
    assert.deepEqual([status, after.passed, after.failed, after.skipped], [0, 4, 0, 0]);
  });

  test("names file, line and column of what is wrong with a chapter, and runs nothing of it", async () => {
    const file = write("02-broken.md", chapter("x").replace("sim name=doubled", "sim nam=doubled"));
    const { status, report: broken } = await report([file]);
    assert.equal(status, 1);
    assert.match(broken.cells[0]?.reason ?? "", /02-broken\.md:6:\d+: /);
    assert.ok(broken.cells.slice(1).every((cell) => cell.status === "skipped"));
  });

  test("fails a cell whose types are wrong, at its place", async () => {
    const file = write("03-types.md", chapter("x").replace("display(double(21))", 'display(double("21"))'));
    const { report: wrong } = await report([file]);
    assert.match(wrong.cells.find(({ name }) => name === "doubled")?.reason ?? "", /03-types\.md:8:16: /);
  });
});
