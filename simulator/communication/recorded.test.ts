/**
 * The simulated kernel does what Linux 6.18 did: sequences of calls with their answers, recorded by a C program that made the same calls as
 * an ordinary user. Most are the shortest ones in which an earlier version of this kernel was wrong; the others are random.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { play } from "./recorded.testing.ts";

const recorded = readFileSync(new URL("recorded.txt", import.meta.url), "utf8");
const cases = recorded.split(/^# /m).slice(1).map((part) => part.trimEnd().split("\n")); // prettier-ignore

test("there are recorded cases", () => assert.ok(cases.length > 50));

for (const [title = "", ...lines] of cases) {
  test(title, () => {
    const calls = lines.filter((line) => !line.startsWith(" "));
    const answers = lines.filter((line) => line.startsWith(" ")).map((line) => line.trim());
    assert.deepEqual(play(calls), answers);
  });
}
