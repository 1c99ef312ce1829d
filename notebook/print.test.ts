import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import type { View } from "../schema/view.ts";
import { printEnd, printError, printView, printViews } from "./print.ts";

test("text, values and tables print; what is for the eye does not", () => {
  const views = JSON.parse(readFileSync(new URL("../schema/fixtures/views.json", import.meta.url), "utf8")) as View[];
  for (const view of views)
    assert.equal(printView(view) !== "", ["text", "value", "table"].includes(view.view), view.view);
  assert.equal(
    printViews([
      { view: "text", text: "a\n" },
      { view: "value", text: "1" },
    ]),
    "a\n1\n",
  );
});

test("a table stands in columns, numbers to the right", () => {
  const table: View = {
    view: "table",
    columns: ["name", "bytes"],
    rows: [
      ["a", 5],
      ["long name", 65536],
      [null, 7],
    ],
  };
  assert.equal(printView(table), "name       bytes\na              5\nlong name  65536\n               7\n");
  assert.equal(printView({ view: "table", columns: ["a"], rows: [] }), "a\n");
});

test("a good end prints nothing, every other its own line", () => {
  const end = (exitStatus: number | null, termSignal: string | null, cause: "ended" | "time" = "ended") =>
    printEnd({ exitStatus, termSignal, cause });
  assert.deepEqual(
    [end(0, null), end(1, null), end(null, "SIGPIPE"), end(null, "SIGKILL", "time")],
    [null, "[exit 1]", "[SIGPIPE]", "[time limit]"],
  );
  assert.equal(printError(null), null);
  assert.equal(printError({ name: "RangeError", message: "no\nmore" }), "[RangeError] no");
});
