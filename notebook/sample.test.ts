import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import type { Recorded } from "../schema/cell.ts";
import { readChapter } from "./chapter.ts";
import { hashCell, nameRecorded, readRecorded, writeRecorded } from "./sample.ts";

const chapter = (info: string, source: string, file = "one") =>
  readChapter(
    `---\ntitle: x\n---\n\`\`\`ts sim\nconst n = 1, m = 2\n\`\`\`\n\`\`\`${info}\n${source}\n\`\`\`\n\`\`\`ini box=b as=x.ini\n${file}\n\`\`\`\n`,
    "x.md",
  );
const hash = (info: string, source = "true", file?: string) => {
  const read = chapter(info, source, file);
  assert.deepEqual(read.problems, []);
  return hashCell(read.cells[1]!, read);
};

test("a hash changes with everything that decides the run", () => {
  const base = hash("sh live box=b");
  const others = [
    hash("sh live box=b", "false"),
    hash("c live box=b"),
    hash("sh live"),
    hash("sh live box=b timeout=1s"),
    hash("sh live box=b with=n"),
    hash("sh live box=b with=n,m"),
    hash("sh live box=b", "true", "two"),
  ];
  assert.equal(new Set([base, ...others]).size, others.length + 1);
  assert.match(base, /^[0-9a-f]{64}$/);
});

test("a hash does not change with names, capabilities, files of other boxes, expectations or places", () => {
  assert.equal(hash("sh live box=b"), hash("sh live box=b name=a needs=cc"));
  assert.equal(hash("sh live", "true", "one"), hash("sh live", "true", "two"));
});

test("samples survive writing and reading, in a file whose keys are sorted", () => {
  const folder = mkdtempSync(join(tmpdir(), "ring3-sample-"));
  try {
    const fixture = JSON.parse(
      readFileSync(new URL("../schema/fixtures/recorded.json", import.meta.url), "utf8"),
    ) as Recorded;
    const file = nameRecorded(join(folder, "03-pipes.md"));
    const cells = { z: fixture.cells.hello!, a: fixture.cells.hello! };
    writeRecorded(file, { cells, version: 1 });
    assert.deepEqual(readRecorded(file), { version: 1, cells });
    const text = readFileSync(file, "utf8");
    writeRecorded(file, { version: 1, cells: { a: cells.a, z: cells.z } });
    assert.equal(readFileSync(file, "utf8"), text);
    assert.deepEqual(readdirSync(folder), ["03-pipes.recorded.json"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("no file means no samples; a broken one says which file and what to do", () => {
  const folder = mkdtempSync(join(tmpdir(), "ring3-sample-"));
  try {
    const file = join(folder, "x.recorded.json");
    assert.deepEqual(readRecorded(file), { version: 1, cells: {} });
    for (const text of ["", "{", '{"version":2,"cells":{}}', '{"version":1,"cells":{"a":{}}}']) {
      writeFileSync(file, text);
      assert.throws(
        () => readRecorded(file),
        (error: Error) => error.message.startsWith(file) && error.message.includes("verify --update"),
      );
    }
    assert.throws(() => writeRecorded(file, { version: 1, cells: { a: {} } } as unknown as Recorded));
    assert.deepEqual(readdirSync(folder), ["x.recorded.json"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
