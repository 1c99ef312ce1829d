import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import * as v from "valibot";
import { exit, fork, getpid, kill, wait, type Call } from "../../schema/call.ts";
import { traceSchema } from "../../schema/trace.ts";
import { inputSchema, viewSchema } from "../../schema/view.ts";
import { foldStates, simulate } from "../../simulator/index.ts";
import { type Tree, toHtml } from "../tree.ts";
import { renderInput } from "./input.ts";
import { placeLabels, widthOf } from "./labels.ts";
import { foldLanes } from "./lanes.ts";
import { diagramKinds } from "./plain.ts";
import { renderView } from "./render.ts";

const readFixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../schema/fixtures/${name}.json`, import.meta.url), "utf8"));
const views = v.parse(v.array(viewSchema), readFixture("views"));
const trace = v.parse(traceSchema, readFixture("trace"));

function* walk(tree: Tree): Generator<Exclude<Tree, string>> {
  if (typeof tree === "string") return;
  yield tree;
  const [, , ...children] = tree;
  for (const child of children) yield* walk(child);
}

for (const view of views) {
  test(`a ${view.view} has no attribute that could style, load or run anything`, () => {
    for (const [tag, attributes] of walk(renderView(view))) {
      assert.ok(!["script", "style", "iframe", "a", "image", "use", "foreignObject"].includes(tag), tag);
      for (const name of Object.keys(attributes)) assert.doesNotMatch(name, /^(on|style|href|src|id$)/);
    }
  });
  test(`a ${view.view} without numbers that a browser would write differently`, () => {
    assert.doesNotMatch(toHtml(renderView(view)), /\d\.\d{3}|NaN|Infinity|undefined/);
  });
}

const drawings: ReadonlySet<string> = new Set(["picture", ...diagramKinds].filter((kind) => kind !== "bars"));

test("a drawing that is no table has words for those who do not see it, and what has none is not read", () => {
  for (const view of views.filter(({ view }) => drawings.has(view))) {
    const svgs = [...walk(renderView(view))].filter(([tag]) => tag === "svg").map(([, attributes]) => attributes);
    assert.ok(svgs.some(({ role }) => role === "img"));
    for (const attributes of svgs)
      if (attributes["aria-hidden"] !== "true") assert.ok(String(attributes["aria-label"]).length > 5, view.view);
  }
});

test("every drawing but a cell's own has the same facts as a table", () => {
  for (const view of views.filter(({ view }) => drawings.has(view) && view !== "picture")) {
    const html = toHtml(renderView(view));
    assert.match(html, /<details class="r3-alternative">.*<table>/s);
  }
});

test("a timeline says errors in words", () => {
  assert.match(toHtml(renderView({ view: "timeline", trace })), /EPIPE \(Broken pipe\)/);
});

test("a picture's classes are only those of the page's palette", () => {
  const html = toHtml(
    renderView({
      view: "picture",
      description: "d",
      width: 9_999,
      height: 1,
      tree: ["svg", {}, ["rect", { class: "process-2 r3-runner strong" }]],
    }),
  );
  assert.match(html, /class="process-2 strong"/);
  assert.match(html, /width="2000"/);
});

test("every lane's spans follow one another without overlap, and end when the process is gone", () => {
  const { lanes, to } = foldLanes(trace);
  assert.deepEqual(
    lanes.map((lane) => lane.role),
    ["main", "main.1", "main.2"],
  );
  for (const lane of lanes)
    lane.spans.reduce((end, span) => {
      assert.ok(span.from >= end && span.to > span.from && span.to <= to);
      return span.to;
    }, 0);
});

test("a lane shows what the process did: blocked in read, ended by a signal, a zombie until it is waited for", () => {
  const [main, child] = foldLanes(trace).lanes;
  assert.deepEqual(
    main?.spans.find((span) => span.state === "blocked"),
    { state: "blocked", from: 3, to: 4, on: "pipe 1" },
  );
  assert.equal(child?.end?.text, "killed by SIGPIPE");
  assert.deepEqual(child?.spans.at(-1), { state: "zombie", from: 6, to: 7 });
});

test("the lanes of a simulated trace show the states that the simulator finds, also of a process that is stopped", () => {
  const { trace } = simulate(function* (): Generator<Call, void, number> {
    const child = yield* fork();
    if (child > 0) yield* kill(child, "SIGSTOP");
    for (let i = 0; i < 12; i++) yield* getpid();
    if (child === 0) yield* exit(0);
    yield* kill(child, "SIGCONT");
    yield* wait();
  });
  const states = foldStates(trace).filter(({ to }) => to !== null);
  assert.ok(states.some(({ state }) => state === "stopped"));
  for (const { pid, spans } of foldLanes(trace).lanes)
    assert.deepEqual(
      spans.map(({ state, from, to }) => ({ state, from, to })),
      states.filter((one) => one.pid === pid).map(({ state, from, to }) => ({ state, from, to })),
    );
});

test("a process that nobody schedules visibly is inside its calls and running between them", () => {
  const { lanes } = foldLanes({
    kernel: "live",
    unit: "µs",
    cpus: 1,
    events: [
      { at: 0, pid: 9, kind: "start", role: "main", parent: null },
      { at: 10, pid: 9, kind: "call", call: "read", args: ["3"] },
      { at: 50, pid: 9, kind: "return", call: "read", result: '""' },
      { at: 60, pid: 9, kind: "exit", exitStatus: 0, termSignal: null },
    ],
  });
  assert.deepEqual(
    lanes[0]?.spans.map(({ state, from, to }) => [state, from, to]),
    [
      ["running", 0, 10],
      ["inside", 10, 50],
      ["running", 50, 60],
    ],
  );
});

test("children are sorted below their parents, the tenth after the ninth", () => {
  const roles = ["main", "main.10", "main.2", "main.1.1", "main.1"];
  const events = roles.map((role, pid) => ({ at: 0, pid, kind: "start" as const, role, parent: null }));
  const { lanes } = foldLanes({ kernel: "sim", unit: "tick", cpus: 1, events });
  assert.deepEqual(
    lanes.map((lane) => lane.role),
    ["main", "main.1", "main.1.1", "main.2", "main.10"],
  );
});

test("labels in one row never overlap and never leave the drawing to the right", () => {
  let seed = 7;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let round = 0; round < 200; round++) {
    const labels = Array.from({ length: 12 }, () => ({
      x: random() * 500,
      text: "x".repeat(1 + random() * 30),
    })).toSorted((a, b) => a.x - b.x);
    const { places, rows } = placeLabels(labels, 600, 3);
    assert.ok(rows <= 3);
    const ends = [0, 0, 0];
    places.forEach((place, index) => {
      if (place === null) return;
      const end = place.x + widthOf(labels[index]!.text);
      assert.ok(place.x >= ends[place.row]! && end <= 600);
      ends[place.row] = end;
    });
  }
});

test("an input shows the value that it is given, not the one that it began with", () => {
  for (const input of v.parse(v.array(inputSchema), readFixture("inputs"))) {
    const html = toHtml(renderInput("cell:key", input, input.value, true));
    assert.match(html, /data-key="cell:key"/);
    assert.match(html, /disabled/);
  }
  assert.match(
    toHtml(renderInput("k", { input: "range", label: "n", min: 0, max: 9, step: 1, value: 1 }, 7)),
    /value="7".*>7</,
  );
});
