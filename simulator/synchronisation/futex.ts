/** Futexes: sleeping on a word of shared memory, if it is still what one has seen there (futex(2)). */
import { namePid, type Kernel, type Pid, type Process } from "../kernel/kernel.ts";
import type { Mechanism, Parameter } from "../kernel/mechanism.ts";
import { fail, reads, succeed, writes, type CallModel } from "../kernel/model.ts";
import { integer, size } from "../kernel/parameters.ts";
import { sleep, wake } from "../kernel/sleep.ts";
import { name, timeoutMs } from "./checks.ts";
import { readWord } from "./memory.ts";
import { leavesQueues } from "./queues.ts";
import { findShared, putShared, wakeSleeper, without } from "./shared.ts";

/** Most ways of choosing whom to wake that are told apart. */
const mostChoices = 100;

const futexName = (word: string) => `futex ${word}`;
const waitersOf = (kernel: Kernel, word: string): readonly Pid[] => findShared(kernel, "futex", word)?.waiters ?? [];

const isWaiting = (kernel: Kernel, { pid, inside }: Process, word: string): boolean =>
  inside?.progress === 1 && waitersOf(kernel, word).includes(pid);

export const futex_wait: CallModel<"futex_wait"> = {
  touches(kernel, { inside }, word, expected) {
    if (inside?.progress) return [(inside.expired ? writes : reads)(futexName(word))];
    const sleeps = readWord(kernel, word) === expected;
    return [reads(`word ${word}`), ...(sleeps ? [writes(futexName(word))] : [])];
  },
  blocks(kernel, process, word, _expected, timeoutMs) {
    if (!isWaiting(kernel, process, word)) return null;
    const others = waitersOf(kernel, word).length - 1;
    const why = `nobody has woken it yet${others > 0 ? `; with it wait ${others} more` : ""}`;
    const limit = timeoutMs < 0 ? {} : { timeoutMs };
    return { on: futexName(word), why, channels: [], exclusive: false, ...limit };
  },
  /** Choice 1 is a spurious wakeup. */
  choices: (kernel, { inside }, word, expected) => (inside?.progress || readWord(kernel, word) !== expected ? 1 : 2),
  perform(draft, { pid, inside }, word, expected) {
    if (inside?.progress) return succeed(undefined);
    if (readWord(draft.kernel, word) !== expected) return fail("EAGAIN");
    if (draft.choice > 0) {
      sleep(draft, pid, { on: futexName(word), why: "nobody has woken it yet", channels: [], exclusive: false });
      wake(draft, pid, "a spurious wakeup, which futex(2) permits");
      return { kind: "continue", progress: 2, pause: true };
    }
    putShared(draft, { kind: "futex", name: word, waiters: [...waitersOf(draft.kernel, word), pid] });
    return { kind: "continue", progress: 1 };
  },
  expire(draft, process, word) {
    if (!isWaiting(draft.kernel, process, word)) return succeed(undefined);
    const waiters = without(waitersOf(draft.kernel, word), process.pid);
    putShared(draft, { kind: "futex", name: word, waiters });
    return fail("ETIMEDOUT");
  },
  /** A handler takes it out of the queue; with SA_RESTART, and without a timeout, it looks at the word again. */
  interrupt(draft, process, word, _expected, timeoutMs) {
    if (!process.inside?.progress) return null;
    if (!isWaiting(draft.kernel, process, word)) return succeed(undefined);
    putShared(draft, { kind: "futex", name: word, waiters: without(waitersOf(draft.kernel, word), process.pid) });
    return timeoutMs < 0 ? null : fail("EINTR");
  },
  object: (_kernel, _process, word) => `word ${word}`,
};

export const futex_wake: CallModel<"futex_wake"> = {
  touches: (_kernel, _process, word) => [writes(futexName(word))],
  choices: (kernel, _process, word, count) => countSubsets(waitersOf(kernel, word).length, count),
  perform(draft, { pid }, word, count) {
    const waiters = waitersOf(draft.kernel, word);
    const chosen = findSubset(waiters, count, draft.choice);
    if (chosen.length === 0) return succeed(0);
    putShared(draft, { kind: "futex", name: word, waiters: waiters.filter((waiter) => !chosen.includes(waiter)) });
    for (const waiter of chosen) wakeSleeper(draft, waiter, `${namePid(pid)} has woken ${futexName(word)}`);
    return succeed(chosen.length);
  },
  object: (_kernel, _process, word) => `word ${word}`,
};

/** In how many ways `count` of `of` can be chosen, up to a limit. */
function countSubsets(of: number, count: number): number {
  if (count >= of || count <= 0) return 1;
  let ways = 1;
  for (let chosen = 0; chosen < count; chosen += 1) ways = (ways * (of - chosen)) / (chosen + 1);
  return Math.min(mostChoices, ways);
}

/** The subset of `count` that has this number in lexical order; 0: the first ones. */
function findSubset(from: readonly Pid[], count: number, number: number): readonly Pid[] {
  const [first, ...rest] = from;
  if (first === undefined || count <= 0) return [];
  if (count >= from.length) return from;
  const withFirst = countSubsets(rest.length, count - 1);
  return number < withFirst
    ? [first, ...findSubset(rest, count - 1, number)]
    : findSubset(rest, count, number - withFirst);
}

const word: Parameter = ["word", name];

/** Futexes, as the kernel loads them. */
export const futexes: Mechanism = {
  calls: { futex_wait, futex_wake },
  parameters: {
    futex_wait: [word, ["expected", integer], timeoutMs],
    futex_wake: [word, ["count", size]],
  },
  lifecycle: leavesQueues("futex"),
};
