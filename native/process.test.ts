import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import * as portable from "../schema/constants.ts";
import * as posix from "./posix.ts";
import { assertFails, runInChild, withPipe } from "./testing.ts";

const { close, dup2, execve, execvp, getpgid, getpid, getppid, prctl, read, setpgid, setsid, text } = posix;

test("the portable constants are this machine's, but for O_DIRECT on arm64", () => {
  const known = Object.entries(portable).filter(([name]) => name !== "O_DIRECT" || process.arch === "x64");
  for (const [name, value] of known) assert.equal((posix as Record<string, unknown>)[name], value, name);
});

test("a child knows its own number and its parent's", () => {
  const parent = getpid();
  assert.equal(parent, process.pid);
  assert.equal(
    runInChild(() => {
      assert.equal(getppid(), parent);
      assert.notEqual(getpid(), parent);
      assert.equal(process.pid, getpid());
      assert.equal(process.ppid, parent);
      assert.equal(readFileSync("/proc/self/stat", "utf8").split(" ")[0], String(getpid()));
    }).status,
    0,
  );
});

test("a child can lead its own group and its own session, once", () =>
  assert.equal(
    runInChild(() => {
      assert.equal(getpgid(0), getpgid(getppid()));
      assert.equal(setsid(), getpid());
      assert.equal(getpgid(0), getpid());
      assertFails(() => setsid(), "EPERM", "setsid");
      assertFails(() => setpgid(0, 0), "EPERM", "setpgid");
      assertFails(() => getpgid(2 ** 22 + 1), "ESRCH", "getpgid");
      assertFails(() => setpgid(-1, 0), "EINVAL", "setpgid");
    }).status,
    0,
  ));

test("prctl names the process, hides its memory and refuses other options", () =>
  assert.equal(
    runInChild(() => {
      prctl(posix.PR_SET_NAME, "a name that is too long");
      assert.equal(readFileSync("/proc/self/comm", "utf8"), "a name that is \n");
      assert.equal(prctl(posix.PR_GET_DUMPABLE), 1);
      prctl(posix.PR_SET_DUMPABLE, 0);
      assert.equal(prctl(posix.PR_GET_DUMPABLE), 0);
      prctl(posix.PR_SET_CHILD_SUBREAPER, 1);
      assertFails(() => prctl(9999), "EINVAL", "prctl");
      assert.throws(() => prctl(posix.PR_SET_NAME, 5), TypeError);
    }).status,
    0,
  ));

test("a limit that is lowered holds", () =>
  assert.equal(
    runInChild(() => {
      const [, hard] = posix.getrlimit(posix.RLIMIT_NOFILE);
      posix.setrlimit(posix.RLIMIT_NOFILE, 10, hard);
      assert.deepEqual(posix.getrlimit(posix.RLIMIT_NOFILE), [10, hard]);
      assertFails(() => posix.pipe(), "EMFILE", "pipe");
      assertFails(() => posix.setrlimit(posix.RLIMIT_NOFILE, 10, 9), "EINVAL", "setrlimit");
      assertFails(() => posix.getrlimit(999), "EINVAL", "getrlimit");
      posix.setrlimit(posix.RLIMIT_CORE, 0, 0);
      assert.throws(() => posix.setrlimit(posix.RLIMIT_CORE, -1, 0), RangeError);
    }).status,
    0,
  ));

test("execve and execvp become another program, with arguments and environment", () =>
  withPipe((r, w) => {
    const runs: [() => never, string][] = [
      [
        () => execve("/bin/sh", ["sh", "-c", 'echo "$0 $A ${HOME-none}"', "zero"], { A: "1", B: undefined }),
        "zero 1 none\n",
      ],
      [() => execvp("echo", ["echo", "found along PATH"]), "found along PATH\n"],
    ];
    for (const [exec, output] of runs) {
      const result = runInChild(() => {
        dup2(w, 1);
        close(r);
        exec();
      });
      assert.equal(result.exitStatus, 0);
      const buffer = new Uint8Array(100);
      assert.equal(text(buffer.subarray(0, read(r, buffer))), output);
    }
  }));

test("execve fails as the man page says, and the process goes on", () => {
  const folder = mkdtempSync(join(tmpdir(), "ring3-exec-"));
  const empty = join(folder, "empty");
  writeFileSync(empty, "");
  assertFails(() => execve(empty, ["x"]), "EACCES", "execve");
  chmodSync(empty, 0o755);
  assertFails(() => execve(empty, ["x"]), "ENOEXEC", "execve");
  assertFails(() => execve(folder, ["x"]), "EACCES", "execve");
  assertFails(() => execve("/nonexistent", ["x"]), "ENOENT", "execve");
  assertFails(() => execve("/etc/passwd/x", ["x"]), "ENOTDIR", "execve");
  assertFails(() => execvp("no-such-program", ["x"]), "ENOENT", "execvp");
  const busy = posix.open(empty, posix.O_WRONLY);
  assertFails(() => execve(empty, ["x"]), "ETXTBSY", "execve");
  close(busy);
  assert.throws(() => execve("/bin/true", ["a\0b"]), TypeError);
  assert.throws(() => execve("/bin/true", [5 as never]), { message: "execve: argv must contain only strings" });
  rmSync(folder, { recursive: true });
});
