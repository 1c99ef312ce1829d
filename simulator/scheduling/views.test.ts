import assert from "node:assert/strict";
import test from "node:test";
import * as v from "valibot";
import { viewSchema } from "../../schema/view.ts";
import { fcfs, priority, race, roundRobin, runWorkload, showGantt, showMetrics, srtn } from "./index.ts";

const jobs = [
  { id: "A", bursts: [8, 2, 1] },
  { id: 2, arrival: 1, bursts: [4] },
];
const runs = race(jobs, [fcfs(), srtn(), roundRobin({ quantum: 1 })], { contextSwitch: 1 });

test("a race is one chart for each policy on one axis, in the shape that the schema asks for", () => {
  const view = showGantt(runs, { title: "a race" });
  v.assert(viewSchema, view);
  assert.deepEqual(view.jobs, ["A", "2"]);
  assert.deepEqual(
    view.charts.map(({ title }) => title),
    ["first come, first served", "shortest remaining time next", "round robin, quantum 1"],
  );
  const [first] = view.charts;
  assert.deepEqual(
    first?.slices.map(({ start, end, id }) => [start, end, id]),
    [
      [0, 8, "A"],
      [8, 9, null],
      [9, 13, "2"],
      [13, 14, null],
      [14, 15, "A"],
    ],
  );
  assert.deepEqual(first?.spans, [
    { id: "A", arrival: 0, finish: 15 },
    { id: "2", arrival: 1, finish: 13 },
  ]);
});

test("of a run that is too long for a chart the beginning is shown, and the chart says so", () => {
  const long = Array.from({ length: 4 }, (_, id) => ({ id, bursts: [2_000] }));
  const view = showGantt(runWorkload(long, roundRobin({ quantum: 1 })));
  v.assert(viewSchema, view);
  assert.match(view.charts[0]?.caption ?? "", /the first 5000 of 8000 slices/);
});

test("of one run the table has a row for each job and one of means, and misses where somebody has deadlines", () => {
  const table = showMetrics(runs[0]!);
  v.assert(viewSchema, table);
  assert.ok(table.view === "table");
  assert.deepEqual(table.columns, ["job", "arrival", "CPU", "response", "turnaround", "wait", "finish"]);
  assert.deepEqual(table.rows, [
    ["A", 0, 9, 0, 15, 4, 15],
    ["2", 1, 4, 8, 12, 8, 13],
    ["mean", null, null, 4, 13.5, 6, null],
  ]);
  const periodic = showMetrics([runWorkload([{ id: 1, bursts: [3], period: 2 }], fcfs())]);
  assert.ok(periodic.view === "table" && periodic.columns.at(-1) === "misses");
  assert.ok(periodic.rows.every(({ length }) => length === periodic.columns.length));
});

test("of very many jobs the table shows the first ones and says how many more there are", () => {
  const many = Array.from({ length: 1_500 }, (_, id) => ({ id, bursts: [1] }));
  const table = showMetrics(runWorkload(many, fcfs()));
  v.assert(viewSchema, table);
  assert.ok(table.view === "table" && table.rows.length === 1_002);
  assert.deepEqual(table.rows.at(-2), ["… and 500 more"]);
});

test("of several runs the table has a row for each policy, and only columns that some run has", () => {
  const table = showMetrics(runs);
  v.assert(viewSchema, table);
  assert.ok(table.view === "table" && table.rows.length === 3);
  assert.ok(!table.columns.includes("misses") && !table.columns.includes("migrations"));
});

test("who waits gets better with time and takes the CPU, and the trace says how that came", () => {
  const starving = [
    { id: "busy", bursts: [30], priority: 1 },
    { id: "poor", bursts: [2], priority: 6 },
  ];
  const { trace } = runWorkload(starving, priority({ agePerTick: 0.5 }));
  const whys = trace.events.filter(({ pid, kind }) => pid === 2 && kind === "run").map(({ at, why }) => [at, why]);
  assert.deepEqual(whys, [[11, "best of 2: priority 0.5 (aged from 6)"]]);
  assert.ok(trace.events.some(({ why }) => why === "busy preempted: poor has aged to priority 0.5, busy has 1"));
});
