/**
 * For tests: every interleaving of a small program, by a search over states. It goes through `enabled` and `step` alone, and so
 * proves of the kernel what an explorer needs: that transitions are all that can happen, and that what they name is all they touch.
 */
import assert from "node:assert/strict";
import type { Call } from "../../schema/call.ts";
import { createSystemError } from "../../schema/errno.ts";
import { checkCall } from "../check-call.ts";
import { dependent } from "../kernel/accesses.ts";
import { createKernel, enabled, request, step, type Result, type Transition } from "../kernel/core.ts";
import { FIRST_PID, type Kernel, type MemoryModel, type Pid, type Process } from "../kernel/kernel.ts";
import * as r from "../../schema/call.ts";
import type { SynchronisationObject } from "./objects.ts";
import "./index.ts";
import "./messages.ts";

/** What runs as one process: data and no generator, so that a search can go back to it. */
export interface Thread {
  /** null: it has ended. */
  readonly call: Call | null;
  /** All that its future depends on. */
  readonly state: string;
  readonly resume: (result: Result) => Thread;
}

export interface State {
  readonly kernel: Kernel;
  readonly threads: readonly Thread[];
}

export interface ExploreOptions {
  readonly memoryModel?: MemoryModel;
  /** Everything that POSIX permits, and not only what Linux does. */
  readonly permitted?: boolean;
  /** Calls that run before, one after the other. */
  readonly before?: readonly Call[];
  /** A state in which something is wrong; the search goes no further there. */
  readonly fails?: (state: State) => boolean;
  /** Whether the first such state, or the first deadlock, is enough. */
  readonly until?: "failure" | "deadlock";
  /** Threads with the same state may change places, because nothing in the kernel says which is which (no owner, no sleeper). */
  readonly symmetric?: boolean;
  /** Most states. */
  readonly limit?: number;
}

/** The pid of thread `index`. */
export const pidOf = (index: number): Pid => FIRST_PID + 1 + index;

/** A kernel in which each thread is a process that is about to make its first call. */
export function begin(threads: readonly Thread[], { memoryModel = "sc", before = [] }: ExploreOptions = {}): State {
  let kernel = createKernel({ memoryModel });
  for (const call of [...before, ...threads.map(() => r.fork())]) {
    const asked = request(kernel, FIRST_PID, checkCall(call));
    const [transition] = enabled(asked);
    assert.ok(transition && !transition.block, `${call.name} waits`);
    kernel = step(asked, transition).kernel;
  }
  for (const [index, { call }] of threads.entries()) if (call) kernel = request(kernel, pidOf(index), call);
  return { kernel, threads };
}

/** What can really happen: a call that would only begin to wait is left out, unless its timeout may pass. */
export const listOptions = ({ kernel }: State, permitted = false): readonly Transition[] =>
  enabled(kernel, { permitted }).filter(({ block }) => !block || block.timeoutMs !== undefined);

export function take(state: State, transition: Transition): State {
  const { kernel, result } = step(state.kernel, transition);
  const index = transition.pid - pidOf(0);
  const thread = state.threads[index];
  if (!result || !thread) return { ...state, kernel };
  const next = thread.resume(result);
  return {
    kernel: next.call ? request(kernel, transition.pid, next.call) : kernel,
    threads: state.threads.with(index, next),
  };
}

/** Equal things have equal numbers. */
function createNumbers<Thing extends object>(write: (thing: Thing) => string): (thing: Thing) => number {
  const byObject = new WeakMap<Thing, number>();
  const byText = new Map<string, number>();
  return (thing) => {
    const known = byObject.get(thing);
    if (known !== undefined) return known;
    const text = write(thing);
    const number = byText.get(text) ?? byText.size;
    byText.set(text, number);
    byObject.set(thing, number);
    return number;
  };
}

/** Two states with the same key have the same future. What is large and lives long, such as a thread, is written as a number. */
export function createKeys(symmetric = false): (state: State) => string {
  const numberObject = createNumbers<object>(JSON.stringify);
  const numberThread = createNumbers<Thread>(({ state }) => state);
  const writeObject = (object: SynchronisationObject): string =>
    object.kind === "word" ? `${object.name}=${object.value}` : String(numberObject(object));
  const writeProcess = (process: Process | null): string =>
    process ? `${process.state}${process.inside ? JSON.stringify(process.inside) : ""}` : "";
  const writeSleeper = ({ pid, channel, exclusive }: Kernel["sleepers"][number]): string =>
    `${pid} ${channel} ${exclusive}`;
  return ({ kernel, threads }) => {
    const states = threads.map(numberThread);
    return [
      ...Object.values(kernel.shared).map(writeObject).toSorted(),
      ...kernel.processes.map(writeProcess),
      ...kernel.sleepers.map(writeSleeper),
      ...(symmetric ? states.toSorted((a, b) => a - b) : states),
    ].join(";");
  };
}

export interface Exploration {
  readonly states: number;
  /** States in which nothing can happen any more: all have ended, or those that are left wait. */
  readonly ends: readonly State[];
  readonly deadlocks: readonly State[];
  readonly failed: State | null;
}

/** Every state that can be reached. */
export function explore(threads: readonly Thread[], options: ExploreOptions = {}): Exploration {
  const limit = options.limit ?? 200_000;
  const keyOf = createKeys(options.symmetric);
  const seen = new Set<string>();
  const ends: State[] = [];
  const deadlocks: State[] = [];
  let failed: State | null = null;
  const open = [begin(threads, options)];
  for (let state = open.pop(); state; state = open.pop()) {
    const key = keyOf(state);
    if (seen.has(key)) continue;
    seen.add(key);
    assert.ok(seen.size <= limit, `more than ${limit} states`);
    if (options.fails?.(state)) {
      failed ??= state;
      if (options.until === "failure") break;
      continue;
    }
    const next = listOptions(state, options.permitted);
    if (next.length === 0) (state.threads.every(({ call }) => !call) ? ends : deadlocks).push(state);
    if (deadlocks.length > 0 && options.until === "deadlock") break;
    for (const transition of next) open.push(take(state, transition));
  }
  return { states: seen.size, ends, deadlocks, failed };
}

/** How many ways lead from the beginning to an end; for programs without loops. */
export function countInterleavings(threads: readonly Thread[], options: ExploreOptions = {}): bigint {
  const keyOf = createKeys();
  const counts = new Map<string, bigint>();
  const count = (state: State): bigint => {
    const key = keyOf(state);
    const known = counts.get(key);
    if (known !== undefined) return known;
    const next = listOptions(state, options.permitted);
    const ways = next.length === 0 ? 1n : next.reduce((sum, transition) => sum + count(take(state, transition)), 0n);
    counts.set(key, ways);
    return ways;
  };
  return count(begin(threads, options));
}

/** How many of these ways are really different: with sleep sets, one execution of each (Godefroid 1996). */
export function countTraces(threads: readonly Thread[], options: ExploreOptions = {}): number {
  const visit = (state: State, asleep: readonly Transition[]): number => {
    const next = listOptions(state, options.permitted);
    if (next.length === 0) return 1;
    let traces = 0;
    const done = [...asleep];
    for (const transition of next) {
      if (done.some((other) => isSame(other, transition))) continue;
      traces += visit(
        take(state, transition),
        done.filter((other) => other.pid !== transition.pid && !dependent(other, transition)),
      );
      done.push(transition);
    }
    return traces;
  };
  return visit(begin(threads, options), []);
}

const isSame = (a: Transition, b: Transition): boolean =>
  a.pid === b.pid && a.action === b.action && a.choice === b.choice;

/** A thread that runs a generator: its state is what it was told so far, and it is run again from there. */
export function threadOf(program: () => Generator<Call, unknown, unknown>): Thread {
  const at = (told: readonly Result[]): Thread => {
    const generator = program();
    let yielded = generator.next();
    let note: unknown = null;
    try {
      for (const result of told) {
        if (result.kind === "return") yielded = generator.next(result.value);
        else if (result.kind === "fail") yielded = generator.throw(createSystemError(result.errno, result.syscall));
      }
    } catch (error) {
      yielded = { done: true, value: null };
      note = String(error);
    }
    const call = yielded.done ? null : checkCall(yielded.value);
    const state = JSON.stringify(yielded.done ? { returned: yielded.value ?? note } : told);
    return { call, state, resume: (result) => at([...told, result]) };
  };
  return at([]);
}

/** What the threads of an end state returned, and whether one threw: `null | [0] | "Error: …"`. */
export const returnedBy = ({ threads }: State): unknown[] =>
  threads.map(({ state }) => (JSON.parse(state) as { returned?: unknown }).returned);
