import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { findParts, slugOf } from "./chapters.ts";

test("an address has the names of part and chapter without their numbers", () => {
  assert.equal(slugOf("2-communication/03-pipes.md"), "communication/pipes");
});

test("parts and chapters come in the order of their numbers; other files are no chapters", () => {
  const folder = mkdtempSync(join(tmpdir(), "ring3-chapters-"));
  try {
    for (const part of ["10-containers", "2-communication", "9-empty"]) mkdirSync(join(folder, part));
    for (const name of [
      "2-communication/10-b.md",
      "2-communication/03-pipes.md",
      "2-communication/03-pipes.recorded.json",
      "2-communication/notes.md",
      "10-containers/1-a.md",
    ])
      writeFileSync(join(folder, name), "");
    const parts = findParts(folder);
    assert.deepEqual(
      parts.map(({ label }) => label),
      ["2 Communication", "10 Containers"],
    );
    assert.deepEqual(
      parts[0]?.chapters.map(({ number, slug }) => [number, slug]),
      [
        ["2.3", "communication/pipes"],
        ["2.10", "communication/b"],
      ],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
