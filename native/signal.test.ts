import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import test from "node:test";
import { signalNumbers, type SignalName } from "../schema/signal.ts";
import { getpid, kill, sigaction, SIGTERM } from "./posix.ts";
import { startAsC } from "./start.ts";
import { assertFails, runInChild, startChild } from "./testing.ts";
import { waitpid } from "./wait.ts";

test("signals have the numbers that this machine gives them", () => {
  for (const [name, number] of Object.entries(signalNumbers))
    assert.equal(constants.signals[name as SignalName], number);
});

test("kill asks with 0, and fails for no process, no signal and no such name", () => {
  kill(getpid(), 0);
  assertFails(() => kill(-(2 ** 31), "SIGKILL"), "ESRCH", "kill");
  assertFails(() => kill(getpid(), 2000), "EINVAL", "kill");
  assert.throws(() => kill(getpid(), "SIGNOTHING" as SignalName), { message: "There is no signal SIGNOTHING" });
  assert.throws(() => kill(getpid(), "toString" as SignalName), TypeError);
});

test("a signal is the same by name and by number", () => {
  for (const signal of ["SIGTERM", SIGTERM] as const) {
    const pid = startChild(() => {
      sigaction("SIGTERM", "SIG_DFL");
      kill(getpid(), signal);
    });
    assert.equal(waitpid(pid)?.termSignal, "SIGTERM");
  }
});

test("sigaction tells what the disposition was, and SIGKILL and SIGSTOP keep theirs", () =>
  assert.equal(
    runInChild(() => {
      sigaction("SIGUSR2", "SIG_IGN");
      assert.equal(sigaction("SIGUSR2"), "SIG_IGN");
      assert.equal(sigaction("SIGUSR2", "SIG_DFL"), "SIG_IGN");
      assert.equal(sigaction("SIGUSR2"), "SIG_DFL");
      kill(getpid(), 0);
      assertFails(() => sigaction("SIGKILL", "SIG_IGN"), "EINVAL", "sigaction");
      assertFails(() => sigaction("SIGSTOP", "SIG_DFL"), "EINVAL", "sigaction");
      assertFails(() => sigaction(0), "EINVAL", "sigaction");
      assert.throws(() => sigaction("SIGTERM", "handler" as never), RangeError);
    }).status,
    0,
  ));

test("an ignored signal does nothing", () =>
  assert.equal(
    runInChild(() => {
      sigaction("SIGTERM", "SIG_IGN");
      kill(getpid(), "SIGTERM");
    }).exitStatus,
    0,
  ));

test("a live program starts as C does: nothing ignored, nothing blocked, no handler but the one WebAssembly needs", () =>
  assert.equal(
    runInChild(() => {
      assert.equal(sigaction("SIGPIPE"), "SIG_IGN"); // Node's doing
      startAsC();
      for (const name of Object.keys(signalNumbers) as SignalName[])
        if (name !== "SIGSEGV") assert.equal(sigaction(name), "SIG_DFL", name);
      assert.match(readFileSync("/proc/self/status", "utf8"), /SigBlk:\t0+\n/);
    }).status,
    0,
  ));

test("every signal that ends a C program ends a live program", () => {
  for (const signal of ["SIGHUP", "SIGINT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGSEGV", "SIGPIPE"] as const) {
    const result = runInChild(() => {
      startAsC();
      kill(getpid(), signal);
    });
    assert.equal(result.termSignal, signal);
  }
});
