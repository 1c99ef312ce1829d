/** Errors of simulated programs in the cells of a chapter: they name the process, the call and the reader's line. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compileCell } from "../../notebook/compile.ts";
import { evaluateCells } from "../../notebook/evaluate.ts";
import { stripTypes } from "../../notebook/strip.ts";

/** What the last of some cells calls `found`. */
async function evaluate(...sources: readonly string[]): Promise<unknown> {
  const cells = sources.map((source, index) =>
    compileCell({ id: `cell-${index}`, name: null, kernels: ["sim"], source }, stripTypes),
  );
  const outcome = (await evaluateCells(cells, {})).at(-1);
  assert.equal(outcome?.error, null, outcome?.error?.message);
  return outcome?.values["found"];
}

const look = "const found = run.errors.map(({ pid, call, message, place }) => ({ pid, call, message, place }));";

test("a program that throws names its cell and the line in it, wherever the cell is in the chapter", async () => {
  const found = await evaluate(
    "const before: number = 1;\n\n\nbefore;",
    `import { fork, getpid, wait } from "ring3";
import { simulate } from "ring3/simulator";

const run = simulate(function* () {
  if ((yield* fork()) === 0) {
    yield* getpid();
    throw new TypeError(\`after \${before}\`);
  }
  yield* wait();
});
${look}`,
  );
  const [error] = found as [{ place: { cell: string; line: number } }];
  assert.deepEqual(
    { ...error, place: { cell: error.place.cell, line: error.place.line } },
    { pid: 101, call: "getpid", message: "TypeError: after 1", place: { cell: "cell-1", line: 7 } },
  );
});

test("a call that fails names the line that made it", async () => {
  const found = await evaluate(`import { close, read } from "ring3";
import { simulate } from "ring3/simulator";
const readAll = function* (fd: number) {
  while ((yield* read(fd, 10)).length > 0);
};
const run = simulate(function* () {
  yield* close(7);
});
const other = simulate(function* () {
  yield* readAll(9);
});
const found = [run, other].map(({ errors: [error] }) => [error!.call, error!.message, error!.place!.line]);`);
  assert.deepEqual(found, [
    ["close", "Error: close: Bad file descriptor", 7],
    ["read", "Error: read: Bad file descriptor", 4],
  ]);
});

test("what is yielded in place of a call is named with the process and the call before it", async () => {
  const found = await evaluate(`import { getppid } from "ring3";
import { simulate } from "ring3/simulator";
const run = simulate(function* () {
  yield* getppid();
  yield 42 as never;
});
${look}`);
  const [error] = found as [{ pid: number; call: string; message: string; place: unknown }];
  assert.deepEqual([error.pid, error.call, error.place], [100, "getppid", null]);
  assert.match(error.message, /^TypeError: a program yields system calls .* but this one yielded 42/);
});
