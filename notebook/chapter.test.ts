import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import type { Problem } from "../schema/cell.ts";
import { readChapter, roleOf } from "./chapter.ts";
import { readBlocks } from "./blocks.ts";
import { liveModules, simModules } from "./names.ts";

const fixture = readFileSync(new URL("fixtures/every-feature.md", import.meta.url), "utf8");

test("a chapter with every feature has no problem", () => {
  const { title, problems } = readChapter(fixture, "every.md");
  assert.deepEqual(problems, []);
  assert.equal(title, "Every feature: ä, 日本, 😀");
});

test("every cell stands where its chapter says, line by line", () => {
  const lines = fixture.split("\n");
  for (const cell of readChapter(fixture, "every.md").cells)
    for (const [i, line] of cell.source.split("\n").entries())
      assert.equal(
        lines[cell.line - 1 + i]!.slice(line === "" ? 0 : cell.column - 1).replace(/^> *$/, ""),
        line,
        cell.id,
      );
});

test("a cell has what its info string says", () => {
  const { cells } = readChapter(fixture, "every.md");
  const cost = cells.find((cell) => cell.name === "cost")!;
  assert.deepEqual(
    [cost.kernels, cost.with, cost.needs, cost.timeoutMs],
    [["live"], ["n", "mode"], ["cc", "smp"], 300],
  );
  assert.deepEqual(cost.expectation, { text: "[..]\n[exit 1]", unordered: true, line: cost.line + 8 });
  const [reader, unit] = cells.filter((cell) => cell.as !== null);
  assert.deepEqual([reader!.as, reader!.box, reader!.kernels], ["reader.ts", "fifo", ["live"]]);
  assert.deepEqual([unit!.as, unit!.language, unit!.kernels], ["/etc/ring3.ini", "ini", []]);
  const start = cells.find((cell) => cell.exercise?.part === "start")!;
  assert.deepEqual(start.hints, ["Think of **addition**.", "It is `x + x`."]);
  assert.equal(cells.find((cell) => cell.name === null)!.id, "cell-2");
});

test("the n-th cell is the n-th block with the role of a cell", () => {
  const cells = readBlocks(fixture).blocks.filter((block) => roleOf(block) === "cell");
  assert.deepEqual(
    cells.map((block) => block.source),
    readChapter(fixture, "every.md").cells.map((cell) => cell.source),
  );
});

test("line ends and a byte order mark change nothing", () => {
  const { cells, problems } = readChapter(fixture, "every.md");
  assert.deepEqual(readChapter(`\uFEFF${fixture.replaceAll("\n", "\r\n")}`, "every.md"), {
    file: "every.md",
    title: "Every feature: ä, 日本, 😀",
    cells,
    problems,
  });
});

/** A block from line 4 on; the code stands in line 5. */
const block = (info: string, code = "", fence = "```") => `${fence}${info}\n${code}${code && "\n"}${fence}\n`;
const exercise = block("ts sim check=e", "check('x', f() === 1)") + block("ts sim solution=e", "const f = () => 1");

type Row = readonly [what: string, markdown: string, ...problems: readonly string[]];
const bad: readonly Row[] = [
  ["an unknown attribute", block("ts sim nmae=x"), '4:11 A cell has no attribute "nmae". → Did you mean "name"?'],
  [
    "an attribute unlike any other",
    block("ts sim zzzzz"),
    '4:11 A cell has no attribute "zzzzz". → There are: sim live name box as needs with timeout exercise check solution.',
  ],
  [
    "a misspelt word on a plain block",
    block("ts smi"),
    '4:7 A plain block has no attribute "smi". → Did you mean "sim"?',
  ],
  [
    "an attribute on a plain block",
    block("ts name=x"),
    '4:7 A plain block has no attribute "name". → If it is a cell, add sim or live.',
  ],
  ["a word with a value", block("ts sim live=yes"), '4:11 The word "live" takes no value. → Write live.'],
  ["an attribute without its value", block("ts sim name"), '4:11 The attribute "name" needs a value. → Write name=….'],
  [
    "an attribute that stands twice",
    block("ts sim name=a name=b"),
    '4:18 The attribute "name" stands twice. → Keep one.',
  ],
  ["a word that stands twice", block("ts sim sim"), '4:11 The attribute "sim" stands twice. → Keep one.'],
  ["a cell without a language", block("sim"), '4:1 "sim" stands where the language should. → Write ts sim.'],
  ["a shell that is simulated", block("sh sim"), '4:7 A sim cell cannot be written in "sh". → Write it in ts.'],
  [
    "a language that nothing runs",
    block("python live"),
    '4:11 A live cell cannot be written in "python". → Write it in ts, sh, c.',
  ],
  ["JavaScript by its name", block("js sim"), '4:7 A sim cell cannot be written in "js". → Write ts instead.'],
  [
    "a portable shell",
    block("sh sim live"),
    '4:7 A sim live cell cannot be written in "sh". → Write it in ts.',
    '4:11 A sim live cell cannot be written in "sh". → Write it in ts.',
  ],
  [
    "a name that is no identifier",
    block("ts sim name=a-b"),
    '4:16 "a-b" is no name. → A name is a JavaScript identifier in ASCII: letters, digits and _, no digit first.',
  ],
  [
    "a keyword for a name",
    block("ts sim name=class"),
    '4:16 "class" is no name. → A name is a JavaScript identifier in ASCII: letters, digits and _, no digit first.',
  ],
  [
    "a name that is taken by the notebook",
    block("ts sim name=display"),
    '4:16 The name "display" means something already. → Choose another name.',
  ],
  ...["soon", "5", "0s", "61s", "1h", "-1s", "1.5s", "99999999999s"].map((value): Row => [
    `timeout=${value}`,
    block(`sh live timeout=${value}`),
    `4:20 "${value}" is no time limit. → Write timeout=5s or timeout=300ms, at most 60s.`,
  ]),
  [
    "a path that climbs",
    block("ini box=b as=../x"),
    '4:17 "../x" is no path of a file in a box. → Use letters, digits and . / @ + - _, without a .. part.',
  ],
  [
    "a file without a box",
    block("ini as=x.ini"),
    '4:1 Nothing can read the file "x.ini": its cell has no box. → Add box=NAME, the same as in the cells that read it.',
  ],
  [
    "a box for the simulator",
    block("ts sim box=b"),
    '4:11 The attribute "box" means nothing in a sim cell. → Remove it, or add live.',
  ],
  [
    "an exercise on the real kernel",
    block("sh live exercise=e"),
    '4:1 The exercise "e" has no check. → Add a cell with check=e.',
    '4:1 The exercise "e" has no solution. → Add a cell with solution=e.',
    '4:12 The attribute "exercise" is for sim cells. → Add sim, or remove it.',
  ],
  [
    "an empty place in a list",
    block("sh live needs=cc,,smp"),
    '4:21 "" in needs= is not a capability such as cc or systemd. → Write needs=one,two.',
  ],
  [
    "a name twice in a list",
    block("ts sim", "const n = 1") + block("sh live with=n,n"),
    '7:19 "n" stands twice in with=. → Keep one.',
  ],
  [
    "with= that no cell defines",
    block("sh live with=n"),
    '4:1 with=n, but no cell defines "n". → Name a top-level value of a sim cell, or a live cell.',
  ],
  [
    "a fence that nothing closes",
    "```ts sim\nlet a\n",
    "4:1 The fence is never closed. → Close it with as many ` or ~ as it begins with.",
  ],
  [
    "an output without a cell",
    block("output", "x"),
    "4:1 An output stands without a cell. → Let it follow the cell that prints it.",
  ],
  [
    "an output after a plain block",
    block("ts sim", "1") + block("ts", "1") + block("output", "x"),
    "10:1 An output stands without a cell. → Let it follow the cell that prints it.",
  ],
  [
    "two outputs",
    block("ts sim", "1") + block("output", "1") + block("output", "1"),
    "10:1 The cell has an output already. → Keep one.",
  ],
  [
    "a word on an output",
    block("ts sim", "1") + block("output unorderd", "1"),
    '7:11 An output has no attribute "unorderd". → Did you mean "unordered"?',
  ],
  [
    "an output of a file",
    block("ini box=b as=x", "1") + block("output", "1"),
    "7:1 An output follows a file, which prints nothing. → Let it follow a sim or live cell.",
  ],
  [
    "a hint without an exercise",
    block("ts sim", "1") + block("hint", "x"),
    "7:1 A hint stands without an exercise. → Let it follow the cell with exercise=NAME.",
  ],
  [
    "two cells of one name",
    block("ts sim name=a", "1") + block("ts live name=a", "1"),
    '7:1 The name "a" is taken: cell "a" has it. → Names of cells and of values are one list for the chapter: rename one.',
  ],
  [
    "a cell called as a value",
    block("ts sim", "const cost = 1") + block("sh live name=cost", "true"),
    '7:1 The name "cost" is taken: the cell at line 4 has it. → Names of cells and of values are one list for the chapter: rename one.',
  ],
  [
    "a value that two cells define",
    block("ts sim", "const a = 1") + block("ts sim", "let b, { a } = { a: 2 };"),
    '8:8 The name "a" is taken: the cell at line 4 has it. → Names of cells and of values are one list for the chapter: rename one.',
  ],
  [
    "a value called as a global",
    block("ts sim", "const Map = 1"),
    '5:7 The name "Map" means something already. → Choose another name.',
  ],
  [
    "two cells that wait for each other",
    block("ts sim", "const a = b") + block("ts sim name=x", "const b = a"),
    '4:1 Cells wait for each other: the cell at line 4 reads b, cell "x" reads a. → Take one of these names out of the circle.',
  ],
  [
    "a circle through the real kernel",
    block("ts sim", "const n = cost") + block("ts live name=cost with=n", "result(n)"),
    '4:1 Cells wait for each other: the cell at line 4 reads cost, cell "cost" reads n. → Take one of these names out of the circle.',
  ],
  [
    "two circles",
    block("ts sim", "const a = b") +
      block("ts sim", "const b = a + a") +
      block("ts sim", "const c = d") +
      block("ts sim", "const d = c + a"),
    "4:1 Cells wait for each other: the cell at line 4 reads b, the cell at line 7 reads a. → Take one of these names out of the circle.",
    "10:1 Cells wait for each other: the cell at line 10 reads d, the cell at line 13 reads c. → Take one of these names out of the circle.",
  ],
  [
    "an assignment to another cell's name",
    block("ts sim", "let a = 1") + block("ts sim", "const f = () => {\n  a += 1;\n};"),
    '9:3 "a" belongs to the cell at line 4: a cell assigns only to its own names. → Define a new name from a.',
  ],
  [
    "an assignment to no name",
    block("ts sim", "for (i = 0; i < 3; i++);"),
    '5:6 "i" is assigned to but never declared. → Declare it: let i = ….',
    '5:20 "i" is assigned to but never declared. → Declare it: let i = ….',
  ],
  [
    "a module that does not exist here",
    block("ts sim", 'import fs from "node:fs"; fs'),
    `5:1 A sim cell cannot import "node:fs". → It can import ${simModules.join(", ")}.`,
  ],
  [
    "a package on the real kernel",
    block("ts live", '\nimport "left-pad";'),
    `6:1 A live cell cannot import "left-pad". → It can import ${liveModules.join(", ")} and node:….`,
  ],
  [
    "a file without its box",
    block("ts live", 'import "./x.ts";'),
    `5:1 A live cell cannot import "./x.ts". → It can import ${liveModules.join(", ")} and node:….`,
  ],
  [
    "an import on the way",
    block("ts sim", 'const m = await import("ring3")'),
    "5:17 A cell cannot import on the way. → Write a static import at its top.",
  ],
  [
    "an export",
    block("ts sim", "export const x = 1"),
    "5:1 A cell exports nothing. → Its top-level names are shared as they are: remove export.",
  ],
  [
    "a place in the file system",
    block("ts sim", "import.meta.url"),
    "5:1 A cell has no import.meta. → A cell is no file: remove it.",
  ],
  [
    "an enum",
    block("ts sim", "const é = 1;\n\n  enum Colour { Red }"),
    "7:3 TypeScript enum is not supported in strip-only mode. → Types are removed, not compiled: write it in JavaScript.",
  ],
  [
    "an enum behind wide letters",
    block("ts sim", 'const é = "日本😀"; enum B {}'),
    "5:19 TypeScript enum is not supported in strip-only mode. → Types are removed, not compiled: write it in JavaScript.",
  ],
  [
    "an enum of several lines",
    block("ts sim", "const a = 1;\n\tenum B {\n  C,\n}"),
    "6:2 TypeScript enum is not supported in strip-only mode. → Types are removed, not compiled: write it in JavaScript.",
  ],
  ["a syntax error behind tabs", block("ts sim", "\t\tconst x = ;"), "5:13 Expression expected."],
  ["an unfinished call", block("ts sim", "const a = f(\n"), "5:13 Expression expected."],
  [
    "a name declared twice in one cell",
    block("ts sim", "let a = 1;\nlet a = 2;"),
    "6:5 Identifier 'a' has already been declared.",
  ],
  ["a syntax error in a live cell", block("ts live", "let a = ;"), "5:9 Expression expected."],
  ["a syntax error in a list", "- x\n\n  ```ts sim\n  let a;\n  let b = ;\n  ```\n", "8:11 Expression expected."],
  [
    "a portable cell without a program",
    block("ts sim live", "const x = 1;"),
    "4:1 A sim live cell needs a function* main(). → Its program is the generator main: function* main() { … }.",
  ],
  [
    "a portable cell whose main is no generator",
    block("ts sim live", "function main() {}"),
    "5:10 A sim live cell needs a function* main(). → Its program is the generator main: function* main() { … }.",
  ],
  [
    "a portable cell that touches the outside",
    block(
      "ts sim live",
      'import { print } from "ring3";\nlet count = 0;\nfunction* main() {\n  count++;\n  yield* print(Math.random(), Date.now(), performance.now());\n  display(1);\n  other = 2;\n  elsewhere();\n}',
    ),
    '8:3 A sim live cell assigns to the outer name "count". → Keep what changes inside main: at each fork the program is run again.',
    "9:16 A sim live cell cannot use Math.random: it is replayed at each fork, and chance would differ. → Do it in a sim or a live cell.",
    "9:31 A sim live cell cannot use Date: it is replayed at each fork, and the clock would differ. → Do it in a sim or a live cell.",
    "9:43 A sim live cell cannot use performance: it is replayed at each fork, and the clock would differ. → Do it in a sim or a live cell.",
    "10:3 A sim live cell has no display. → Its output is yield* print(…).",
    '11:3 A sim live cell assigns to the outer name "other". → Keep what changes inside main.',
    '12:3 A sim live cell reads "elsewhere", which it does not define. → Define it, import it, or add with=elsewhere.',
  ],
  [
    "a portable cell with another kernel's calls",
    block("ts sim live", 'import { fork } from "ring3/posix";\nfunction* main() {}'),
    '5:1 A sim live cell cannot import "ring3/posix". → It can import ring3.',
  ],
  ["an exercise without a start", exercise, '4:1 The exercise "e" has no start. → Add a cell with exercise=e.'],
  [
    "an exercise without checks",
    block("ts sim exercise=e", "const f = () => 0") + block("ts sim solution=e", "const f = () => 1"),
    '4:1 The exercise "e" has no check. → Add a cell with check=e.',
  ],
  [
    "two starts",
    block("ts sim exercise=e", "const f = () => 0") + exercise + block("ts sim exercise=e"),
    '13:1 The exercise "e" has two cells with exercise=e. → Keep one.',
  ],
  [
    "a solution with other names",
    block("ts sim exercise=e", "const f = () => 0, g = 1") + exercise,
    '10:1 The solution of "e" does not define g, as its start does. → Give both the same top-level names.',
  ],
  [
    "a cell that is start and check",
    block("ts sim exercise=e check=e", "const f = () => 1") + exercise,
    "4:22 A cell cannot be exercise and check at once. → Make two cells of it.",
  ],
];

for (const [what, markdown, ...expected] of bad)
  test(`${what} is reported with its place and its mend`, () => {
    const { problems } = readChapter(`---\ntitle: x\n---\n${markdown}`, "bad.md");
    assert.deepEqual(problems.map(printProblem), expected);
  });

test("a chapter without a title is reported", () => {
  assert.deepEqual(readChapter("# x\n", "bad.md").problems.map(printProblem), [
    "1:1 The chapter has no title. → Begin it with front matter: ---, title: …, ---.",
  ]);
});

test("all problems of a chapter are reported at once, in the order of the text", () => {
  const markdown = bad.map(([, text]) => text).filter((text) => !text.startsWith("```ts sim\nlet a\n"));
  const { problems } = readChapter(markdown.join("\ntext\n\n"), "bad.md");
  assert.ok(problems.length > bad.length - 10);
  assert.deepEqual(
    problems.map((problem) => problem.line),
    problems.map((problem) => problem.line).toSorted((a, b) => a - b),
  );
});

test("no text makes the reader throw", () => {
  const pieces = [
    "```ts sim\n",
    "```ts live sim name=a\n",
    "```\n",
    "~~~",
    "> ",
    "- ",
    "\t",
    "let a = 1;\n",
    "a = `${",
    "}`",
    "enum A {}",
    "é😀\uFEFF",
    "\r\n",
    "as=x",
    "```output\n",
    "---\n",
    "title: \n",
    "function* main() {}",
    "import x from 'y'",
  ];
  let seed = 7;
  const random = (n: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % n;
  for (let i = 0; i < 300; i++) {
    const text = Array.from({ length: random(25) }, () => pieces[random(pieces.length)]).join("");
    for (const { line, column } of readChapter(text, "x.md").problems) assert.ok(line >= 1 && column >= 1, text);
  }
});

function printProblem({ line, column, message, mend }: Problem): string {
  return `${line}:${column} ${message}${mend ? ` → ${mend}` : ""}`;
}
