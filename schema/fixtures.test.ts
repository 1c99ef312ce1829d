import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import * as v from "valibot";
import { recordedSchema } from "./cell.ts";
import { fromFenceSchema, fromRunnerSchema, runRequestSchema, toFenceSchema, toRunnerSchema } from "./protocol.ts";
import { traceEventSchema, traceSchema } from "./trace.ts";
import { inputSchema, viewSchema } from "./view.ts";

const readFixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8"));

const schemas = {
  trace: traceSchema,
  views: v.array(viewSchema),
  inputs: v.array(inputSchema),
  "run-request": runRequestSchema,
  "to-runner": v.array(toRunnerSchema),
  "from-runner": v.array(fromRunnerSchema),
  "to-fence": v.array(toFenceSchema),
  "from-fence": v.array(fromFenceSchema),
  recorded: recordedSchema,
};

for (const [name, schema] of Object.entries(schemas))
  test(`the fixture ${name} is valid and survives a JSON round trip`, () => {
    const fixture = readFixture(name);
    assert.deepEqual(v.parse(schema, fixture), fixture);
  });

test("every kind of event, view, input and message has a fixture", () => {
  const kinds = (schema: { options: readonly { entries: Record<string, unknown> }[] }, key: string) =>
    schema.options.map((option) => (option.entries[key] as { literal: string }).literal).toSorted();
  const seen = (fixture: unknown, key: string) =>
    [...new Set((fixture as Record<string, string>[]).map((one) => one[key]))].toSorted();
  assert.deepEqual(seen((readFixture("trace") as { events: unknown }).events, "kind"), kinds(traceEventSchema, "kind"));
  assert.deepEqual(seen(readFixture("views"), "view"), kinds(viewSchema, "view"));
  assert.deepEqual(seen(readFixture("inputs"), "input"), kinds(inputSchema, "input"));
  for (const [name, schema] of [
    ["to-runner", toRunnerSchema],
    ["from-runner", fromRunnerSchema],
    ["to-fence", toFenceSchema],
    ["from-fence", fromFenceSchema],
  ] as const)
    assert.deepEqual(seen(readFixture(name), "type"), kinds(schema, "type"), name);
});

const refused: readonly [why: string, schema: v.GenericSchema, value: unknown][] = [
  ["a picture with a script", viewSchema, picture(["script", {}])],
  ["a picture with an event handler", viewSchema, picture(["rect", { onclick: "x()" }])],
  ["a picture with a link", viewSchema, picture(["rect", { fill: "url(#a)" }])],
  ["a picture with foreign HTML deep inside", viewSchema, picture(["g", {}, ["g", {}, ["foreignObject", {}]]])],
  ["a text longer than its limit", viewSchema, { view: "text", text: "x".repeat(65_537) }],
  ["an unknown view", viewSchema, { view: "html", html: "<b>" }],
  ["a time that is not finite", traceEventSchema, { at: Number.NaN, pid: 1, kind: "run" }],
  ["a file that climbs out of its folder", runRequestSchema, request({ files: [{ path: "../etc/passwd", text: "" }] })],
  ["a box whose name is a path", runRequestSchema, request({ box: "a/b" })],
  ["a time limit of an hour", runRequestSchema, request({ timeoutMs: 3_600_000 })],
  ["a value named like a prototype trick", runRequestSchema, request({ with: { "a b": 1 } })],
  ["a value of a hundred thousand levels", runRequestSchema, request({ with: { deep: nest(100_000) } })],
  ["a run without an id", toRunnerSchema, { type: "stop" }],
];
for (const [why, schema, value] of refused)
  test(`${why} is refused`, () => assert.equal(v.safeParse(schema, value).success, false));

function picture(tree: unknown): unknown {
  return { view: "picture", description: "", width: 1, height: 1, tree };
}
function nest(levels: number): unknown {
  return JSON.parse("[".repeat(levels) + "]".repeat(levels));
}
function request(change: object): unknown {
  return { ...(readFixture("run-request") as object), ...change };
}
