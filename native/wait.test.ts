import assert from "node:assert/strict";
import test from "node:test";
import {
  _exit,
  kill,
  wait,
  waitpid,
  WCONTINUED,
  WEXITSTATUS,
  WIFCONTINUED,
  WIFEXITED,
  WIFSIGNALED,
  WIFSTOPPED,
  WNOHANG,
  WSTOPSIG,
  WTERMSIG,
  WUNTRACED,
} from "./posix.ts";
import { assertFails, runInChild, startChild } from "./testing.ts";

const sleep = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);

test("without children there is nobody to wait for", () => {
  assertFails(() => wait(), "ECHILD", "wait");
  assertFails(() => waitpid(-1), "ECHILD", "waitpid");
  assertFails(() => waitpid(-1, WNOHANG), "ECHILD", "waitpid");
  assertFails(() => waitpid(-1, -1), "EINVAL", "waitpid");
  assertFails(() => waitpid(-(2 ** 31)), "ESRCH", "waitpid");
});

test("an exit status is taken modulo 256", () => {
  for (const [status, seen] of [
    [0, 0],
    [7, 7],
    [300, 44],
    [-1, 255],
  ] as const) {
    const result = runInChild(() => _exit(status));
    assert.equal(result.exitStatus, seen);
    assert.equal(result.termSignal, null);
    assert.ok(WIFEXITED(result.status) && !WIFSIGNALED(result.status));
    assert.equal(WEXITSTATUS(result.status), seen);
  }
});

test("a child that a signal ends has a signal and no exit status", () => {
  const pid = startChild(sleep);
  kill(pid, "SIGKILL");
  const result = waitpid(pid)!;
  assert.deepEqual(result, { pid, status: 9, exitStatus: null, termSignal: "SIGKILL" });
  assert.ok(WIFSIGNALED(result.status) && !WIFEXITED(result.status));
  assert.equal(WTERMSIG(result.status), 9);
});

test("WNOHANG answers null while no child has ended", () => {
  const pid = startChild(sleep);
  assert.equal(waitpid(pid, WNOHANG), null);
  kill(pid, "SIGKILL");
  assert.equal(waitpid(pid)?.pid, pid);
});

test("WUNTRACED and WCONTINUED tell of a stop and of its end", () => {
  const pid = startChild(sleep);
  kill(pid, "SIGSTOP");
  const stopped = waitpid(pid, WUNTRACED)!;
  assert.ok(WIFSTOPPED(stopped.status));
  assert.equal(WSTOPSIG(stopped.status), 19);
  assert.deepEqual([stopped.exitStatus, stopped.termSignal], [null, null]);
  kill(pid, "SIGCONT");
  assert.ok(WIFCONTINUED(waitpid(pid, WCONTINUED)!.status));
  kill(pid, "SIGKILL");
  waitpid(pid);
});

test("wait takes whichever child has ended, each once", () => {
  const pids = [1, 2, 3].map((status) => startChild(() => _exit(status)));
  const results = pids.map(() => wait());
  assert.deepEqual(results.map(({ pid }) => pid).toSorted(), [...pids].toSorted());
  assert.deepEqual(results.map(({ exitStatus }) => exitStatus).toSorted(), [1, 2, 3]);
  assertFails(() => wait(), "ECHILD", "wait");
});
