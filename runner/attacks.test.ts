/** Programs that mean harm, or are just wrong: each is contained, in a time that is printed, and nothing of it is left. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import type { End } from "../schema/cell.ts";
import type { RunRequest } from "../schema/protocol.ts";
import { maxOutputBytes, startMachine } from "./machine.ts";
import { listTree } from "./memory.ts";
import { prepareStage } from "./stage.ts";
import { createRequest, isAlive, startIn, type Outcome } from "./testing/machine.ts";

const stage = prepareStage();
const timeoutMs = 1_000;

interface Attack {
  readonly title: string;
  readonly request: Partial<RunRequest> & { readonly source: string };
  readonly cause: readonly End["cause"][];
  readonly expect?: (outcome: Outcome) => void;
}

const sh = (source: string): Attack["request"] => ({ language: "sh", source });
const ts = (source: string): Attack["request"] => ({ language: "ts", source });
/** The compiler takes a part of the time. */
const c = (source: string): Attack["request"] => ({ language: "c", source, timeoutMs: 4_000 });

const attacks: readonly Attack[] = [
  { title: "an endless loop", request: ts("for (;;);"), cause: ["time"] },
  {
    title: "a fork bomb in shell",
    request: sh("f() { f | f & f; }; f; while :; do :; done"),
    cause: ["time", "ended"],
  },
  {
    title: "a fork bomb in TypeScript",
    request: ts('import { fork } from "ring3/posix"; for (;;) try { fork(); } catch {}'),
    cause: ["time", "memory"],
  },
  {
    title: "a fork bomb in C",
    request: { language: "c", source: "#include <unistd.h>\nint main(void) { for (;;) fork(); }" },
    cause: ["time"],
  },
  {
    title: "a flood of output",
    request: sh("yes"),
    cause: ["output"],
    expect: ({ output }) => assert.equal(Buffer.byteLength(output), maxOutputBytes),
  },
  { title: "signals ignored", request: sh("trap '' TERM INT HUP QUIT; while :; do sleep 1; done"), cause: ["time"] },
  { title: "a stopped process", request: sh("kill -STOP $$"), cause: ["time"] },
  {
    title: "twenty daemons that hold no output",
    request: sh("for i in $(seq 20); do setsid sh -c 'trap \"\" TERM; sleep 1000' >/dev/null 2>&1 & done; echo all"),
    cause: ["ended"],
    expect: ({ output }) => assert.equal(output, "all\n"),
  },
  {
    title: "memory in one process",
    request: ts("const a = []; for (;;) a.push(new Uint8Array(1 << 20).fill(1));"),
    cause: ["ended", "memory"],
  },
  {
    title: "memory in many processes",
    request: sh("for i in $(seq 15); do head -c 100m /dev/zero | tail -c 100m | sleep 9 & done; wait"),
    cause: ["memory", "time"],
  },
  {
    title: "memory that processes share",
    request: c(`
      #include <sys/mman.h>
      #include <unistd.h>
      int main(void) {
        size_t size = 800 << 20;
        volatile char *memory = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        for (size_t at = 0; at < size; at += 4096) memory[at] = 1;
        pause();
      }`),
    cause: ["memory"],
  },
  {
    title: "memory of processes that a thread started",
    request: c(`
      #include <pthread.h>
      #include <stdlib.h>
      #include <unistd.h>
      static void *start(void *unused) {
        for (int i = 0; i < 6; i++)
          if (fork() == 0) {
            size_t size = 150 << 20;
            volatile char *memory = malloc(size);
            for (size_t at = 0; at < size; at += 4096) memory[at] = 1;
            pause();
          }
        pause();
        return unused;
      }
      int main(void) {
        pthread_t thread;
        pthread_create(&thread, NULL, start, NULL);
        pthread_join(thread, NULL);
      }`),
    cause: ["memory"],
  },
  {
    title: "a full /tmp",
    request: sh("head -c 10g /dev/zero > /tmp/a; head -c 10g /dev/zero > /tmp/b; du -sm /tmp | cut -f1"),
    cause: ["ended"],
    expect: ({ output }) => assert.ok(Number(output.trim().split("\n").at(-1)) <= 65, output),
  },
  {
    title: "files where none belong",
    request: sh(
      "for place in / /dev /etc /usr /ring3 /ring3/home /sys /var /run; do touch $place/x 2>/dev/null && echo wrote $place; done; true",
    ),
    cause: ["ended"],
    expect: ({ output }) => assert.equal(output, ""),
  },
  {
    title: "many open files",
    request: ts(
      'import { open, O_RDONLY } from "ring3/posix"; let n = 0; try { for (;;) { open("/dev/null", O_RDONLY); n++; } } catch (error) { console.log(error.code, n < 256); }',
    ),
    cause: ["ended"],
    expect: ({ output }) => assert.equal(output, "EMFILE true\n"),
  },
  {
    title: "kill(-1, SIGKILL) and kill(1, SIGKILL)",
    request: ts(`
      import { fork, kill, waitpid } from "ring3/posix";
      const child = fork();
      if (child === 0) for (;;);
      kill(-1, "SIGKILL");
      console.log("child ended by", waitpid(child, 0)?.termSignal);
      kill(1, "SIGKILL");
      console.log("still here");`),
    cause: ["ended"],
    expect: ({ output, end }) => {
      assert.equal(output, "child ended by SIGKILL\nstill here\n");
      assert.equal(end.exitStatus, 0);
    },
  },
  {
    title: "a look into the zygote: its memory, descriptors, environment",
    request: sh(
      "for f in mem fd environ maps; do cat /proc/1/$f >/dev/null 2>&1 && echo read $f; ls /proc/1/fd >/dev/null 2>&1 && echo listed; done; true",
    ),
    cause: ["ended"],
    expect: ({ output }) => assert.equal(output, ""),
  },
  {
    title: "the reader's keys: those of the session, and those that /proc/keys lists",
    request: c(`
      #include <errno.h>
      #include <stdio.h>
      #include <string.h>
      #include <sys/syscall.h>
      #include <unistd.h>
      int main(void) {
        const int session = -3, read = 11;
        char keys[256];
        printf("%s\\n", syscall(SYS_keyctl, read, session, keys, sizeof keys) < 0 ? strerror(errno) : "read");
        printf("%s\\n", syscall(SYS_add_key, "user", "name", "value", 5, session) < 0 ? strerror(errno) : "added");
      }`),
    cause: ["ended"],
    expect: ({ output }) => assert.equal(output, "Function not implemented\n".repeat(2)),
  },
  {
    title: "user namespaces of its own",
    request: sh("unshare --user true; echo $?"),
    cause: ["ended"],
    expect: ({ output }) => assert.match(output, /\n1\n$/),
  },
  {
    title: "forged reports: that another run ended, that this one did",
    request: ts(`
      import { write } from "ring3/posix";
      const end = { exitStatus: 0, termSignal: null, cause: "ended", ms: 0 };
      for (const run of ["other", "run"]) write(200, JSON.stringify({ type: "ended", run, end }));
      for (const text of ["no JSON", "null", "7", "[]"]) write(200, text);
      console.log("done");
      process.exitCode = 5;`),
    cause: ["ended"],
    expect: ({ output, end }) => assert.deepEqual([output, end.exitStatus], ["done\n", 5]),
  },
];

for (const { title, request, cause, expect } of attacks)
  test(`${title}: contained`, async () => {
    const machine = startMachine(stage, true);
    await machine.ready;
    const began = performance.now();
    const run = startIn(machine, createRequest({ timeoutMs, ...request }));
    const looking = setInterval(() => listTree(machine.pid).forEach((pid) => pids.add(pid)), 20);
    const pids = new Set(listTree(machine.pid));
    const outcome = await run.ended;
    clearInterval(looking);
    const ended = performance.now();
    for (const pid of listTree(machine.pid)) pids.add(pid);
    await machine.kill();
    const gone = performance.now();
    const times = `ended after ${(ended - began).toFixed(0)} ms, gone ${(gone - ended).toFixed(1)} ms later`;
    console.log(`${title}: ${outcome.end.cause}, ${times}, ${pids.size} processes seen`);
    assert.deepEqual([...pids].filter(isAlive), [], "processes are left");
    assert.ok(cause.includes(outcome.end.cause), `${outcome.end.cause}: ${outcome.output.slice(0, 300)}`);
    assert.ok(gone - began < (request.timeoutMs ?? timeoutMs) + 1_000, times);
    expect?.(outcome);
  });

test("a box reads no file of the reader's home and reaches no port of this machine", async () => {
  const folder = mkdtempSync(path.join(homedir(), ".ring3-test-"));
  writeFileSync(path.join(folder, "secret"), "secret", { mode: 0o644 });
  const server = net.createServer((socket) => socket.end("reached")).listen(0, "127.0.0.1");
  const machine = startMachine(stage, true);
  try {
    await machine.ready;
    const { port } = server.address() as net.AddressInfo;
    const source = `
      import { readFileSync, readdirSync } from "node:fs";
      import net from "node:net";
      for (const file of ["${folder}/secret", "/proc/1/root${folder}/secret", "/etc/shadow", "${tmpdir()}"])
        try { readFileSync(file); console.log("read", file); } catch {}
      console.log(readdirSync("/proc").filter((name) => /^\\d+$/.test(name)).length < 5);
      const socket = net.connect(${port}, "127.0.0.1");
      socket.on("error", (error) => console.log(error.code)).on("data", (data) => console.log(String(data)));`;
    const { output } = await startIn(machine, createRequest({ source })).ended;
    assert.equal(output, "true\nECONNREFUSED\n");
  } finally {
    rmSync(folder, { recursive: true });
    server.close();
    await machine.kill();
  }
});
