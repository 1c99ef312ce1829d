import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import type { View } from "../../schema/view.ts";
import { type Element, round, type Tree, toHtml } from "../tree.ts";
import { formatNumber, listTicks } from "./axis.ts";
import { mergeNarrow, planGantt } from "./gantt-plan.ts";
import { layOutGraph } from "./graph-layout.ts";
import type { Diagram, ViewOf } from "./kinds.ts";
import { renderView } from "./render.ts";

function* walk(tree: Tree): Generator<Element> {
  if (typeof tree === "string") return;
  yield tree;
  const [, , ...children] = tree;
  for (const child of children) yield* walk(child);
}
const elementsOf = (view: View, tag: string): Element[] => [...walk(renderView(view))].filter(([name]) => name === tag);
const titlesOf = (view: View): string[] =>
  elementsOf(view, "title").map(([, , text]) => (typeof text === "string" ? text : ""));
const wordsOf = (view: View): string =>
  elementsOf(view, "svg")
    .map(([, { "aria-label": label }]) => String(label ?? ""))
    .join(" ");
const classesOf = (view: View, name: string): Element[] =>
  [...walk(renderView(view))].filter(([, { class: classes }]) =>
    String(classes ?? "")
      .split(" ")
      .includes(name),
  );

const id = fc.constantFrom("A", "B", "C", "P10", "<b>", "a very long name of a process");
const time = fc.oneof(fc.nat(100), fc.double({ min: 0, max: 1e6, noNaN: true }));
const slice = fc
  .record({ start: time, length: time, cpu: fc.nat(3), id: fc.option(id) })
  .map(({ start, length, cpu, id }) => ({ start, end: start + length, cpu, id }));
const chart = fc.record({
  title: fc.string({ maxLength: 20 }),
  slices: fc.array(slice, { maxLength: 40 }),
  spans: fc.array(fc.record({ id, arrival: time, finish: fc.option(time) }), { maxLength: 8 }),
  marks: fc.array(fc.record({ at: time, id, mark: fc.constantFrom("miss", "block", "wake", "deadline") }), {
    maxLength: 8,
  }),
});
const value = fc.double({ min: -1e9, max: 1e9, noNaN: true });
const axis = fc.record({ label: fc.string({ maxLength: 10 }) });
/** The others are drawn from traces and pipes, which views.test.ts has. */
type Drawn = Exclude<Diagram["view"], "timeline" | "pipe" | "bars">;
const diagrams: { readonly [Kind in Drawn]: fc.Arbitrary<ViewOf<Kind>> } = {
  gantt: fc.record({
    view: fc.constant("gantt"),
    unit: fc.constant("ticks"),
    jobs: fc.array(id),
    charts: fc.array(chart, { maxLength: 4 }),
  }),
  lines: fc.record({
    view: fc.constant("lines"),
    x: axis,
    y: axis,
    series: fc.array(fc.record({ label: fc.string(), points: fc.array(fc.tuple(value, value)) }), { maxLength: 8 }),
  }),
  sequence: fc.record({
    view: fc.constant("sequence"),
    lanes: fc.array(id),
    messages: fc.array(fc.record({ from: id, to: id, sent: time, received: fc.option(time), text: fc.string() })),
  }),
  graph: fc.record({
    view: fc.constant("graph"),
    nodes: fc.array(
      fc.record({ id, label: fc.string(), shape: fc.constantFrom("process", "resource", "state"), mark: fc.boolean() }),
    ),
    edges: fc.array(fc.record({ from: id, to: id, mark: fc.boolean() })),
  }),
  tree: fc.record({
    view: fc.constant("tree"),
    nodes: fc.array(fc.record({ id, parent: fc.option(id), label: fc.string(), note: fc.string() })),
  }),
  memory: fc.record({
    view: fc.constant("memory"),
    pageSize: fc.constant(4096),
    spaces: fc.array(
      fc.record({
        process: id,
        pages: fc.array(
          fc.record({
            page: fc.nat(),
            frame: fc.option(fc.nat(20)),
            protection: fc.constant("rw-"),
            mapping: fc.string(),
          }),
        ),
      }),
    ),
    frames: fc.array(fc.record({ frame: fc.nat(20), text: fc.string(), users: fc.nat(3) })),
  }),
};

for (const [kind, views] of Object.entries(diagrams) as [string, fc.Arbitrary<Diagram>][])
  test(`a ${kind} of anything draws within its frame: no number is missing, none has more than two decimals`, () => {
    fc.assert(
      fc.property(views, (view) => {
        for (const [tag, attributes] of walk(renderView(view))) {
          for (const [name, value] of Object.entries(attributes)) {
            if (["aria-label", "class"].includes(name)) continue;
            assert.doesNotMatch(String(value), /NaN|Infinity|undefined/, `${tag} ${name}`);
            if (typeof value === "string") assert.doesNotMatch(value, /\d\.\d{3}/, `${tag} ${name}`);
            if (/^(x|y|x1|x2|y1|y2|cx|cy)$/.test(name))
              assert.ok(Number(value) >= -60, `${tag} ${name}=${String(value)}`);
            if (/^(width|height|r)$/.test(name)) assert.ok(Number(value) >= 0, `${tag} ${name}=${String(value)}`);
          }
        }
        assert.equal(toHtml(renderView(view)), toHtml(renderView(view)));
      }),
      { numRuns: 60 },
    );
  });

const gantt = (change: Partial<ViewOf<"gantt">["charts"][number]>, jobs: string[] = []): ViewOf<"gantt"> => ({
  view: "gantt",
  unit: "ticks",
  jobs,
  charts: [{ title: "Round robin", slices: [], spans: [], ...change }],
});

test("every slice of a Gantt view is drawn, alone or counted in a piece, and no piece overlaps the next", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ gap: fc.nat(20), length: fc.nat(30), id: fc.option(id) }), { maxLength: 300 }),
      fc.double({ min: 0.01, max: 30, noNaN: true }),
      (parts, scale) => {
        let now = 0;
        const slices = parts.map(({ gap, length, id }) => ({ start: (now += gap), end: (now += length), cpu: 0, id }));
        const pieces = mergeNarrow(slices, { least: 1, scale });
        assert.deepEqual(pieces.flat(), slices);
        for (const piece of pieces)
          if (piece.length > 1) for (const { start, end } of piece) assert.ok((end - start) * scale < 1);
      },
    ),
  );
});

test("the words of a Gantt view name each job, with its CPU time", () => {
  fc.assert(
    fc.property(diagrams.gantt, (view) => {
      const words = wordsOf(view);
      for (const { slices } of view.charts)
        for (const id of new Set(slices.map(({ id }) => id))) {
          if (id === null) continue;
          const sum = slices.filter((slice) => slice.id === id).reduce((sum, { start, end }) => sum + end - start, 0);
          assert.ok(words.includes(`${id} runs for ${formatNumber(sum)} ticks`), id);
        }
    }),
  );
});

test("a Gantt view of 150 000 slices stays small, says that it merged them, and counts them all", () => {
  const slices = Array.from({ length: 5_000 }, (_, index) => ({
    start: index,
    end: index + 1,
    cpu: 0,
    id: "ABC"[index % 3]!,
  }));
  const chart = { title: "Round robin, quantum 1", slices, spans: [] };
  const view = { ...gantt({}), charts: Array.from({ length: 30 }, () => chart) };
  const drawn = elementsOf(view, "svg").reduce((sum, svg) => sum + [...walk(svg)].length, 0);
  assert.ok(drawn < 20_000, `${drawn} elements`);
  assert.match(toHtml(renderView(view)), /too narrow to see/);
  const counted = titlesOf(view).reduce(
    (sum, title) => sum + Number(/^(\d+) slices/.exec(title)?.[1] ?? (/ runs from /.test(title) ? 1 : 0)),
    0,
  );
  assert.equal(counted, 150_000);
});

test("charts of a race have one scale: a slice of the same length is as wide in each", () => {
  const chart = (end: number) => ({
    title: "x",
    slices: [
      { start: 0, end: 4, cpu: 0, id: "A" },
      { start: 4, end, cpu: 0, id: "B" },
    ],
    spans: [],
  });
  const widths = classesOf({ ...gantt({}), charts: [chart(30), chart(10)] }, "r3-block").map(([, { width }]) => width);
  assert.equal(widths[0], widths[2]);
  assert.equal(Number(widths[1]) > Number(widths[3]), true);
});

test("one chart has a row for each job: arrival, waiting, blocked, running and finish are different shapes", () => {
  const view = gantt({
    slices: [
      { start: 0, end: 2, cpu: 0, id: "A", why: "A came first" },
      { start: 2, end: 3, cpu: 0, id: null },
      { start: 3, end: 6, cpu: 0, id: "B" },
    ],
    spans: [
      { id: "A", arrival: 0, finish: null },
      { id: "B", arrival: 1, finish: 6 },
    ],
    marks: [
      { at: 2, id: "A", mark: "block" },
      { at: 4, id: "A", mark: "wake" },
      { at: 5, id: "B", mark: "deadline" },
      { at: 5, id: "B", mark: "miss" },
    ],
  });
  for (const [shape, count] of [
    ["r3-arrival", 2],
    ["r3-wait", 3],
    ["r3-blocked", 1],
    ["r3-run", 2],
    ["r3-finish", 1],
    ["r3-hatch", 1],
    ["r3-deadline", 1],
    ["r3-miss", 1],
  ] as const)
    assert.equal(classesOf(view, shape).length - 1, count, `${shape} (one more stands in the key)`);
  assert.ok(titlesOf(view).includes("A runs from 0 to 2: A came first"));
  assert.match(toHtml(renderView(view)), /<td[^>]*>A came first<\/td>/);
  assert.match(wordsOf(view), /B runs for 3 ticks in 1 slice, finishes at 6, misses 1 deadline\./);
});

test("under the bar stand the times at which slices begin and end, the last one always", () => {
  const slices = [
    [0, 24],
    [24, 27],
    [27, 30],
  ].map(([start, end], index) => ({ start: start!, end: end!, cpu: 0, id: `P${index + 1}` }));
  const view = gantt({ slices });
  const numbers = new Set(elementsOf(view, "text").map(([, , text]) => text));
  for (const time of ["0", "24", "27", "30"]) assert.ok(numbers.has(time), time);
});

test("time begins at 0 where that costs little, and at the first event where it would press all together", () => {
  const planOf = (start: number, end: number) => planGantt(gantt({ slices: [{ start, end, cpu: 0, id: "A" }] }));
  assert.equal(planOf(3, 30).from, 0);
  assert.equal(planOf(3_000, 3_030).from, 3_000);
});

test("ticks are round, in order, and lie within the axis", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
      fc.integer({ min: 1, max: 30 }),
      (from, length, most) => {
        const ticks = listTicks(from, from + length, most);
        assert.ok(ticks.length <= 2.5 * most + 2, `${ticks.length} for ${most}`);
        for (const [index, tick] of ticks.entries()) {
          assert.ok(
            tick >= from - length * 1e-6 - 1e-6 * Math.abs(from) &&
              tick <= from + length * (1 + 1e-6) + 1e-6 * Math.abs(from),
          );
          assert.ok(index === 0 || tick > ticks[index - 1]!);
        }
      },
    ),
  );
});

test("the table of curves has every point, also where one curve has none", () => {
  const view: View = {
    view: "lines",
    x: { label: "quantum", unit: "ticks" },
    y: { label: "response" },
    at: 2,
    series: [
      {
        label: "a",
        points: [
          [2, 8],
          [1, 4],
        ],
      },
      { label: "b", points: [[2, 16]] },
    ],
  };
  const rows = elementsOf(view, "tr").map(([, , ...cells]) => cells.map((cell) => (cell as Element)[2]));
  assert.deepEqual(rows, [
    ["quantum (ticks)", "a", "b"],
    ["1", "4", ""],
    ["2", "8", "16"],
  ]);
  assert.equal(classesOf(view, "r3-chosen").length, 2);
  assert.match(wordsOf(view), /a: from 4 at 1 to 8 at 2, 8 at 2\./);
});

test("names at the ends of curves never stand on one another", () => {
  fc.assert(
    fc.property(diagrams.lines, (view) => {
      const ys = classesOf(view, "r3-curve-name")
        .map(([, { y }]) => Number(y))
        .toSorted((a, b) => a - b);
      for (const [index, y] of ys.entries()) assert.ok(index === 0 || y - ys[index - 1]! > 14);
    }),
  );
});

test("a message that is lost ends in a cross before it arrives, any other in an arrow's head", () => {
  const message = { from: "A", to: "B", sent: 1, text: "hello" };
  const view: View = {
    view: "sequence",
    lanes: ["A", "B"],
    messages: [
      { ...message, received: 3 },
      { ...message, sent: 5, received: null },
    ],
  };
  assert.equal(classesOf(view, "r3-tip").length, 1);
  assert.equal(classesOf(view, "r3-cross").length, 1);
  assert.match(wordsOf(view), /2 messages between A, B, 1 lost/);
});

test("time in a sequence never runs upwards", () => {
  fc.assert(
    fc.property(diagrams.sequence, (view) => {
      const sorted = view.messages.toSorted((a, b) => a.sent - b.sent);
      const tops = classesOf(view, "r3-arrow").map(([, { d }]) => Number(/^M\S+ (\S+?)[hL]/.exec(String(d))?.[1]));
      assert.equal(tops.length, sorted.length);
      for (const [index, top] of tops.entries())
        assert.ok(index === 0 || top > tops[index - 1]!, `${top} after ${tops[index - 1]}`);
    }),
  );
});

test("no two nodes of a graph overlap, in a circle or in layers", () => {
  const name = fc.integer({ min: 1, max: 30 }).map(String);
  fc.assert(
    fc.property(
      fc.uniqueArray(name, { maxLength: 30 }),
      fc.array(fc.tuple(name, name), { maxLength: 60 }),
      fc.boolean(),
      (ids, pairs, states) => {
        const nodes = ids.map((id) => ({ id, label: id, shape: states ? ("state" as const) : ("process" as const) }));
        const edges = pairs.filter((pair) => pair.every((id) => ids.includes(id))).map(([from, to]) => ({ from, to }));
        const placed = layOutGraph({ nodes, edges }, () => ({ width: 60, height: 30 })).nodes;
        assert.equal(placed.length, nodes.length);
        for (const a of placed)
          for (const b of placed)
            assert.ok(a === b || Math.abs(a.x - b.x) > 59 || Math.abs(a.y - b.y) > 29, `${a.node.id} and ${b.node.id}`);
      },
    ),
  );
});

test("in a graph every edge is drawn, also loops, doubles and those to nodes that nobody named", () => {
  fc.assert(fc.property(diagrams.graph, (view) => assert.equal(classesOf(view, "r3-edge").length, view.edges.length)));
  const paths = classesOf(
    {
      view: "graph",
      nodes: [],
      edges: [
        { from: "a", to: "b" },
        { from: "a", to: "b" },
        { from: "b", to: "a" },
      ],
    },
    "r3-arrow",
  ).map(([, { d }]) => d);
  assert.equal(new Set(paths).size, 3);
});

test("what is set apart in a graph has a second edge and says so", () => {
  const view: View = { view: "graph", nodes: [{ id: "p", label: "P1", shape: "process", mark: true }], edges: [] };
  assert.equal(classesOf(view, "r3-ring").length, 1);
  assert.match(wordsOf(view), /Set apart: P1/);
});

test("a tree shows every process once, right of its parent, whatever the parents are", () => {
  fc.assert(fc.property(diagrams.tree, (view) => assert.equal(classesOf(view, "r3-block").length, view.nodes.length)));
  const view: View = {
    view: "tree",
    nodes: [
      { id: "1", parent: null, label: "init" },
      { id: "2", parent: "1", label: "sh", note: "exit status 0" },
    ],
  };
  const [root, child] = classesOf(view, "r3-block").map(([, { x }]) => Number(x));
  assert.ok(root! < child!);
  assert.match(wordsOf(view), /sh is a child of init, exit status 0\./);
});

test("every page that is in memory is wired to its frame, and a shared frame says how many use it", () => {
  fc.assert(
    fc.property(diagrams.memory, (view) => {
      const present = view.spaces.flatMap(({ pages }) => pages).filter(({ frame }) => frame !== null);
      assert.equal(classesOf(view, "r3-wire").length, present.length);
    }),
  );
  const page = { page: 1, frame: 7, protection: "r--", mapping: "data" };
  const view: View = {
    view: "memory",
    pageSize: 4096,
    spaces: [
      { process: "P1", pages: [page] },
      { process: "P2", pages: [page] },
    ],
    frames: [],
  };
  assert.match(toHtml(renderView(view)), / ×2</);
  assert.match(wordsOf(view), /Shared: frame 7 by 2\./);
});

test("numbers on drawings keep two decimals, small ones three digits", () => {
  assert.deepEqual([0, 1 / 3, 12.3456, 1_234_567, 0.000_123_4].map(formatNumber), [
    "0",
    "0.333",
    "12.35",
    "1234567",
    "0.000123",
  ]);
  assert.equal(round(1.005), 1);
});
