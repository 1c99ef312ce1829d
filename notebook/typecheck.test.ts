import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { readChapter } from "./chapter.ts";
import { checkTypes } from "./typecheck.ts";

const fixture = readFileSync(new URL("fixtures/every-feature.md", import.meta.url), "utf8");
const block = (code: string, info = "ts sim") => `\`\`\`${info}\n${code}\n\`\`\`\n`;
const check = (...blocks: string[]) => {
  const chapter = readChapter(`---\ntitle: x\n---\n${blocks.join("")}`, "x.md");
  return checkTypes([chapter]).problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
};

test("a chapter with every feature has no type error but in what it imports from nowhere", () => {
  assert.deepEqual(
    checkTypes([readChapter(fixture, "every.md")]).problems.map(({ message }) => message),
    ["Cannot find module or type declarations for side-effect import of './helper.ts'. (TS2882)"],
  );
});

test("another cell sees the value of a promise, a generator and a view", () => {
  assert.deepEqual(
    check(
      block(
        'const n = view(Inputs.range([0, 9])), mode = view(Inputs.select(["a", "b"])), on = view(Inputs.toggle());',
      ),
      block(
        "const later = Promise.resolve(1), ticks = (function* () { yield 2; })(), slow = (async function* () { yield Promise.resolve(3); })();",
      ),
      block("const sum: number = n + later + ticks + slow;\nconst yes: boolean = on;"),
      block("(mode === 'a' ? 1 : 2) + sum"),
    ),
    [],
  );
});

test("a type error has its line and column in the Markdown, in a list and behind wide letters, too", () => {
  assert.deepEqual(check(block("const n = 1;"), block('const é = "日本😀"; n.x;\n  n.y;')), [
    "8:21 Property 'x' does not exist on type '1'. (TS2339)",
    "9:5 Property 'y' does not exist on type '1'. (TS2339)",
  ]);
  assert.deepEqual(check("- a\n\n  ```ts sim\n  const a: number =\n    'x';\n  ```\n"), [
    "7:9 Type 'string' is not assignable to type 'number'. (TS2322)",
  ]);
  assert.deepEqual(check(block("{ a: 1, b: 'x'.nope }")), [
    "5:16 Property 'nope' does not exist on type '\"x\"'. (TS2339)",
  ]);
});

test("types, functions and classes of one cell are known in another", () => {
  assert.deepEqual(
    check(
      block(
        "interface Job { id: number }\ntype Id = Job['id'];\nfunction make<T>(x: T): T[] { return [x]; }\nclass Box<T> { constructor(readonly_: T) { void readonly_; } }",
      ),
      block(
        "const jobs: Job[] = make({ id: 1 });\nconst id: Id = jobs[0]!.id;\nconst box: Box<number> = new Box(id);\nmake<Id>('x');",
      ),
    ),
    ["14:10 Argument of type 'string' is not assignable to parameter of type 'number'. (TS2345)"],
  );
});

test("each live cell is a module of its own, with check, result and the names it is given", () => {
  assert.deepEqual(
    check(
      block("const n = view(Inputs.range([0, 9])), text = 'x';"),
      block(
        'import { getpid } from "ring3/posix";\nconst x: number = n + getpid();\nresult(x);\ncheck("ok", x > 0);',
        "ts live name=a with=n",
      ),
      block("const x = 'other';\ntext;\ndisplay(x);", "ts live name=b"),
      block("a.anything + 1"),
    ),
    ["15:1 Cannot find name 'text'. (TS2304)", "16:1 Cannot find name 'display'. (TS2304)"],
  );
});

test("a portable cell's main must be a program, and its name is that program", () => {
  assert.deepEqual(
    check(
      block(
        'import { fork } from "ring3";\nfunction* main() {\n  const pid: string = yield* fork();\n  void pid;\n}',
        "ts sim live name=both",
      ),
      block("both().next().value"),
    ),
    ["7:9 Type 'number' is not assignable to type 'string'. (TS2322)"],
  );
  assert.deepEqual(check(block("\nfunction* main() { yield 1; }", "ts sim live")), [
    "6:11 main is no portable program. Type 'number' is not assignable to type 'Call<keyof CallTable>'.",
  ]);
});

test("what a module does not export is reported at the import", () => {
  assert.deepEqual(check(block('import { fork, spoon } from "ring3";\nfork;')), [
    "5:16 Module '\"ring3\"' has no exported member 'spoon'. (TS2305)",
  ]);
});

test("the checks and the solution of an exercise are checked like its start", () => {
  assert.deepEqual(
    check(
      block("function f(x: number) { return x; }", "ts sim exercise=e"),
      block("check('x', f('1') === 1)", "ts sim check=e"),
      block("function f(x: number) { return x.nope; }", "ts sim solution=e"),
    ),
    [
      "8:14 Argument of type 'string' is not assignable to parameter of type 'number'. (TS2345)",
      "11:34 Property 'nope' does not exist on type 'number'. (TS2339)",
    ],
  );
});
