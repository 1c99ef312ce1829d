/** What the tests of this folder share. */
import assert from "node:assert/strict";
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { inspect } from "node:util";
import type { WaitResult } from "../schema/call.ts";
import { forkFlags, programDescriptors } from "./flags.mjs";
import { _exit, close, fork, pipe, waitpid, write } from "./posix.ts";

/** Runs `body` in a forked child and waits for its end; status 99 and a message on stderr where it throws, else 0. */
export function runInChild(body: () => void): WaitResult {
  const pid = startChild(body);
  return waitpid(pid)!;
}

/** As runInChild, without waiting: the child's pid. */
export function startChild(body: () => void): number {
  const pid = fork();
  if (pid > 0) return pid;
  try {
    body();
  } catch (error) {
    write(2, `${inspect(error)}\n`);
    _exit(99);
  }
  return _exit(0);
}

/** Asserts that `call` fails with the errno `code`, and that the error says so in every way it should. */
export function assertFails(call: () => unknown, code: string, syscall: string): void {
  assert.throws(call, (error: NodeJS.ErrnoException) => {
    assert.equal(error.code, code);
    assert.equal(error.syscall, syscall);
    assert.ok(error.errno !== undefined && error.errno > 0);
    assert.match(error.message, new RegExp(`^${syscall}: [A-Z]`));
    return true;
  });
}

/** Hands a new pipe to `body` and closes what is left of it. */
export function withPipe(body: (readEnd: number, writeEnd: number) => void, create = pipe): void {
  const ends = create();
  try {
    body(...ends);
  } finally {
    for (const end of ends) closeQuietly(end);
  }
}

function closeQuietly(fd: number): void {
  try {
    close(fd);
  } catch {
    // The test closed it.
  }
}

/** Runs a file of fixtures/ as a live program is run: with the flags, and with descriptors 3 to 63 held for it; 64 is for a trace. */
export function runFixture(name: string, args: readonly string[], flags = forkFlags): SpawnSyncReturns<string> {
  const held = openSync("/dev/null", "r");
  try {
    const path = new URL(`fixtures/${name}`, import.meta.url).pathname;
    return spawnSync(process.execPath, [...flags, path, ...args], {
      encoding: "utf8",
      timeout: 60_000,
      stdio: ["ignore", "pipe", "pipe", ...programDescriptors.map(() => held), "pipe"],
    });
  } finally {
    closeSync(held);
  }
}
