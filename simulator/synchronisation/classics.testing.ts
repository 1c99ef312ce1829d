/** For tests: the classic programs, looping for ever, by the names that the Spin oracles have for them. `wants` is 1 from when a thread wants in until it is in. */
import type { Instruction, InstructionProgram } from "./instructions.testing.ts";

type Code = readonly Instruction[];
export type Build = (defined: ReadonlyMap<string, number>) => InstructionProgram;

const program = (threads: readonly Code[], mem: Record<string, number> = {}): InstructionProgram => ({ mem, threads });
const times = (count: number, make: (index: number) => Code): Code[] =>
  Array.from({ length: count }, (_, index) => make(index));
const forEver = (...code: readonly Instruction[]): Code => [["label", "again"], ...code, ["jmp", "again"]];

const wants: Instruction = ["set", "wants", 1];
/** Entering a critical section that somebody is in already is the failure. */
const enter: Code = [["set", "wants", 0], ["faa", "n", "inside", 1], ["assert", ["eq", "n", 0]], ["set", "n", 0]]; // prettier-ignore
const leave: Code = [["faa", "n", "inside", -1], ["set", "n", 0]]; // prettier-ignore

const peterson: Build = (defined) => {
  const entry = (me: number): Code => [["store", `want${me}`, 1], ["store", "turn", 1 - me]]; // prettier-ignore
  return program(
    times(2, (me) =>
      forEver(
        wants,
        ...(defined.has("SWAP") ? entry(me).toReversed() : entry(me)),
        ["label", "wait"],
        ["load", "a", `want${1 - me}`],
        ["jz", "a", "in"],
        ["load", "a", "turn"],
        ["jne", "a", 1 - me, "in"],
        ["jmp", "wait"],
        ["label", "in"],
        ["set", "a", 0],
        ...enter,
        ...leave,
        ["store", `want${me}`, 0],
      ),
    ),
  );
};

const lockVariable: Build = () =>
  program(
    times(2, () =>
      forEver(["load", "a", "lock"], ["jnz", "a", "again"], ["store", "lock", 1], ...enter, ...leave, [
        "store",
        "lock",
        0,
      ]),
    ),
  );

const testAndSet: Build = () =>
  program(
    times(2, () =>
      forEver(wants, ["xchg", "a", "lock", 1], ["jnz", "a", "again"], ...enter, ...leave, ["store", "lock", 0]),
    ),
  );

const strictAlternation: Build = (defined) =>
  program(
    times(2, (me) => {
      const visit: Code = [["until", "turn", me], ...enter, ...leave, ["store", "turn", 1 - me]];
      return defined.has("STOPS") && me === 1 ? visit : forEver(...visit);
    }),
  );

/** Tanenbaum's fig. 2-27: `if (count == N) sleep()`; a changed count wakes the other one up. */
const sleepAndWakeup: Build = (defined) => {
  const slots = 2;
  const keep = defined.has("BIT") ? 1 : 0;
  const half = (me: number, stopAt: number, change: number, allowed: Instruction, wakeAt: number): Code =>
    forEver(
      ["load", "c", "count"],
      ["jne", "c", stopAt, "go"],
      ["sleep"],
      ...(defined.has("WHILE") ? [["jmp", "again"] as const] : []),
      ["label", "go"],
      ["faa", "c", "count", change],
      allowed,
      ["load", "c", "count"],
      ["jne", "c", wakeAt, "again"],
      ["wakeup", 1 - me, keep],
    );
  return program([
    half(0, slots, 1, ["assert", ["lt", "c", slots]], 1),
    half(1, 0, -1, ["assert", ["gt", "c", 0]], slots - 1),
  ]);
};

/** Tanenbaum's fig. 2-28. */
const boundedBuffer: Build = (defined) => {
  const slots = defined.get("SLOTS") ?? 2;
  const downs: Code = [["down", "empty"], ["down", "mutex"]]; // prettier-ignore
  const producer = forEver(
    ...(defined.has("SWAPDOWN") ? downs.toReversed() : downs),
    ["faa", "u", "used", 1],
    ["assert", ["lt", "u", slots]],
    ["set", "u", 0],
    ["up", "mutex"],
    ["up", "full"],
  );
  const consumer = forEver(
    ["down", "full"],
    ["down", "mutex"],
    ["faa", "u", "used", -1],
    ["assert", ["gt", "u", 0]],
    ["set", "u", 0],
    ["up", "mutex"],
    ["up", "empty"],
  );
  const threads = [...times(defined.get("NP") ?? 1, () => producer), ...times(defined.get("NC") ?? 1, () => consumer)];
  return program(threads, { mutex: 1, empty: slots, full: 0 });
};

const philosophers: Build = (defined) => {
  const count = defined.get("N") ?? 5;
  const waiter = defined.has("WAITER");
  const eat = (me: number): Code => {
    const forks = [me, (me + 1) % count];
    const [first, second] = defined.has("ORDERED") ? forks.toSorted((a, b) => a - b) : forks;
    return forEver(
      ...(waiter ? [["down", "seats"] as const] : []),
      ["lock", `fork${first}`],
      ["lock", `fork${second}`],
      ["unlock", `fork${second}`],
      ["unlock", `fork${first}`],
      ...(waiter ? [["up", "seats"] as const] : []),
    );
  };
  return program(times(count, eat), waiter ? { seats: count - 1 } : {});
};

/** Tanenbaum's fig. 2-48: readers have preference. */
const readersAndWriters: Build = (defined) => {
  const mutex = (instruction: Instruction): Code => (defined.has("NOMUTEX") ? [] : [instruction]);
  const reader = forEver(
    ...mutex(["down", "mutex"]),
    ["load", "t", "rc"],
    ["store", "rc", ["add", "t", 1]],
    ["load", "t", "rc"],
    ["jne", "t", 1, "read"],
    ["down", "db"],
    ["label", "read"],
    ...mutex(["up", "mutex"]),
    ["faa", "n", "reading", 1],
    ["load", "n", "writing"],
    ["assert", ["eq", "n", 0]],
    ["faa", "n", "reading", -1],
    ["set", "n", 0],
    ...mutex(["down", "mutex"]),
    ["load", "t", "rc"],
    ["store", "rc", ["sub", "t", 1]],
    ["load", "t", "rc"],
    ["jnz", "t", "left"],
    ["up", "db"],
    ["label", "left"],
    ["set", "t", 0],
    ...mutex(["up", "mutex"]),
  );
  const writer = forEver(
    wants,
    ["down", "db"],
    ["set", "wants", 0],
    ["faa", "n", "writing", 1],
    ["assert", ["eq", "n", 0]],
    ["load", "n", "reading"],
    ["assert", ["eq", "n", 0]],
    ["faa", "n", "writing", -1],
    ["set", "n", 0],
    ["up", "db"],
  );
  const threads = [...times(defined.get("R") ?? 2, () => reader), ...times(defined.get("W") ?? 1, () => writer)];
  return program(threads, { mutex: 1, db: 1 });
};

const crossedLocks: Build = (defined) =>
  program(
    times(2, (me) => {
      const [first, second] = me === 0 || defined.has("ORDERED") ? ["a", "b"] : ["b", "a"];
      return forEver(["lock", first ?? ""], ["lock", second ?? ""], ["unlock", second ?? ""], ["unlock", first ?? ""]);
    }),
  );

const counter: Build = (defined) => {
  const rounds = defined.get("K") ?? 2;
  const all = defined.get("N") ?? 2;
  const add: Code = [
    ["set", "i", rounds],
    ["label", "again"],
    ["load", "t", "count"],
    ["store", "count", ["add", "t", 1]],
    ["set", "t", 0],
    ["set", "i", ["sub", "i", 1]],
    ["jnz", "i", "again"],
    ["faa", "e", "ended", 1],
    ["jne", "e", all - 1, "end"],
    ["load", "c", "count"],
    ["assert", ["ge", "c", defined.get("MIN") ?? 0]],
    ["assert", ["le", "c", defined.get("MAX") ?? Infinity]],
    ["label", "end"],
  ];
  return program(times(all, () => add));
};

/** Whoever comes takes a number in a loop of compare and swap, and goes in when it is called. Numbers begin anew, so that states are finite. */
export const ticketLock: Build = () => {
  const after = (number: string) => ["mod", ["add", number, 1], 2] as const;
  const take: Code = [
    ["label", "take"],
    ["load", "my", "next"],
    ["cas", "a", "next", "my", after("my")],
    ["jz", "a", "take"],
  ];
  const code = forEver(wants, ...take, ["set", "a", 0], ["until", "serving", "my"], ...enter, ...leave, [
    "store",
    "serving",
    after("my"),
  ]);
  return program(times(2, () => code));
};

/** Each waits for the one that came before it: a queue of words, to which one exchange adds (Craig 1993; Landin, Hagersten 1994). */
export const queueLock: Build = () =>
  program(
    times(2, (me) => [
      ["set", "own", me],
      ...forEver(
        wants,
        ["store", ["busy", "own"], 1],
        ["xchg", "before", "tail", "own"],
        ["until", ["busy", "before"], 0],
        ...enter,
        ...leave,
        ["store", ["busy", "own"], 0],
        ["set", "own", "before"],
      ),
    ]),
    { tail: 2 },
  );

export const models: Readonly<Record<string, Build>> = {
  "peterson.pml": peterson,
  "lock_variable.pml": lockVariable,
  "tsl.pml": testAndSet,
  "strict_alternation.pml": strictAlternation,
  "prodcons_sleep.pml": sleepAndWakeup,
  "prodcons_sem.pml": boundedBuffer,
  "philosophers.pml": philosophers,
  "readers_writers.pml": readersAndWriters,
  "abba.pml": crossedLocks,
  "counter.pml": counter,
};
