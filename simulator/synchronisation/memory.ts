/** Words of shared memory, load by load and store by store, and the store buffers that x86 has between (Sewell et al., x86-TSO). */
import type { Comparison } from "../../schema/calls/synchronisation.ts";
import { namePid, type Draft, type Kernel, type Pid, type Process } from "../kernel/kernel.ts";
import type { Mechanism, Parameter, Occurrence, StoreBuffers } from "../kernel/mechanism.ts";
import { reads, succeed, touchesNothing, writes, type CallModel } from "../kernel/model.ts";
import { integer, isRecord, oneOf } from "../kernel/parameters.ts";
import { wakeAll } from "../kernel/sleep.ts";
import { name } from "./checks.ts";
import { describeWait, findShared, putShared, removeShared } from "./shared.ts";

/** Stores that a buffer holds; one more waits. Processors of today have 40 to 70. */
const bufferSize = 32;

const wordName = (word: string) => `word ${word}`;
const bufferName = (pid: Pid) => `store buffer of ${namePid(pid)}`;
const ownName = (pid: Pid) => `of ${namePid(pid)}`;

/** What is in memory, whoever asks. */
export const readWord = (kernel: Kernel, word: string): number => findShared(kernel, "word", word)?.value ?? 0;

export const writeWord = (draft: Draft, word: string, value: number): void =>
  putShared(draft, { kind: "word", name: word, value });

const storesOf = (kernel: Kernel, pid: Pid) => findShared(kernel, "store buffer", ownName(pid))?.stores ?? [];

const findOwnStore = (kernel: Kernel, pid: Pid, word: string) =>
  storesOf(kernel, pid).findLast(([name]) => name === word);

/** What a process sees: its own newest store, before what is in memory. */
const see = (kernel: Kernel, pid: Pid, word: string): number =>
  findOwnStore(kernel, pid, word)?.[1] ?? readWord(kernel, word);

function touchesLoad(kernel: Kernel, { pid }: Process, word: string) {
  if (kernel.memoryModel === "sc") return [reads(wordName(word))];
  const own = reads(bufferName(pid));
  return findOwnStore(kernel, pid, word) ? [own] : [own, reads(wordName(word))];
}

const touchesWord = (_kernel: Kernel, _process: Process, word: string) => [writes(wordName(word))];
const objectOf = (_kernel: Kernel, _process: Process, word: string) => wordName(word);

export const shared: CallModel<"shared"> = {
  touches: (_kernel, _process, words) => Object.keys(words).map((word) => writes(wordName(word))),
  perform(draft, _process, words) {
    for (const [word, value] of Object.entries(words)) writeWord(draft, word, value);
    return succeed(undefined);
  },
};

export const load: CallModel<"load"> = {
  unfenced: true,
  touches: touchesLoad,
  perform: (draft, { pid }, word) => succeed(see(draft.kernel, pid, word)),
  object: objectOf,
};

export const store: CallModel<"store"> = {
  unfenced: true,
  touches: (kernel, { pid }, word) => [writes(kernel.memoryModel === "sc" ? wordName(word) : bufferName(pid))],
  blocks: (kernel, { pid }) => (storesOf(kernel, pid).length < bufferSize ? null : storeBuffers.block(kernel, pid)),
  perform(draft, { pid }, word, value) {
    if (draft.kernel.memoryModel === "sc") writeWord(draft, word, value);
    else keepStores(draft, pid, [...storesOf(draft.kernel, pid), [word, value]]);
    return succeed(undefined);
  },
  object: objectOf,
};

/** A locked instruction: reads and writes in one step. The core sees to it that the store buffer is empty. */
function exchange(draft: Draft, word: string, next: (old: number) => number) {
  const old = readWord(draft.kernel, word);
  const value = next(old);
  if (value !== old) writeWord(draft, word, value);
  return succeed(old);
}

export const xchg: CallModel<"xchg"> = {
  touches: touchesWord,
  perform: (draft, _process, word, value) => exchange(draft, word, () => value),
  object: objectOf,
};

export const cas: CallModel<"cas"> = {
  touches: (kernel, _process, word, expected) => [
    readWord(kernel, word) === expected ? writes(wordName(word)) : reads(wordName(word)),
  ],
  perform: (draft, _process, word, expected, desired) =>
    exchange(draft, word, (old) => (old === expected ? desired : old)),
  object: objectOf,
};

export const fetch_add: CallModel<"fetch_add"> = {
  touches: touchesWord,
  perform: (draft, _process, word, amount) => exchange(draft, word, (old) => old + amount),
  object: objectOf,
};

export const fence: CallModel<"fence"> = { touches: touchesNothing, perform: () => succeed(undefined) };

/** How a word may compare with a number. */
const comparisons: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

export const until: CallModel<"until"> = {
  computes: true,
  restarts: "always",
  unfenced: true,
  touches: touchesLoad,
  blocks(kernel, { pid }, word, comparison, value) {
    const seen = see(kernel, pid, word);
    if (comparisons[comparison](seen, value)) return null;
    return describeWait(kernel, pid, wordName(word), `${word} is ${seen}`, { spins: true });
  },
  perform: (draft, { pid }, word) => succeed(see(draft.kernel, pid, word)),
  object: objectOf,
};

function keepStores(draft: Draft, pid: Pid, stores: readonly (readonly [string, number])[]): void {
  const buffer = { kind: "store buffer", name: ownName(pid), stores } as const;
  if (stores.length > 0) putShared(draft, buffer);
  else removeShared(draft, buffer);
}

/** The oldest store of a process reaches the memory. */
export const flush: Occurrence = {
  find(kernel, pid) {
    const [oldest] = storesOf(kernel, pid);
    return oldest ? [writes(bufferName(pid)), writes(wordName(oldest[0]))] : null;
  },
  happen(draft, pid) {
    const [oldest, ...rest] = storesOf(draft.kernel, pid);
    if (!oldest) return;
    const [word, value] = oldest;
    writeWord(draft, word, value);
    keepStores(draft, pid, rest);
    draft.events.push({ kind: "flush", pid, object: wordName(word), value });
    wakeAll(draft, bufferName(pid), rest.length > 0 ? "the store buffer has room" : "its stores are in memory");
  },
};

export const storeBuffers: StoreBuffers = {
  name: bufferName,
  isEmpty: (kernel, pid) => storesOf(kernel, pid).length === 0,
  block(kernel, pid) {
    const count = storesOf(kernel, pid).length;
    const why = count === 1 ? "1 store is not in memory yet" : `${count} stores are not in memory yet`;
    return describeWait(kernel, pid, bufferName(pid), why, { holders: [] });
  },
};

/** Who ends leaves nothing in its store buffer: the kernel's own locks have emptied it. */
function flushAll(draft: Draft, pid: Pid): void {
  while (storesOf(draft.kernel, pid).length > 0) flush.happen(draft, pid);
}

const touchesStores = (kernel: Kernel, pid: Pid) =>
  storesOf(kernel, pid).length === 0
    ? []
    : [writes(bufferName(pid)), ...storesOf(kernel, pid).map(([word]) => writes(wordName(word)))];

const word: Parameter = ["word", name];
const value: Parameter = ["value", integer];
const isWords = (given: unknown) =>
  isRecord(given) && Object.entries(given).every(([key, one]) => !name(key) && !integer(one));

/** Words of shared memory, as the kernel loads them. */
export const sharedWords: Mechanism = {
  calls: { shared, load, store, xchg, cas, fetch_add, fence, until },
  parameters: {
    shared: [["words", (given) => (isWords(given) ? null : "words with whole numbers ({ x: 0 })")]],
    load: [word],
    store: [word, value],
    xchg: [word, value],
    cas: [word, ["expected", integer], ["desired", integer]],
    fetch_add: [word, ["amount", integer]],
    fence: [],
    until: [word, ["comparison", oneOf(Object.keys(comparisons))], value],
  },
  descriptions: { arguments: { until: (at, comparison, than) => [`${at} ${comparison} ${than}`] } },
  occurrences: { flush },
  storeBuffers,
  lifecycle: {
    endThread: (draft, { pid }) => flushAll(draft, pid),
    touches: (kernel, { common: { threads } }) => threads.flatMap((thread) => touchesStores(kernel, thread)),
  },
};
