import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startMachine, type Machine } from "./machine.ts";
import { prepareStage } from "./stage.ts";
import { createRequest, runIn, startIn } from "./testing/machine.ts";

const stage = prepareStage();

describe("a program in a box", () => {
  let machine: Machine;
  before(async () => {
    machine = startMachine(stage, false);
    await machine.ready;
  });
  after(() => machine.kill());
  const run = (source: string, change: object = {}) => runIn(machine, createRequest({ source, ...change }));

  test("prints, and ends with its status", async () => {
    const { output, end } = await run("const n: number = 41; console.log('hi', n + 1); process.exitCode = 7;");
    assert.equal(output, "hi 42\n");
    assert.deepEqual({ ...end, ms: 0 }, { exitStatus: 7, termSignal: null, cause: "ended", ms: 0 });
  });

  test("forks for real", async () => {
    const { output } = await run(`
      import { fork, wait, _exit } from "ring3/posix";
      if (fork() === 0) { console.log("child"); _exit(3); }
      console.log("parent saw", wait().exitStatus);`);
    assert.equal(output, "child\nparent saw 3\n");
  });

  test("begins as a C program does: the first pipe is 3 and 4, SIGPIPE kills", async () => {
    const { output, end } = await run(`
      import { pipe, close, write } from "ring3/posix";
      const [r, w] = pipe();
      console.log(r, w);
      close(r);
      write(w, "x");`);
    assert.equal(output, "3 4\n");
    assert.equal(end.termSignal, "SIGPIPE");
  });

  test("shows standard output and standard error in the order in which they were written", async () => {
    const { output } = await run("for (let i = 0; i < 50; i++) (i % 2 ? console.error : console.log)(i);");
    assert.equal(output, Array.from({ length: 50 }, (_, i) => `${i}\n`).join(""));
  });

  test("is a module: top-level await, imports of node: and of files in its box", async () => {
    const files = [{ path: "lib/twice.ts", text: "export const twice = (n: number): number => 2 * n;" }];
    const source = `
      import { readFileSync } from "node:fs";
      import { twice } from "./lib/twice.ts";
      const n = await new Promise<number>((done) => setTimeout(() => done(4), 1));
      console.log(twice(n), readFileSync("lib/twice.ts", "utf8").length, (await import("./lib/twice.ts")).twice(1));`;
    assert.equal((await run(source, { files })).output, "8 50 2\n");
  });

  test("is given values of the notebook, and hands back checks and a result", async () => {
    const source =
      "declare const size: number; check('twice', size * 2 === 10); check('never', size > 9); result({ got: size });";
    const { messages } = await run(source, { with: { size: 5 } });
    const told = messages.filter(({ type }) => type === "check" || type === "result");
    assert.deepEqual(told, [
      { type: "check", run: "run", check: { label: "twice", ok: true } },
      { type: "check", run: "run", check: { label: "never", ok: false } },
      { type: "result", run: "run", value: { got: 5 } },
    ]);
  });

  test("shows an uncaught error at the reader's own line", async () => {
    const { output, end } = await run(
      'interface A { b: number }\nfunction f(): never {\n  throw new Error("boom");\n}\nf();',
    );
    assert.equal(
      output,
      'cell.ts:3\n  throw new Error("boom");\n        ^\nError: boom\n    at f (cell.ts:3:9)\n    at cell.ts:5:1\n',
    );
    assert.equal(end.exitStatus, 1);
  });

  test("shows a system call's error with its name", async () => {
    const { output } = await run('import { close } from "ring3/posix";\nclose(99);');
    assert.match(output, /^cell\.ts:2\nclose\(99\);\n\^\nError: close: Bad file descriptor \(EBADF\)\n/);
  });

  test("may wait for what never comes, and is told so", async () => {
    const { output, end } = await run("await new Promise(() => {});");
    assert.match(output, /still waits at an `await`/);
    assert.equal(end.exitStatus, 13);
  });

  test("may be a shell program, with arguments and values", async () => {
    const { output, end } = await run('echo "$0 $1 $size $HOME"; exit 4', {
      language: "sh",
      args: ["one"],
      with: { size: 3 },
    });
    assert.equal(output, "cell.sh one 3 /home/reader\n");
    assert.equal(end.exitStatus, 4);
  });

  test("may be a C program; a compiler's complaint is shown", async () => {
    const good = await run('#include <stdio.h>\nint main(void) { puts("C"); return 3; }', { language: "c" });
    assert.equal(good.output, "C\n");
    assert.equal(good.end.exitStatus, 3);
    const bad = await run("int main(void) { return x; }", { language: "c" });
    assert.match(bad.output, /cell\.c:1:25: error: .x. undeclared/);
    assert.equal(bad.end.exitStatus, 1);
  });

  test("may be portable: its main is driven with real calls, and traced on request", async () => {
    const source = `
      import { pipe, fork, close, write, read, wait, exit, print, text } from "ring3";
      function* main() {
        const [r, w] = yield* pipe();
        if ((yield* fork()) === 0) {
          yield* close(r);
          yield* write(w, "hello from the child");
          yield* exit(0);
        }
        yield* close(w);
        yield* print(text(yield* read(r, 64)));
        yield* wait();
      }`;
    const { output, end, messages } = await run(source, { portable: true, trace: true });
    assert.equal(output, "hello from the child\n");
    assert.equal(end.exitStatus, 0);
    const events = messages.flatMap((message) => (message.type === "trace" ? message.events : []));
    const roles = events.flatMap((event) => (event.kind === "start" ? [event.role] : []));
    assert.deepEqual(roles, ["main", "main.1"]);
  });

  test("shows what its children print after it has ended", async () => {
    const { output, end } = await run(`
      import { fork, getppid } from "ring3/posix";
      if (fork() === 0) setTimeout(() => console.log("orphan of", getppid()), 50);
      else { console.log("parent ends"); process.exit(2); }`);
    assert.equal(output, "parent ends\norphan of 1\n");
    assert.equal(end.exitStatus, 2);
  });

  test("keeps characters whole, however its output is cut", async () => {
    const { output } = await run(`
      import { write } from "ring3/posix";
      for (const byte of new TextEncoder().encode("ä→🐚")) { write(1, Uint8Array.of(byte)); await new Promise((done) => setTimeout(done, 3)); }`);
    assert.equal(output, "ä→🐚");
  });

  test("has no network but its own loopback, no home of ours, no environment of ours", async () => {
    const { output } = await run(`
      import { networkInterfaces, hostname, userInfo } from "node:os";
      import { existsSync, readdirSync } from "node:fs";
      console.log(Object.keys(networkInterfaces()).join(), hostname(), userInfo().username);
      console.log(existsSync("/root"), readdirSync("/home").join(), Object.keys(process.env).toSorted().join());`);
    assert.equal(output, "lo ring3 reader\nfalse reader HOME,LANG,PATH,PWD,USER\n");
  });
});

describe("a machine that programs share", () => {
  let machine: Machine;
  before(async () => {
    machine = startMachine(stage, false);
    await machine.ready;
  });
  after(() => machine.kill());
  const sh = (source: string) => createRequest({ source, language: "sh" });

  test("lets a reader of a FIFO wait until the writer runs", async () => {
    await runIn(machine, sh("mkfifo /tmp/f"));
    const reader = startIn(machine, sh("echo waiting; cat /tmp/f"), "reader");
    await reader.until(/waiting/);
    const writer = await runIn(machine, sh("echo through the fifo > /tmp/f"), "writer");
    assert.equal(writer.end.exitStatus, 0);
    assert.equal((await reader.ended).output, "waiting\nthrough the fifo\n");
  });

  test("sees the end of every run, at whatever moment its output closes", async () => {
    const moments = ["exec >&- 2>&-", "exec >&- 2>&-; read line < /proc/self/stat", "echo x", ":"];
    for (let count = 0; count < 100; count++) {
      const source = moments[count % moments.length]!;
      const { end } = await runIn(machine, { ...sh(source), timeoutMs: 3_000 }, `end-${count}`);
      assert.equal(end.cause, "ended", `run ${count}: ${source}`);
    }
  });

  test("ends one run's whole tree, daemons included, and leaves the others", async () => {
    const other = startIn(machine, sh("echo on; sleep 30"), "other");
    await other.until(/on/);
    const source =
      "setsid sh -c 'setsid sleep 31 & setsid sleep 31 &' ; trap '' TERM INT HUP; echo up; while :; do sleep 0.01; done";
    const tree = startIn(machine, sh(source), "tree");
    await tree.until(/up/);
    const began = performance.now();
    machine.stop("tree");
    const { end } = await tree.ended;
    const took = performance.now() - began;
    console.log(`a run in a shared machine stopped in ${took.toFixed(1)} ms`);
    assert.deepEqual([end.cause, end.termSignal], ["stopped", "SIGKILL"]);
    const left = await runIn(machine, sh("cat /proc/[0-9]*/cmdline | tr '\\0' ' '"));
    assert.doesNotMatch(left.output, /sleep 31/);
    assert.match(left.output, /sleep 30/);
    machine.stop("other");
    assert.equal((await other.ended).end.cause, "stopped");
  });

  test("has room for a limited number of processes, says so, and has room again after Stop", async () => {
    const bomb = startIn(
      machine,
      createRequest({
        language: "c",
        source:
          '#include <unistd.h>\n#include <stdio.h>\nint main(void) { puts("on"); fflush(stdout); for (;;) fork(); }',
      }),
      "bomb",
    );
    await bomb.until(/on/);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const refused = await runIn(machine, sh("echo never"), "refused");
    assert.match(refused.output, /No process could be started: fork: Resource temporarily unavailable/);
    const began = performance.now();
    machine.stop("bomb");
    assert.equal((await bomb.ended).end.cause, "stopped");
    console.log(`a fork bomb in a shared machine stopped in ${(performance.now() - began).toFixed(1)} ms`);
    assert.equal((await runIn(machine, sh("echo again"), "again")).output, "again\n");
  });

  test("keeps its files from run to run", async () => {
    await runIn(machine, sh("echo kept > note"));
    assert.equal((await runIn(machine, sh("cat note"))).output, "kept\n");
  });
});

test("a run that comes too late for its machine is lost", async () => {
  const machine = startMachine(stage, true);
  await machine.ready;
  await machine.kill();
  await machine.gone;
  const { end } = await runIn(machine, createRequest({ source: "console.log('never')" }));
  assert.equal(end.cause, "lost");
});

test("ending a machine ends its runs as stopped", async () => {
  const machine = startMachine(stage, true);
  await machine.ready;
  const run = startIn(machine, createRequest({ source: "console.log('on'); for (;;);" }));
  await run.until(/on/);
  const began = performance.now();
  machine.stop("run");
  const { end } = await run.ended;
  console.log(`a fresh machine stopped in ${(performance.now() - began).toFixed(1)} ms`);
  assert.equal(end.cause, "stopped");
  await machine.gone;
});
