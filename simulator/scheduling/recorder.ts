/**
 * The trace of a run while it is made: columns of numbers, and reasons that nobody has put into words yet. So a million events take 25 to
 * 50 MB. `trace` makes the events, with their sentences, only when somebody reads them: then it is 90 MB, or up to 150 where no two
 * sentences are alike.
 */
import type { Trace, TraceEvent } from "../../schema/trace.ts";
import { sayReason, type Because, type Reason, type Tick } from "./policy.ts";

const kinds = [
  "start", "run", "preempt", "block", "wake", "exit", "switch", "renew", "move", "release", "complete", "miss",
] as const; // prettier-ignore
export type RecordedKind = (typeof kinds)[number];
const codes = Object.fromEntries(kinds.map((kind, code) => [kind, code])) as Record<RecordedKind, number>;

/** What an event of such a kind says besides: `on`, `to`, `job` … */
export interface Fields {
  readonly [field: string]: unknown;
}

export interface Recorder {
  readonly length: number;
  /** `cpu` -1: it has nothing to do with one. `why`: of a `move`, where to. */
  event(kind: RecordedKind, at: Tick, cpu: number, pid: number, why: Reason | null): void;
  /** An event with fields of its own. */
  fact(kind: RecordedKind, at: Tick, cpu: number, pid: number, fields: Fields): void;
  readonly trace: Trace;
}

/** Some events that nobody has read yet. Pages, since one column that grows is copied again and again. */
interface Page {
  length: number;
  readonly times: Float64Array;
  readonly pids: Int32Array;
  /** Kind and CPU: `16 * (cpu + 1) + kind`. */
  readonly marks: Uint8Array;
  /** A number: where its reason begins in `words`. */
  readonly notes: (number | string | Fields | null)[];
  /** The strings of each reason, and its values. The object that brought them is garbage at once, and cheap for that. */
  readonly words: (readonly string[] | string | number)[];
}

const pageSize = 2_048;

const createPage = (): Page => ({
  length: 0,
  times: new Float64Array(pageSize),
  pids: new Int32Array(pageSize),
  marks: new Uint8Array(pageSize),
  notes: [],
  words: [],
});

/** `nameOf`: a process as sentences name it. */
export function createRecorder(cpus: number, nameOf: (pid: number) => string): Recorder {
  const events: TraceEvent[] = [];
  let full: Page[] = [];
  let page = createPage();

  function event(kind: RecordedKind, at: Tick, cpu: number, pid: number, why: Reason | null): void {
    add(kind, at, cpu, pid, why === null || typeof why === "string" ? why : keepWords(why));
  }

  function keepWords({ strings, values }: Because): number {
    if (page.length === pageSize) turn();
    const { words } = page;
    const place = words.push(strings) - 1;
    for (let index = 0; index < values.length; index += 1) words.push(values[index] as string | number);
    return place;
  }

  function add(kind: RecordedKind, at: Tick, cpu: number, pid: number, note: number | string | Fields | null): void {
    if (page.length === pageSize) turn();
    const { length } = page;
    page.times[length] = at;
    page.pids[length] = pid;
    page.marks[length] = 16 * (cpu + 1) + codes[kind];
    page.notes.push(note);
    page.length += 1;
  }

  function turn(): void {
    full.push(page);
    page = createPage();
  }

  function readAll(): void {
    turn();
    for (const each of full) for (let index = 0; index < each.length; index += 1) events.push(readEvent(each, index));
    full = [];
    sentences.clear();
  }

  function readEvent({ times, pids, marks, notes, words }: Page, index: number): TraceEvent {
    const mark = marks[index] as number;
    const pid = pids[index] as number;
    const kind = kinds[mark % 16] as RecordedKind;
    const cpu = Math.floor(mark / 16) - 1;
    const note = notes[index] ?? null;
    const at = times[index] as number;
    // Written out, since what is put together by spreading takes half as much again.
    if (note === null) return (cpu < 0 ? { at, kind, pid } : { at, cpu, kind, pid }) as TraceEvent;
    if (typeof note === "object")
      return (cpu < 0 ? { at, kind, pid, ...note } : { at, cpu, kind, pid, ...note }) as TraceEvent;
    const reason = typeof note === "string" ? note : sayReason(readWords(words, note));
    if (kind === "move") return { at, kind, pid, to: reason };
    const why = share(kind === "preempt" ? `${nameOf(pid)} preempted: ${reason}` : reason);
    return (cpu < 0 ? { at, kind, pid, why } : { at, cpu, kind, pid, why }) as TraceEvent;
  }

  function readWords(words: Page["words"], place: number): Because {
    const strings = words[place] as readonly string[];
    return { strings, values: words.slice(place + 1, place + strings.length) as (string | number)[] };
  }

  /** A million events have few different sentences, or many that are alike for a while. */
  const sentences = new Map<string, string>();
  function share(sentence: string): string {
    const known = sentences.get(sentence);
    if (known !== undefined) return known;
    if (sentences.size === mostShared) sentences.clear();
    sentences.set(sentence, sentence);
    return sentence;
  }

  const trace: Trace = {
    kernel: "sim",
    unit: "tick",
    cpus,
    get events() {
      if (full.length > 0 || page.length > 0) readAll();
      return events;
    },
  };

  return {
    get length() {
      return events.length + full.length * pageSize + page.length;
    },
    event,
    fact: add,
    trace,
  };
}

const mostShared = 10_000;
