import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import type { CompiledCell } from "../schema/cell.ts";
import { readChapter } from "./chapter.ts";
import { compileCell, compileChapter } from "./compile.ts";
import { evaluateCells, type EvaluateOptions, type Outcome } from "./evaluate.ts";
import { prepareExercises } from "./exercises.ts";
import { matchOutput } from "./expect.ts";
import { printError, printViews } from "./print.ts";
import { stripTypes } from "./strip.ts";

/** A stand-in for the simulator, which this room does not know: it shows the names of a program's first calls. */
const simulator = `data:text/javascript,${encodeURIComponent('export const presentProgram = (main) => [{ view: "text", text: "hello\\n" }];')}`;
const modules = { ring3: new URL("../schema/call.ts", import.meta.url).href, "ring3/simulator": simulator };
const chapter = readChapter(readFileSync(new URL("fixtures/every-feature.md", import.meta.url), "utf8"), "every.md");

const evaluate = (sources: readonly string[], options: Partial<EvaluateOptions> = {}): Promise<Outcome[]> =>
  evaluateCells(
    sources.map((source, i) => compileCell({ id: `c${i}`, name: null, kernels: ["sim"], source }, stripTypes)),
    { modules, ...options },
  );

test("the cells of a chapter show what their outputs expect", async () => {
  const outcomes = await evaluateCells(compileChapter(chapter, stripTypes), { modules, values: { cost: { us: 4 } } });
  const byId = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  const expecting = chapter.cells.filter((cell) => cell.expectation && cell.kernels.includes("sim"));
  assert.ok(expecting.length >= 5);
  for (const cell of expecting) {
    const { views, error } = byId.get(cell.id)!;
    assert.deepEqual(matchOutput(cell.expectation, printViews(views), printError(error)).diff, [], cell.id);
  }
  assert.deepEqual(
    outcomes.map((outcome) => outcome.id),
    compileChapter(chapter, stripTypes).map((cell) => cell.id),
  );
  assert.deepEqual(byId.get("size")!.values, { n: 4, mode: "stream" });
  assert.deepEqual(
    byId.get("size")!.inputs.map(({ key }) => key),
    ["size:Size", "size:Mode"],
  );
});

test("an exercise is fair: its start fails the checks, its solution passes them", async () => {
  const [exercise, ...more] = prepareExercises(chapter, stripTypes);
  assert.deepEqual([exercise!.name, more.length], ["doubling", 0]);
  const checksOf = async (cells: readonly CompiledCell[]) =>
    (await evaluateCells(cells, { modules }))
      .filter(({ id }) => exercise!.checks.includes(id))
      .flatMap(({ checks }) => checks.map(({ ok }) => ok));
  assert.deepEqual(await checksOf(exercise!.start), [false, true]);
  assert.deepEqual(await checksOf(exercise!.solution), [true, true]);
});

test("a loop without end is stopped and blamed on its cell; the others are what they are without it", async () => {
  const outcomes = await evaluate(
    [
      "const n = 1;",
      "n + 1",
      "display('before'); while (true) {}",
      "const late = n;\nawait null; late",
      "let stuck = await new Promise(() => {});",
      "stuck + 1",
    ],
    { timeoutMs: 300 },
  );
  assert.deepEqual(
    outcomes.map(({ error }) => error?.name ?? null),
    [null, null, "TimeoutError", null, "TimeoutError", "ReferenceError"],
  );
  assert.equal(outcomes[2]!.error!.message, "The cell did not end within 300 ms.");
  assert.equal(printViews(outcomes[1]!.views), "2\n");
  assert.equal(printViews(outcomes[2]!.views), "before\n");
});

test("a cell that fills its memory is blamed, however it does it", async () => {
  const outcomes = await evaluate(["1", "const a = []; for (;;) a.push(new Array(1000).fill(1.5))", "2"], {
    memoryMb: 64,
  });
  assert.deepEqual(
    outcomes.map(({ error }) => error?.message ?? null),
    [null, "The cell needs more than 64 MiB of memory.", null],
  );
});

test("an error that nobody awaits fails the cell that made it, with its line, and no other", async () => {
  const outcomes = await evaluate([
    "1;\nPromise.reject(new Error('let go')); display(1);",
    "setTimeout(() => {\n  throw new RangeError('late'); }); 2;",
    "await new Promise((resolve) => setTimeout(resolve, 30)); display(3);",
  ]);
  assert.deepEqual(
    outcomes.map(({ error }) => error && [error.message, error.position?.line]),
    [["let go", 2], ["late", 2], null],
  );
  assert.equal(printViews(outcomes[0]!.views), "1\n");
});

test("cells find neither Node's globals nor its modules", async () => {
  const outcomes = await evaluate([
    "typeof process + typeof Buffer + typeof globalThis.global",
    "process.exit(3)",
    "typeof require",
    'import { x } from "node:fs"; x',
  ]);
  assert.deepEqual(outcomes.map(({ error }) => error?.message ?? null).slice(1, 3), [
    "process is not defined",
    "require is not defined",
  ]);
  assert.match(outcomes[3]!.error!.message, /cannot import "node:fs"/);
});

test("an outcome is the same every time, also where a generator goes on", async () => {
  const sources = [
    "const i = (function* () { for (let i = 0; ; i++) yield i; })();",
    "i",
    "await new Promise((resolve) => setTimeout(resolve, 30)); display(i)",
    "(async function* () { for (let i = 0; ; i++) yield i; })()",
  ];
  const plain = (outcomes: Outcome[]) => outcomes.map(({ views, values, error }) => ({ views, values, error }));
  const [first, second] = [await evaluate(sources.slice(0, 2)), await evaluate(sources.slice(0, 2))];
  assert.deepEqual(plain(first), plain(second));
  assert.equal(printViews(first[1]!.views), "0\n");
});

test("no cells need no process, and a module that does not load is an error, not a hang", async () => {
  assert.deepEqual(await evaluate([]), []);
  await assert.rejects(evaluate(["1"], { modules: { ring3: "file:///nowhere.ts" } }), /before any cell ran/);
});
