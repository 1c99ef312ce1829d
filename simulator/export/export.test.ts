import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { fork, exit, pipe, read, wait, write, type Program } from "../../schema/call.ts";
import type { Trace } from "../../schema/trace.ts";
import { simulate } from "../simulate.ts";
import { printCsv } from "./csv.ts";
import { printPerfetto } from "./perfetto.ts";

const parentAndChild: Program = function* () {
  const [readEnd, writeEnd] = yield* pipe();
  if ((yield* fork()) === 0) {
    yield* write(writeEnd, 'a, "b"\n');
    yield* exit(3);
  }
  yield* read(readEnd, 64);
  yield* wait();
};
const { trace } = simulate(parentAndChild);
const fixture = JSON.parse(readFileSync(new URL("../../schema/fixtures/trace.json", import.meta.url), "utf8")) as Trace;

interface Exported {
  readonly traceEvents: readonly { ph: string; name: string; pid: number; tid: number; ts?: number; dur?: number }[];
}
const exportTrace = (one: Trace) => (JSON.parse(printPerfetto(one)) as Exported).traceEvents;

test("the CPU track of a Perfetto export holds as much time as processes ran", () => {
  const ran = exportTrace(trace).filter(({ ph, pid }) => ph === "X" && pid === 0);
  const states = exportTrace(trace).filter(({ ph, name }) => ph === "X" && name === "running");
  const sum = (spans: typeof ran) => spans.reduce((total, { dur = 0 }) => total + dur, 0);
  assert.ok(sum(ran) > 0);
  assert.equal(sum(ran), sum(states));
});

test("no two spans of a Perfetto track overlap", () => {
  const tracks = Map.groupBy(exportTrace(trace).filter(({ ph }) => ph === "X"), ({ pid, tid }) => `${pid}/${tid}`); // prettier-ignore
  for (const [track, spans] of tracks) {
    const sorted = spans.toSorted((a, b) => (a.ts ?? 0) - (b.ts ?? 0));
    for (const [index, { ts = 0, dur = 0 }] of sorted.entries())
      assert.ok(ts + dur <= (sorted[index + 1]?.ts ?? Infinity), `${track} at ${ts}`);
  }
});

test("every track of a Perfetto export has a name", () => {
  const events = exportTrace(trace);
  const named = new Set(events.filter(({ name }) => name === "thread_name").map(({ pid, tid }) => `${pid}/${tid}`));
  for (const { ph, pid, tid } of events) if (ph === "X" || ph === "i") assert.ok(named.has(`${pid}/${tid}`), `${tid}`);
});

test("a CSV export has one line per event, each with every column", () => {
  for (const one of [trace, fixture]) {
    const [head = [], ...rows] = readCsv(printCsv(one));
    assert.equal(rows.length, one.events.length);
    for (const row of rows) assert.equal(row.length, head.length);
    assert.deepEqual(
      rows.map((row) => [row[head.indexOf("kind")], Number(row[head.indexOf("at")])]),
      one.events.map(({ kind, at }) => [kind, at]),
    );
  }
});

test("quotes, commas and line ends survive in a CSV export", () => {
  const [head = [], ...rows] = readCsv(printCsv(trace));
  const call = rows.find((row) => row[head.indexOf("call")] === "write");
  assert.match(call?.[head.indexOf("args")] ?? "", /a, \\"b\\"\\n/);
});

/** A reader of its own, after RFC 4180's grammar. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
