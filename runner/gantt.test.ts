import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import * as fc from "fast-check";
import * as v from "valibot";
import { viewSchema, type View } from "../schema/view.ts";
import { printGantt } from "./gantt.ts";

type Gantt = Extract<View, { view: "gantt" }>;

/** What a terminal shows of a text. */
// oxlint-disable-next-line no-control-regex
const strip = (text: string): string => text.replaceAll(/\u001B\[[\d;]*m/g, "");
const barsOf = (text: string): string[] =>
  [...strip(text).matchAll(/^ *CPU \d+ [|│](.*)[|│]$/gm)].map(([, bar = ""]) => bar);
const count = (text: string, letter: string): number => text.split(letter).length - 1;

/** One CPU, one chart: jobs A to F, switches (null) and gaps, in whole ticks. */
const parts = fc.array(
  fc.record({
    gap: fc.nat(3),
    length: fc.integer({ min: 1, max: 40 }),
    id: fc.constantFrom("A", "B", "C", "D", "E", "F", null),
  }),
  { minLength: 1, maxLength: 200 },
);
function createGantt(parts: readonly { gap: number; length: number; id: string | null }[]): Gantt {
  let now = 0;
  const slices = parts.map(({ gap, length, id }) => {
    const start = now + gap;
    now = start + length;
    return { start, end: now, cpu: 0, id };
  });
  const ids = [...new Set(parts.flatMap(({ id }) => (id === null ? [] : [id])))];
  const spans = ids.map((id) => ({ id, arrival: 0, finish: now }));
  return { view: "gantt", unit: "ticks", jobs: ids, charts: [{ title: "a policy", slices, spans }] };
}
const timeOf = ({ charts }: Gantt, id: string): number =>
  charts
    .flatMap(({ slices }) => slices)
    .filter((slice) => slice.id === id)
    .reduce((sum, { start, end }) => sum + end - start, 0);

test("a job has as many letters as it has CPU time, to within two columns where ticks share one", () => {
  fc.assert(
    fc.property(parts, fc.integer({ min: 30, max: 200 }), (parts, width) => {
      const gantt = createGantt(parts);
      const text = printGantt(gantt, { width, colour: false });
      const [bar = ""] = barsOf(text);
      const ticks = Number(/One column is (\d+) ticks/.exec(text)?.[1] ?? 1);
      const end = gantt.charts[0]!.slices.at(-1)!.end;
      const columns =
        ticks > 1
          ? 1
          : bar.length / (end - (gantt.charts[0]!.slices[0]!.start > end / 2 ? gantt.charts[0]!.slices[0]!.start : 0));
      for (const id of gantt.jobs) {
        const expected = (timeOf(gantt, id) * columns) / ticks;
        const slack = ticks > 1 ? 2 : 0;
        assert.ok(
          Math.abs(count(bar, id) - expected) <= slack,
          `${id}: ${count(bar, id)} letters for ${expected}\n${text}`,
        );
      }
    }),
  );
});

test("no line is wider than the terminal, with colours or without", () => {
  fc.assert(
    fc.property(parts, fc.integer({ min: 12, max: 150 }), fc.boolean(), (parts, width, colour) => {
      for (const line of strip(printGantt(createGantt(parts), { width, colour })).split("\n"))
        assert.ok(line.length <= width, `${line.length} > ${width}: ${line}`);
    }),
  );
});

test("without colours the chart is plain ASCII", () => {
  fc.assert(
    // oxlint-disable-next-line no-control-regex
    fc.property(parts, (parts) =>
      assert.match(printGantt(createGantt(parts), { width: 80, colour: false }), /^[\n -~]*$/),
    ),
  );
});

test("colours change nothing but colours and lines", () => {
  const gantt = createGantt([
    { gap: 0, length: 3, id: "A" },
    { gap: 0, length: 1, id: null },
    { gap: 2, length: 4, id: "B" },
  ]);
  const [plain, coloured] = [false, true].map((colour) => printGantt(gantt, { width: 60, colour }));
  assert.notEqual(plain, coloured);
  assert.equal(strip(coloured!).replaceAll("│", "|").replaceAll("─", "-").replaceAll("┴", "+"), plain);
});

test("the row of a job says when it waits and when it is blocked", () => {
  const gantt: Gantt = {
    view: "gantt",
    unit: "ticks",
    jobs: ["A", "B"],
    charts: [
      {
        title: "Round robin",
        slices: [
          { start: 0, end: 2, cpu: 0, id: "A" },
          { start: 2, end: 5, cpu: 0, id: "B" },
          { start: 5, end: 6, cpu: 0, id: "A" },
        ],
        spans: [
          { id: "A", arrival: 0, finish: 6 },
          { id: "B", arrival: 1, finish: 5 },
        ],
        marks: [
          { at: 2, id: "A", mark: "block" },
          { at: 4, id: "A", mark: "wake" },
        ],
      },
    ],
  };
  assert.equal(
    printGantt(gantt, { width: 15, colour: false }),
    [
      "Round robin", //
      "CPU 0 |AABBBA|",
      "    A |AA--.A|",
      "    B | .BBB |",
      "       +----+-",
      "       0    5",
      "",
    ].join("\n"),
  );
});

test("several charts share one scale and one axis", () => {
  const long = createGantt([{ gap: 0, length: 40, id: "A" }]).charts[0]!;
  const short = createGantt([{ gap: 0, length: 10, id: "B" }]).charts[0]!;
  const text = printGantt(
    { view: "gantt", unit: "ticks", jobs: ["A", "B"], charts: [long, short] },
    { width: 60, colour: false },
  );
  const bars = barsOf(text);
  assert.equal(count(bars[0]!, "A"), 4 * count(bars[1]!, "B"));
  assert.equal(text.match(/^ *\+[-+]*$/gm)?.length, 1);
});

test("names that do not end in different characters get letters, and a key where no row says them", () => {
  const [chart] = createGantt([{ gap: 0, length: 3, id: "A" }]).charts;
  const slices = [{ ...chart!.slices[0]!, id: "editor" }];
  const other = [{ ...chart!.slices[0]!, id: "compiler" }];
  const text = printGantt(
    {
      view: "gantt",
      unit: "ticks",
      jobs: ["editor", "compiler"],
      charts: [
        { title: "1", slices, spans: [] },
        { title: "2", slices: other, spans: [] },
      ],
    },
    { width: 60, colour: false },
  );
  assert.match(text, /^A editor {2}B compiler$/m);
});

test("every Gantt view of the fixtures prints at every width", () => {
  const views = v.parse(
    v.array(viewSchema),
    JSON.parse(readFileSync(new URL("../schema/fixtures/views.json", import.meta.url), "utf8")),
  );
  for (const view of views)
    if (view.view === "gantt")
      for (let width = 12; width < 130; width++)
        assert.doesNotMatch(printGantt(view, { width, colour: true }), /NaN|undefined|Infinity/);
});

test("a terminal with fewer than 12 columns is refused", () => {
  assert.throws(() => printGantt(createGantt([]), { width: 11, colour: false }), {
    name: "RangeError",
    message: /12 columns, not 11/,
  });
});
