import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import test from "node:test";
import { markdownToHtml } from "satteri";
import { readChapter } from "../../notebook/chapter.ts";
import type { Outcome } from "../../notebook/evaluate.ts";
import type { Sample } from "../../schema/cell.ts";
import { placeCells, printPlacement } from "./place.ts";
import type { PresentedChapter } from "./present.ts";

const file = "/chapters/1-a/01-b.md";
const fence = "```";
const sample: Sample = {
  hash: "h",
  kernel: "Linux 6.18.44",
  cpus: 2,
  date: "2026-11-20",
  output: "hello <b>\n",
  end: { exitStatus: null, termSignal: "SIGPIPE", cause: "ended" },
  checks: [],
};

/** The page of a chapter whose live cells have `sample` and whose simulated ones showed `outcome`. */
async function place(markdown: string, recorded: Sample | null = sample, stale = false): Promise<string> {
  const chapter = readChapter(`---\ntitle: t\n---\n${markdown}`, file);
  assert.deepEqual(chapter.problems, []);
  const outcome = (id: string): Outcome => ({
    id,
    views: [{ view: "text", text: `baked ${id}` }],
    inputs: [],
    checks: [],
    error: null,
    ms: 1,
    values: {},
  });
  const presented: PresentedChapter = {
    chapter,
    compiled: [],
    cells: chapter.cells.map((cell) => ({
      cell,
      outcome: cell.kernels.includes("sim") && cell.exercise?.part !== "solution" ? outcome(cell.id) : null,
      sample: cell.kernels.includes("live") ? recorded : null,
      missing: [],
      stale,
    })),
  };
  const placement = printPlacement(presented, "<r3-notebook></r3-notebook>", (source) => [source]);
  const { html } = await markdownToHtml(markdown, {
    mdastPlugins: [placeCells(new Map([[file, placement]]))],
    fileURL: pathToFileURL(file),
  });
  return html;
}

test("a simulated cell shows its code, its state and what the build computed", async () => {
  const html = await place(`${fence}ts sim name=a\nconst a = 1 < 2;\n${fence}`);
  assert.match(html, /<r3-cell [^>]*data-cell="a"/);
  assert.match(html, /const a = 1 &lt; 2;/);
  assert.match(html, /data-state="fresh".*computed when this page was built.*baked a/s);
});

test("a live cell shows its sample, the kernel and the date, and how it ended", async () => {
  const html = await place(`${fence}sh live\necho hello\n${fence}`);
  assert.match(html, /recorded on Linux 6\.18\.44, 2026-11-20: killed by SIGPIPE/);
  assert.match(html, /hello &lt;b&gt;/);
});

test("a missing sample and one that is out of date are said", async () => {
  const cell = `${fence}sh live\necho hello\n${fence}`;
  assert.match(await place(cell, null), /no recorded output yet/);
  assert.match(await place(cell, sample, true), /the program has changed since/);
});

test("an output block stands once, behind the cell it belongs to", async () => {
  const html = await place(`${fence}sh live\necho hello\n${fence}\n\n${fence}output\nhello [..]\n${fence}`);
  assert.equal(html.match(/hello \[\.\.\]/g)?.length, 1);
  assert.match(html, /<details class="r3-expectation"><summary>What every run must print/);
});

test("a portable cell has a panel for each kernel, each with its letter", async () => {
  const html = await place(
    `${fence}ts sim live name=p\nimport { print } from "ring3";\nfunction* main() { yield* print("x"); }\n${fence}`,
  );
  assert.match(html, /data-kernel="sim".*>S<\/abbr>.*data-kernel="live".*>L<\/abbr>/s);
});

test("hints, checks and solution of an exercise are folded, in that order, and stand nowhere else", async () => {
  const html = await place(
    [
      `${fence}ts sim exercise=d\nconst d = (n: number) => n;\n${fence}`,
      `${fence}hint\nTwo *times*.\n${fence}`,
      `${fence}ts sim check=d\ncheck("two", d(1) === 2);\n${fence}`,
      `${fence}ts sim solution=d\nconst d = (n: number) => n * 2;\n${fence}`,
    ].join("\n\n"),
  );
  assert.match(html, /r3-hint.*<em>times<\/em>.*r3-check.*d\(1\) === 2.*r3-solution.*n \* 2/s);
  assert.equal(html.match(/n \* 2/g)?.length, 1);
  assert.equal(html.match(/<r3-cell/g)?.length, 1);
});

test("a plain block is a listing, also where a cell has the same text", async () => {
  const html = await place(`${fence}sh\necho hello\n${fence}\n\n${fence}sh live\necho hello\n${fence}`);
  assert.match(html, /<pre[^>]*aria-label="Listing: shell".*<r3-cell/s);
});

test("a chapter whose lines end as Windows ends them has the same cells", async () => {
  const markdown = `${fence}ts sim name=a\nconst a = 1;\na + 1;\n${fence}\n\n${fence}sh\necho 1\necho 2\n${fence}`;
  assert.equal((await place(markdown.replaceAll("\n", "\r\n"))).replaceAll("\r", ""), await place(markdown));
});
