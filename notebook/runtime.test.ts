import assert from "node:assert/strict";
import test from "node:test";
import * as v from "valibot";
import type { FromFence } from "../schema/protocol.ts";
import { fromFenceSchema } from "../schema/protocol.ts";
import { compileCell } from "./compile.ts";
import type { LoadedCell } from "./module.ts";
import { startNotebook } from "./runtime.ts";
import { stripTypes } from "./strip.ts";

/** A notebook in this very thread; messages are checked against their schema and kept. */
function start(modules: Record<string, unknown> = {}) {
  const sent: FromFence[] = [];
  const receive = startNotebook({
    modules,
    load: (text) => import(`data:text/javascript,${encodeURIComponent(text)}`) as Promise<{ cells: LoadedCell[] }>,
    send: (message) => {
      assert.deepEqual(v.parse(fromFenceSchema, structuredClone(message)), message);
      sent.push(message);
    },
  });
  const define = (sources: Record<string, string>, inputs: Record<string, unknown> = {}): void =>
    receive({
      type: "define",
      cells: Object.entries(sources).map(([id, source]) =>
        compileCell({ id, name: null, kernels: ["sim"], source }, stripTypes),
      ),
      inputs,
    });
  const texts = (cell: string): string[] => {
    const mine = sent.filter((message) => "cell" in message && message.cell === cell);
    const last = mine.findLastIndex((message) => message.type === "pending");
    return mine
      .slice(last + 1)
      .flatMap((message) =>
        message.type === "display" ? ("text" in message.view ? message.view.text.trimEnd() : message.view.view) : [],
      );
  };
  const find = <Type extends FromFence["type"]>(type: Type, cell?: string) =>
    sent.filter(
      (message): message is FromFence & { type: Type } =>
        message.type === type && (cell === undefined || ("cell" in message && message.cell === cell)),
    );
  return { sent, receive, define, texts, find };
}

/** Waits for what must come; fails after two seconds. */
async function until(condition: () => boolean, what = "the notebook to settle"): Promise<void> {
  const end = performance.now() + 2_000;
  while (!condition()) {
    assert.ok(performance.now() < end, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

test("cells run in the order of their names, whatever the order of the text", async () => {
  const { define, texts, find, sent } = start();
  define({ a: "b + c", b: "const b = c * 10;", c: "const c = await Promise.resolve(2);" });
  await until(() => texts("a").length === 1);
  assert.deepEqual(texts("a"), ["22"]);
  assert.equal(sent[0]!.type, "ready");
  assert.deepEqual(
    find("done").map((message) => message.cell),
    ["c", "b", "a"],
  );
  assert.deepEqual(
    find("value").map(({ name, value }) => [name, value]),
    [
      ["c", 2],
      ["b", 20],
    ],
  );
});

test("display shows strings as lines, views as they are, anything else as a value", async () => {
  const { define, find } = start();
  define({ a: 'display("two\\nlines"); display([1, "x"]); display({ view: "table", columns: ["n"], rows: [[1]] });' });
  await until(() => find("done").length === 1);
  assert.deepEqual(
    find("display").map((message) => message.view),
    [
      { view: "text", text: "two\nlines\n" },
      { view: "value", text: '[1, "x"]' },
      { view: "table", columns: ["n"], rows: [[1]] },
    ],
  );
});

test("what claims to be a view and is none fails, and says where", async () => {
  const { define, find } = start();
  define({ a: 'display({ view: "html", html: "<b>" })', b: 'display({ view: "table", columns: "n", rows: [] })' });
  await until(() => find("failed").length === 2);
  assert.match(find("failed", "a")[0]!.error.message, /^This is no view: view: /);
  assert.match(find("failed", "b")[0]!.error.message, /^This is no view: columns: /);
});

test("an input is announced, its value reaches other cells, and a move recomputes only what depends on it", async () => {
  const { define, texts, find, receive } = start();
  define({ n: 'const n = view(Inputs.range([1, 9], { step: 1, label: "N" }));', twice: "n * 2", other: "1 + 1" });
  await until(() => texts("twice").length === 1 && texts("other").length === 1);
  assert.deepEqual(find("input"), [
    { type: "input", cell: "n", key: "n:N", input: { input: "range", label: "N", min: 1, max: 9, step: 1, value: 5 } },
  ]);
  receive({ type: "input", key: "n:N", value: 7 });
  await until(() => texts("twice")[0] === "14");
  assert.equal(find("pending", "n").length, 1);
  assert.equal(find("pending", "other").length, 1);
  receive({ type: "input", key: "n:N", value: 99 });
  receive({ type: "input", key: "n:N", value: "7" });
  receive({ type: "input", key: "nobody", value: 1 });
  receive({ type: "input", key: "n:N", value: 3 });
  await until(() => texts("twice")[0] === "6");
});

test("saved values of inputs survive, where they still fit", async () => {
  const { define, find, texts } = start();
  const sources = {
    n: 'const n = view(Inputs.range([1, 9], { label: "N" })), m = view(Inputs.select(["a", "b"], { label: "M" }));',
    show: "[n, m]",
  };
  define(sources, { "n:N": 2, "n:M": "gone" });
  await until(() => texts("show").length === 1);
  assert.deepEqual(texts("show"), ['[2, "a"]']);
  assert.deepEqual(
    find("input").map((message) => message.input.value),
    [2, "a"],
  );
});

test("two inputs of one label are told apart", async () => {
  const { define, find } = start();
  define({ a: 'view(Inputs.toggle({ label: "x" })); view(Inputs.toggle({ label: "x" })); view(Inputs.toggle());' });
  await until(() => find("done").length === 1);
  assert.deepEqual(
    find("input").map((message) => message.key),
    ["a:x", "a:x:2", "a:"],
  );
});

test("an edited cell replaces the old one, and its dependents follow", async () => {
  const { define, texts } = start();
  define({ a: "const n = 1;", b: "n + 1" });
  await until(() => texts("b")[0] === "2");
  define({ a: "const n = 10, extra = 1;" });
  await until(() => texts("b")[0] === "11");
  define({ a: "const renamed = 5;", b: "renamed" });
  await until(() => texts("b")[0] === "5");
});

test("a name that moves from one cell to another is never seen twice", async () => {
  const { define, texts, find } = start();
  define({ a: "const n = 1;", b: "const m = 2;", c: "n + m" });
  await until(() => texts("c")[0] === "3");
  define({ a: "const m = 20;", b: "const n = 10;" });
  await until(() => texts("c")[0] === "30");
  assert.deepEqual(find("failed"), []);
});

test("the result of a live cell is a value like any other, before and after its readers are defined", async () => {
  const { define, texts, receive, find } = start();
  define({ a: "cost.us * 2" });
  await until(() => find("failed").length === 1);
  assert.deepEqual(find("failed")[0]!.error, {
    name: "ReferenceError",
    message: "cost is not defined",
    position: null,
  });
  receive({ type: "value", name: "cost", value: { us: 4 } });
  await until(() => texts("a")[0] === "8");
  receive({ type: "value", name: "cost", value: { us: 5 } });
  await until(() => texts("a")[0] === "10");
});

test("a failure names the error and its place in the cell that holds it, also behind an await", async () => {
  const { define, find } = start();
  define({
    sync: "let x: number = 1;\n  throw new RangeError(`bad ${x}`);",
    later: "await null;\n\nnull.x;",
    helper: "function boom() {\n  throw new TypeError('inside');\n}",
    caller: "\nboom();",
    strange: "throw { code: 1 };",
  });
  await until(() => find("failed").length === 4);
  const errors = Object.fromEntries(find("failed").map(({ cell, error }) => [cell, error]));
  assert.deepEqual(errors.sync, { name: "RangeError", message: "bad 1", position: { line: 2, column: 9 } });
  assert.deepEqual(errors.later?.position, { line: 3, column: 6 });
  assert.deepEqual(errors.caller, { name: "TypeError", message: "inside", position: { line: 2, column: 1 } });
  assert.deepEqual(errors.strange, { name: "Error", message: "The cell threw { code: 1 }", position: null });
});

test("a cell whose input failed says so and shows nothing", async () => {
  const { define, find, texts } = start();
  define({ a: "const n = (() => { throw new Error('first') })();", b: "display(1); n" });
  await until(() => find("failed").length === 2);
  assert.equal(find("failed", "b")[0]!.error.message, "n has no value, since the cell that defines it failed: first");
  assert.deepEqual(texts("b"), []);
});

test("a text that does not load fails alone", async () => {
  const { receive, find, texts } = start();
  const cell = (id: string, body: string) => ({ id, inputs: [], outputs: [], body });
  receive({
    type: "define",
    cells: [cell("good", "() => {\nreturn 1\n}"), cell("bad", "() => {\nlet = ;\n}")],
    inputs: {},
  });
  await until(() => find("failed").length === 1 && texts("good").length === 1);
  assert.deepEqual([find("failed")[0]!.cell, find("failed")[0]!.error.name], ["bad", "SyntaxError"]);
});

test("only the modules that were given can be imported", async () => {
  const { define, find, texts } = start({ ring3: { answer: 42 } });
  define({ a: 'import { answer } from "ring3"; display(answer);', b: 'import { x } from "node:fs"; display(x);' });
  await until(() => find("failed").length === 1 && texts("a").length === 1);
  assert.deepEqual(texts("a"), ["42"]);
  assert.equal(find("failed", "b")[0]!.error.message, 'A cell cannot import "node:fs". It can import ring3.');
});

test("checks are sent with their label; what is neither true nor false is refused", async () => {
  const { define, find } = start();
  define({ a: 'check("one", true); check("two", 1 > 2);', b: 'check("three", "yes");' });
  await until(() => find("failed").length === 1);
  assert.deepEqual(
    find("check").map((message) => message.check),
    [
      { label: "one", ok: true },
      { label: "two", ok: false },
    ],
  );
  assert.equal(find("failed")[0]!.error.message, 'check(label, ok): ok is true or false, not "yes".');
});

test("a generator that never ends is heard at most once a frame, and so are its readers; the last value wins", async () => {
  const { define, find, texts, receive, sent } = start();
  define({
    g: "const i = (function* () { for (let i = 0; i < 300; i++) yield i; })();",
    show: "i",
    endless: "(function* () { for (let i = 0; ; i++) yield i; })()",
  });
  const begun = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 200));
  receive({ type: "ping", id: 1 });
  assert.equal(find("pong").length, 1);
  const most = (performance.now() - begun) / 16 + 3;
  for (const heard of [find("pending", "show"), find("display", "show"), find("pending", "endless"), find("value")])
    assert.ok(heard.length >= 1 && heard.length <= most, `${heard.length} messages, at most ${most}`);
  await until(() => texts("show")[0] === "299");
  assert.ok(sent.length < 1_000);
  define({ endless: "0" });
  await until(() => texts("endless")[0] === "0");
});

test("what one evaluation can show is bounded", async () => {
  const { define, find } = start();
  define({
    a: "for (let i = 0; i < 1000; i++) display(i);",
    b: 'for (let i = 0; i < 1000; i++) check("x", true);',
    c: "for (let i = 0; i < 1000; i++) view(Inputs.toggle());",
    d: 'display("x".repeat(1e6))',
  });
  await until(() => find("done").length === 2 && find("failed").length === 2);
  assert.equal(find("display", "a").length, 101);
  assert.equal(find("check").length, 100);
  assert.equal(find("input").length, 100);
});

test("what an evaluation still shows after a new one began is void", async () => {
  const { define, texts, receive, find } = start();
  define({
    n: 'const n = view(Inputs.range([0, 9], { label: "N", step: 1, value: 0 }));',
    slow: "display(`begin ${n}`); await new Promise((resolve) => setTimeout(resolve, 40)); display(`end ${n}`);",
  });
  await until(() => texts("slow").length === 1);
  receive({ type: "input", key: "n:N", value: 1 });
  await until(() => find("done", "slow").length === 1);
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.deepEqual(texts("slow"), ["begin 1", "end 1"]);
});

test("only plain data leaves as a value", async () => {
  const { define, find } = start();
  define({
    a: "const plain = { a: [1, 'x', null] }, fn = () => {}, map = new Map(), big = 1n, nan = NaN, deep = []; deep.push(deep);",
  });
  await until(() => find("done").length === 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(
    find("value").map((message) => message.name),
    ["plain"],
  );
});

test("a cell may use the invalidation of its evaluation", async () => {
  const { define, texts, find } = start();
  define({ a: "invalidation.then(() => console.assert(true)); display('up');" });
  await until(() => find("done").length === 1);
  assert.deepEqual(texts("a"), ["up"]);
});
