import assert from "node:assert/strict";
import test from "node:test";
import type { View } from "../../schema/view.ts";
import { advance, type CellEvent, type CellState, freshState, limits } from "./state.ts";
import { describeElapsed, describeState } from "./words.ts";

const play = (...events: CellEvent[]): CellState => events.reduce(advance, freshState);
const run: CellEvent = { type: "run", at: 1_000 };
const display = (text: string): CellEvent => ({ type: "display", view: { view: "text", text } satisfies View });
const done: CellEvent = { type: "done", ms: 2 };
const error = { name: "TypeError", message: "no", position: null };
const end = { exitStatus: 0, termSignal: null, cause: "ended", ms: 4 } as const;

test("what an evaluation showed stays until the next one shows something", () => {
  const first = play(run, display("a"), done);
  const again = advance(first, run);
  assert.equal(again.shown, first.shown);
  assert.deepEqual(advance(again, display("b")).shown?.items, [{ kind: "view", view: { view: "text", text: "b" } }]);
});

test("an evaluation that shows nothing clears what the one before showed", () => {
  assert.deepEqual(play(run, display("a"), done, run, done).shown?.items, []);
});

test("a failure keeps what was shown before it", () => {
  const state = play(run, display("a"), { type: "failed", error });
  assert.equal(state.status, "failed");
  assert.equal(state.shown?.items.length, 1);
  assert.deepEqual(state.shown?.error, error);
});

test("stopping shows the reason and keeps the output", () => {
  const state = play(run, display("a"), { type: "stopped", reason: "stopped by you" });
  assert.equal(describeState(state, "baked"), "failed: stopped by you");
  assert.equal(state.shown?.items.length, 1);
  assert.equal(state.startedAt, null);
});

test("a program that ends as the recorded one did is done, even when a signal killed it", () => {
  const killed = { exitStatus: null, termSignal: "SIGPIPE", cause: "ended", ms: 4 } as const;
  const expected = { exitStatus: null, termSignal: "SIGPIPE" };
  assert.equal(play(run, { type: "ended", end: killed, expected }).status, "done");
  assert.equal(play(run, { type: "ended", end, expected }).status, "failed");
});

test("every limit that ends a run is said in words", () => {
  for (const cause of ["stopped", "time", "output", "memory", "lost"] as const) {
    const state = play(run, { type: "ended", end: { ...end, cause }, expected: end });
    assert.equal(state.status, "failed");
    assert.match(describeState(state, ""), /stopped|lost/);
  }
});

test("only what has run here can be out of date", () => {
  assert.equal(play({ type: "outdate" }).status, "fresh");
  assert.equal(play(run, { type: "outdate" }).status, "running");
  assert.equal(play(run, done, { type: "outdate" }).status, "stale");
});

test("an edit is said, survives a run, and a reset brings the fresh cell back", () => {
  const edited = play(run, done, { type: "edit", edited: true });
  assert.equal(edited.status, "edited");
  assert.match(describeState(play({ type: "edit", edited: true }, run, done), ""), /your text/);
  assert.deepEqual(advance(edited, { type: "reset" }), freshState);
});

test("a refusal keeps what was there and says what helps", () => {
  const state = play({ type: "refused", message: "no runner", remedy: "npm start" });
  assert.equal(state.shown, null);
  assert.equal(state.remedy, "npm start");
  assert.equal(advance(state, run).remedy, null);
});

test("output, items, checks and trace are bounded", () => {
  let state = play(run);
  for (let count = 0; count < 2 * limits.items; count++) state = advance(state, display("x"));
  for (let count = 0; count < 2 * limits.checks; count++)
    state = advance(state, { type: "check", check: { label: "x", ok: true } });
  for (let count = 0; count < 20; count++) state = advance(state, { type: "output", text: "x".repeat(60_000) });
  assert.equal(state.shown?.items.length, limits.items);
  assert.equal(state.shown?.checks.length, limits.checks);
  assert.equal(state.shown?.output.length, limits.output);
});

test("elapsed time is shown only while something runs", () => {
  assert.equal(describeElapsed(play(run), 3_500), " 2.5 s");
  assert.equal(describeElapsed(play(run, done), 3_500), "");
});

test("no sequence of events leaves a running cell without a beginning, or an ended one with it", () => {
  const events: CellEvent[] = [
    run,
    display("a"),
    done,
    { type: "failed", error },
    { type: "stopped", reason: "r" },
    { type: "refused", message: "m", remedy: null },
    { type: "ended", end, expected: end },
    { type: "edit", edited: true },
    { type: "edit", edited: false },
    { type: "outdate" },
    { type: "reset" },
    { type: "output", text: "o" },
  ];
  let seed = 1;
  let state = freshState;
  for (let step = 0; step < 20_000; step++) {
    seed = (seed * 48_271) % 2_147_483_647;
    state = advance(state, events[seed % events.length]!);
    assert.equal(state.status === "running", state.startedAt !== null);
  }
});
