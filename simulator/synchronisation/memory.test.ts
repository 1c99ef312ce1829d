import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import * as s from "./index.ts";
import * as r from "../../schema/call.ts";
import { roundRobin } from "../scheduling/round-robin.ts";
import { simulate, type SimulateOptions } from "../simulate.ts";
import { findTransition } from "../kernel/core.ts";
import { inspect, instructionThread, listInitialCalls, type InstructionProgram } from "./instructions.testing.ts";
import { readWord } from "./memory.ts";
import { countInterleavings, countTraces, explore, pidOf, returnedBy, threadOf, type State } from "./testing.ts";
import { clockDriver } from "../drivers/clock.ts";

interface Outcomes {
  readonly outcomes: readonly string[];
  readonly failureReachable: boolean;
}
type Litmus = { readonly program: InstructionProgram; readonly SC: Outcomes; readonly TSO: Outcomes };
interface Counted {
  readonly program: InstructionProgram;
  readonly interleavings: string;
  readonly traces: number;
  readonly failureReachable: boolean;
  readonly deadlockReachable: boolean;
  readonly finalMemories: Readonly<Record<string, number>>;
}

const readOracle = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../tests/oracles/exploration/${name}.json`, import.meta.url), "utf8"));
const litmus = readOracle("tso") as Record<string, Litmus>;
const counted = readOracle("counts") as Record<string, Counted>;
const generated = (readOracle("random") as { readonly programs: readonly Counted[] }).programs;

const threadsOf = ({ threads }: InstructionProgram) => threads.map(instructionThread);

/** `0:r0=1 1:r0=0`, as the oracle writes the registers r, r0, r1 … at the end; with the memory where the program asks for it. */
function describeEnd({ threads, kernel }: State, { showMem }: InstructionProgram): string {
  const registers = threads
    .flatMap((thread, index) =>
      Object.entries(inspect(thread).registers)
        .filter(([name]) => /^r\d*$/.test(name))
        .map(([name, value]) => `${index}:${name}=${value}`),
    )
    .join(" ");
  const words = Object.values(kernel.shared).filter((object) => object.kind === "word");
  const memory = words.map(({ name, value }) => `${name}=${value}`).toSorted().join(" "); // prettier-ignore
  return showMem ? `${registers} | ${memory}` : registers;
}

const hasFailed = ({ threads }: State) => threads.some((thread) => inspect(thread).failed);

for (const [name, { program, SC, TSO }] of Object.entries(litmus)) {
  for (const [memoryModel, expected] of [
    ["sc", SC],
    ["tso", TSO],
  ] as const) {
    // prettier-ignore
    test(`${name} has under ${memoryModel} exactly the outcomes of the oracle`, () => {
      const { ends, deadlocks } = explore(threadsOf(program), { memoryModel, before: listInitialCalls(program) });
      assert.deepEqual(deadlocks, []);
      assert.equal(ends.some(hasFailed), expected.failureReachable);
      const shown = new Set(ends.map((end) => describeEnd(end, program)));
      assert.deepEqual([...shown].toSorted(), expected.outcomes.toSorted());
    });
  }
}

/** `c=2 m=0`: the words, the values of semaphores, and 0 for a mutex that is free. */
function describeMemory({ kernel }: State, { mem, threads }: InstructionProgram): string {
  const mutexes = threads.flat().flatMap(([name, first]) => (name === "lock" ? [String(first)] : []));
  const words = Object.values(kernel.shared).flatMap(({ kind, name }) => (kind === "word" ? [name] : []));
  const names = [...new Set([...Object.keys(mem), ...mutexes, ...words])].toSorted();
  const valueOf = (name: string) => {
    const semaphore = kernel.shared[`semaphore ${name}`];
    return semaphore?.kind === "semaphore" ? semaphore.value : readWord(kernel, name);
  };
  return names.map((name) => `${name}=${valueOf(name)}`).join(" ");
}

function checkCounts({ program, ...expected }: Counted): void {
  const options = { before: listInitialCalls(program) };
  const { ends, deadlocks } = explore(threadsOf(program), options);
  assert.equal(ends.some(hasFailed) || deadlocks.some(hasFailed), expected.failureReachable, "failure");
  assert.equal(deadlocks.length > 0, expected.deadlockReachable, "deadlock");
  assert.equal(String(countInterleavings(threadsOf(program), options)), expected.interleavings, "interleavings");
  const memories = new Set(ends.map((end) => describeMemory(end, program)));
  assert.deepEqual([...memories].toSorted(), Object.keys(expected.finalMemories).toSorted());
  if (expected.traces <= 120) assert.equal(countTraces(threadsOf(program), options), expected.traces, "traces");
}

test("named programs have as many interleavings, traces and final memories as the oracle counts", () => {
  // The larger ones of each kind are the explorer's.
  const small = Object.entries(counted).filter(([, { interleavings }]) => BigInt(interleavings) <= 100_000n);
  assert.ok(small.length > 15);
  for (const [name, expected] of small) {
    try {
      checkCounts(expected);
    } catch (error) {
      throw new Error(name, { cause: error });
    }
  }
});

test("generated programs have as many interleavings, traces and final memories as the oracle counts", () => {
  for (const expected of generated) checkCounts(expected);
});

test("a process sees its own store before the others do, and a fence waits until they do", () => {
  const threads = [
    function* () {
      yield* s.store("x", 1);
      const own = yield* s.load("x");
      yield* s.fence();
      yield* s.store("done", 1);
      return own;
    },
    function* () {
      yield* s.until("done", "==", 1);
      return yield* s.load("x");
    },
  ].map(threadOf);
  const { ends, deadlocks } = explore(threads, { memoryModel: "tso" });
  assert.deepEqual(deadlocks, []);
  assert.deepEqual(new Set(ends.map((end) => String(returnedBy(end)))), new Set(["1,1"]));
});

test("a store buffer holds 32 stores, and one more waits for a flush", () => {
  const threads = [
    threadOf(function* () {
      for (let value = 1; value <= 33; value += 1) yield* s.store("x", value);
    }),
  ];
  const { ends, states } = explore(threads, { memoryModel: "tso" });
  assert.deepEqual(ends.map(({ kernel }) => readWord(kernel, "x")), [33]); // prettier-ignore
  // Of all pairs of stores done and stores flushed, those in which more than 32 are under way cannot be.
  assert.equal(states, (34 * 35) / 2 - 1);
});

test("a compare-and-swap that fails only reads, so that two that fail may change places", () => {
  const fails = threadOf(function* () {
    return yield* s.cas("x", 1, 2);
  });
  assert.equal(countTraces([fails, fails]), 1);
  const swaps = threadOf(function* () {
    return yield* s.cas("x", 0, 2);
  });
  assert.equal(countTraces([swaps, swaps]), 2);
});

test("waiting until a word has a value names the value that it has", () => {
  const [state] = explore([threadOf(() => s.until("x", ">=", 2)[Symbol.iterator]())]).deadlocks;
  assert.equal(state && findTransition(state.kernel, pidOf(0))?.block?.why, "x is 0");
});

test("two CPUs show store buffering, one CPU never does: whoever leaves it has its stores in memory", () => {
  const half = (mine: string, other: string) =>
    function* () {
      yield* s.store(mine, 1);
      yield* r.print(`${other}=${yield* s.load(other)}`);
      yield* r.exit(0);
    };
  const program = function* () {
    if ((yield* r.fork()) === 0) {
      yield* s.until("go", "==", 1);
      yield* half("x", "y")();
    }
    if ((yield* r.fork()) === 0) {
      yield* s.until("go", "==", 1);
      yield* half("y", "x")();
    }
    yield* s.store("go", 1);
    yield* r.wait();
    yield* r.wait();
  };
  const run = (options: SimulateOptions) => simulate(program, { memoryModel: "tso", ...options }).output;
  assert.equal(run({ driver: clockDriver(roundRobin({ quantum: 4 }), { cpus: 3 }) }), "y=0\nx=0\n");
  for (let quantum = 1; quantum <= 8; quantum += 1) {
    assert.ok(run({ driver: clockDriver(roundRobin({ quantum })) }).includes("=1"), `quantum ${quantum}`);
  }
});
