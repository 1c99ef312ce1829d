import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { exit, fork, print, wait } from "../../schema/call.ts";
import { load } from "../synchronisation/memory-calls.ts";
import { foldOutput } from "../folds/output.ts";
import { simulate } from "../simulate.ts";
import { assemble, programOf, runAssembly, type Registers } from "./index.ts";

const readOracle = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../tests/oracles/ostep/${name}.json`, import.meta.url), "utf8"));
interface Case {
  readonly id: string;
  readonly input: { readonly program: readonly string[] };
}
const { cases } = readOracle("x86") as { readonly cases: readonly Case[] };
const programText = (id: string): string => cases.find((one) => one.id === id)?.input.program.join("\n") ?? "";

/** Both threads as processes on the simulated kernel; gives what `count` is at the end. */
function countUnder(text: string, registers: readonly Partial<Registers>[], seed: number): number {
  const assembly = assemble(text);
  const run = simulate(
    function* () {
      for (const [thread, given] of registers.entries()) {
        if ((yield* fork()) > 0) continue;
        yield* programOf(assembly, { thread, registers: given })();
        yield* exit(0);
      }
      for (let ended = 0; ended < registers.length; ended += 1) yield* wait();
      yield* print(yield* load("count"));
    },
    { seed },
  );
  assert.equal(run.ending, "ended");
  return Number(foldOutput(run.trace));
}

const seeds = Array.from({ length: 40 }, (_, seed) => seed);

test("two increments lose an update under some schedules and under others not, as on the book's machine", () => {
  const counts = new Set(seeds.map((seed) => countUnder(programText("x86-01"), [{}, {}], seed)));
  assert.deepEqual([...counts].toSorted(), [1, 2]);
});

test("a lock by xchg, a fetchadd and Peterson's algorithm count right under every seed", () => {
  const threads = [{ bx: 2 }, { bx: 2 }];
  for (const seed of seeds) {
    assert.equal(countUnder(programText("x86-27"), threads, seed), 4);
    assert.equal(countUnder(programText("x86-31"), threads, seed), 4);
    assert.equal(countUnder(programText("x86-35"), [{ bx: 0 }, { bx: 1 }], seed), 2);
  }
});

test("one thread alone leaves the same in memory, its stack included", () => {
  const text =
    ".var count\n.var list 2\nlea list, %bx\nmov $4, 4(%bx)\nmov $3, %ax\npush %ax\ncall .add\npop\nhalt\n.add\nmov 4(%sp), %cx\nmov 4(%bx), %dx\nadd %dx, %cx\nmov %cx, count\nret";
  assert.equal(runAssembly(assemble(text), { threads: 1 }).finals.count, 7);
  assert.equal(countUnder(text, [{}], 1), 7);
});
