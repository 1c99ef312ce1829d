/** Random programs over memory, call by call, beside a model that knows only pages as maps of bytes and who shares them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Call } from "../../schema/call.ts";
import { dependent } from "../kernel/accesses.ts";
import { createKernel, findTransition, request, step } from "../kernel/core.ts";
import { findProcess, FIRST_PID, listProcesses, type Kernel, type Pid, type StepEvent } from "../kernel/kernel.ts";
import * as m from "./index.ts";
import { getPhysical } from "./frames.ts";
import { exit, fork, O_CREAT, O_RDWR } from "../../schema/call.ts";

const PAGE = 4096;
type Bytes = Map<number, number>;

/** A page of one process: what it shows, and whose frame it is. */
interface ModelPage {
  readonly shared: boolean;
  writableByProtection: boolean;
  /** The bytes of the object behind it; a private page leaves them at its first write. */
  object: Bytes | null;
  bytes: Bytes;
  /** It was used, so that it has an entry in the page table. */
  present: boolean;
  /** Processes that have the same private frame; null: the object's frame, or none yet. */
  sharers: { count: number } | null;
  writable: boolean;
}

interface Counts {
  demand: number;
  "copy-on-write": number;
  copies: number;
}

/** What the bytes are, and what faults it takes to reach them. */
class Model {
  readonly processes = new Map<Pid, Map<number, ModelPage>>([[FIRST_PID, new Map()]]);
  readonly counts: Counts = { demand: 0, "copy-on-write": 0, copies: 0 };

  map(pid: Pid, first: number, objects: readonly (Bytes | null)[], shared: boolean): void {
    for (const [index, object] of objects.entries()) {
      const bytes = object ?? new Map<number, number>();
      const page = {
        shared,
        writableByProtection: true,
        object,
        bytes,
        present: false,
        sharers: null,
        writable: false,
      };
      this.processes.get(pid)?.set(first + index, page);
    }
  }

  /** The page after the faults that the access takes; null: it is an error. */
  reach(pid: Pid, number: number, isWrite: boolean): ModelPage | null {
    const page = this.processes.get(pid)?.get(number);
    if (!page || (isWrite && !page.writableByProtection)) return null;
    if (!page.present) {
      page.present = true;
      if (page.object && !page.shared && isWrite) this.leaveObject(page);
      else {
        this.counts.demand += 1;
        page.writable = page.shared || !page.object;
        if (!page.object) page.sharers = { count: 1 };
      }
    } else if (isWrite && !page.writable) {
      if (page.object && !page.sharers) this.leaveObject(page);
      else this.copy(page);
    }
    return page;
  }

  leaveObject(page: ModelPage): void {
    this.counts["copy-on-write"] += 1;
    this.counts.copies += 1;
    page.bytes = new Map(page.bytes);
    page.object = null;
    page.sharers = { count: 1 };
    page.writable = true;
  }

  copy(page: ModelPage): void {
    this.counts["copy-on-write"] += 1;
    page.writable = true;
    if (page.sharers?.count === 1) return;
    this.counts.copies += 1;
    if (page.sharers) page.sharers.count -= 1;
    page.sharers = { count: 1 };
  }

  fork(parent: Pid, child: Pid): void {
    const pages = this.processes.get(parent) ?? new Map<number, ModelPage>();
    this.processes.set(
      child,
      new Map(
        [...pages].map(([number, page]) => {
          if (page.shared) return [number, { ...page }];
          if (page.sharers) page.sharers.count += 1;
          page.writable = false;
          return [number, { ...page, bytes: page.object ? page.bytes : new Map(page.bytes) }];
        }),
      ),
    );
  }

  forget(pid: Pid, numbers: readonly number[]): void {
    for (const number of numbers) {
      const page = this.processes.get(pid)?.get(number);
      if (page?.sharers) page.sharers.count -= 1;
      this.processes.get(pid)?.delete(number);
    }
  }

  end(pid: Pid): void {
    this.forget(pid, [...(this.processes.get(pid)?.keys() ?? [])]);
    this.processes.delete(pid);
  }
}

/** A machine that performs calls one at a time, for any process. */
class Bench {
  kernel: Kernel = createKernel();
  readonly events: StepEvent[] = [];

  /** The result, or the signal that ended the process. */
  perform(pid: Pid, call: Call): unknown {
    const outcome = this.tryPerform(pid, call);
    assert.ok(typeof outcome !== "object" || outcome === null || !("errno" in outcome), JSON.stringify(outcome));
    return outcome;
  }

  /** The same, or how it failed. */
  tryPerform(pid: Pid, call: Call): unknown {
    this.kernel = request(this.kernel, pid, call);
    for (;;) {
      const transition = findTransition(this.kernel, pid);
      assert.ok(transition, `${call.name} cannot go on`);
      const taken = step(this.kernel, transition);
      this.kernel = taken.kernel;
      this.events.push(...taken.events);
      checkReferences(this.kernel);
      if (taken.result?.kind === "return") return taken.result.value;
      if (taken.result) return taken.result;
      const end = taken.events.find((event) => event.kind === "exit" && event.pid === pid);
      if (end?.kind === "exit") return end.termSignal ?? "exit";
    }
  }

  count(kind: "fault" | "copy", cause?: string): number {
    return this.events.filter((event) => event.kind === kind && (event.kind !== "fault" || event.cause === cause))
      .length;
  }
}

/** A frame or slot has as many references as page-table entries lead there, and none is kept without. */
function checkReferences(kernel: Kernel): void {
  const { frames, swap, capacity } = getPhysical(kernel);
  const lists = { frames, swap };
  const counted = { frames: frames.map(() => 0), swap: swap.map(() => 0) };
  for (const { memory } of listProcesses(kernel)) {
    for (const { place, index } of Object.values(memory?.pages ?? {})) {
      counted[place][index] = (counted[place][index] ?? 0) + 1;
    }
  }
  for (const place of ["frames", "swap"] as const) {
    assert.deepEqual(
      counted[place],
      lists[place].map((frame) => frame?.references ?? 0),
      place,
    );
  }
  assert.ok(frames.length <= capacity);
}

interface Action {
  readonly what: "map" | "unmap" | "protect" | "poke" | "peek" | "fork" | "exit";
  /** Chooses a process, a page, an offset and a kind; each is taken modulo what there is. */
  readonly who: number;
  readonly page: number;
  readonly offset: number;
  readonly kind: number;
  readonly byte: number;
}

const action = fc.record<Action>({
  what: fc.constantFrom("map", "map", "unmap", "protect", "poke", "poke", "poke", "peek", "peek", "fork", "exit"),
  who: fc.nat(20),
  page: fc.nat(20),
  offset: fc.constantFrom(0, 5, 2000, 4090),
  kind: fc.nat(20),
  byte: fc.integer({ min: 1, max: 255 }),
});

const OBJECT_PAGES = 3;
const LENGTH = 8;

/** Plays actions on the kernel and on the model; every read, signal and fault must be the same. */
function play(
  actions: readonly Action[],
  limit: { readonly frames: number; readonly policy: m.FramePolicy } | null,
): void {
  const bench = new Bench();
  const model = new Model();
  const shared = Array.from({ length: OBJECT_PAGES }, (): Bytes => new Map());
  if (limit) bench.perform(FIRST_PID, m.limit_memory(limit.frames, limit.policy));
  const fd = bench.perform(FIRST_PID, m.shm_open("/object", O_CREAT | O_RDWR)) as number;
  bench.perform(FIRST_PID, m.ftruncate(fd, OBJECT_PAGES * PAGE));

  for (const { what, who, page, offset, kind, byte } of actions) {
    const pids = [...model.processes.keys()];
    const pid = pids[who % pids.length] ?? FIRST_PID;
    const pages = [...(model.processes.get(pid)?.keys() ?? [])].toSorted((a, b) => a - b);
    const number = pages[page % Math.max(1, pages.length)] ?? 0x50000;
    const address = number * PAGE + offset;
    if (what === "map") map(pid, kind, number);
    else if (what === "unmap") {
      bench.perform(pid, m.munmap(number * PAGE, 2 * PAGE));
      model.forget(pid, [number, number + 1]);
    } else if (what === "protect" && pages.length > 0) {
      const isWritable = kind % 3 > 0;
      bench.perform(pid, m.mprotect(number * PAGE, PAGE, isWritable ? m.PROT_READ | m.PROT_WRITE : m.PROT_READ));
      const found = model.processes.get(pid)?.get(number);
      if (found) found.writableByProtection = isWritable;
    } else if (what === "poke" || what === "peek") access(pid, address, what === "poke", byte);
    else if (what === "fork" && pids.length < 5) model.fork(pid, bench.perform(pid, fork()) as Pid);
    else if (what === "exit" && pids.length > 1) {
      bench.perform(pid, exit(0));
      model.end(pid);
    }
  }
  if (limit) return;
  assert.equal(bench.count("fault", "demand"), model.counts.demand);
  assert.equal(bench.count("fault", "copy-on-write"), model.counts["copy-on-write"]);
  assert.equal(bench.count("copy"), model.counts.copies);

  /** Maps some pages; of some kinds over those from `over` on. */
  function map(pid: Pid, kind: number, over: number): void {
    const isShared = kind % 2 === 0;
    const isAnonymous = kind % 4 < 2;
    const length = 1 + (kind % OBJECT_PAGES);
    const flags = (isShared ? m.MAP_SHARED : m.MAP_PRIVATE) | (isAnonymous ? m.MAP_ANONYMOUS : 0);
    const place = kind % 5 === 0 ? over * PAGE : null;
    const fixed = place === null ? 0 : m.MAP_FIXED;
    const call = m.mmap(place, length * PAGE - 1, m.PROT_READ | m.PROT_WRITE, flags | fixed, isAnonymous ? -1 : fd, 0);
    const first = (bench.perform(pid, call) as number) / PAGE;
    if (place !== null) assert.equal(first, over);
    model.forget(
      pid,
      Array.from({ length }, (_, index) => first + index),
    );
    const anonymous = Array.from({ length }, () => (isShared ? new Map<number, number>() : null));
    model.map(pid, first, isAnonymous ? anonymous : shared.slice(0, length), isShared);
  }

  function access(pid: Pid, address: number, isWrite: boolean, byte: number): void {
    const read = new Uint8Array(LENGTH);
    let signal: string | null = null;
    let reached: ModelPage | null = null;
    for (let at = 0; at < LENGTH && !signal; at += 1) {
      const offset = (address + at) % PAGE;
      if (at === 0 || offset === 0) reached = model.reach(pid, Math.floor((address + at) / PAGE), isWrite);
      if (!reached) signal = "SIGSEGV";
      else if (isWrite) reached.bytes.set(offset, byte);
      else read[at] = reached.bytes.get(offset) ?? 0;
    }
    const call = isWrite ? m.poke(address, new Uint8Array(LENGTH).fill(byte)) : m.peek(address, LENGTH);
    const result = bench.perform(pid, call);
    assert.deepEqual(result, signal ?? (isWrite ? undefined : read));
    if (!signal) return;
    assert.equal(findProcess(bench.kernel, pid)?.state ?? "zombie", "zombie");
    model.end(pid);
    if (model.processes.size === 0) throw new AllEnded();
  }
}

/** Nobody is left to act. */
class AllEnded extends Error {}

function playToTheEnd(...args: Parameters<typeof play>): void {
  try {
    play(...args);
  } catch (error) {
    if (!(error instanceof AllEnded)) throw error;
  }
}

const actions = fc.array(action, { maxLength: 40 });

test("every process reads what it or a sharer wrote, and faults and copies are as many as the rules say", () => {
  fc.assert(
    fc.property(actions, (list) => playToTheEnd(list, null)),
    { numRuns: 300 },
  );
});

test("with a few frames every process reads the same as with many, under each policy", () => {
  const limit = fc.record({
    frames: fc.integer({ min: 1, max: 5 }),
    policy: fc.constantFrom("fifo" as const, "lru" as const, "clock" as const),
  });
  fc.assert(
    fc.property(actions, limit, (list, chosen) => playToTheEnd(list, chosen)),
    { numRuns: 300 },
  );
});

/** Calls of two processes that have two mappings each, shared before the fork: of anonymous memory, and of an object. */
const call = fc.oneof(
  fc
    .record({ page: fc.nat(3), offset: fc.constantFrom(0, 8, 64, 4092), write: fc.boolean(), long: fc.boolean() })
    .map(({ page, offset, write, long }): Call => {
      const address = 0x4000_0000 + page * PAGE + offset;
      const count = long ? 200 : 8;
      return write ? m.poke(address, new Uint8Array(count).fill(page + 1)) : m.peek(address, count);
    }),
  fc.constantFrom<Call>(
    m.mmap(null, PAGE),
    m.munmap(0x4000_0000, PAGE),
    m.mprotect(0x4000_0000, 2 * PAGE, m.PROT_READ),
    m.ftruncate(3, PAGE),
    m.shm_open("/object", O_RDWR),
    m.shm_unlink("/object"),
    m.shmget(1, 9, 0o1000),
    m.shmctl(0, 2),
    m.shmat(0),
    exit(0),
    fork(),
  ),
);

test("two calls that touch nothing in common may change places: the same results, and the same kernel", () => {
  const calls = fc.array(call, { minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(1), call), { maxLength: 4 }),
      calls,
      fc.boolean(),
      (before, pair, isLimited) => {
        const bench = new Bench();
        if (isLimited) bench.perform(FIRST_PID, m.limit_memory(2, "clock"));
        const fd = bench.perform(FIRST_PID, m.shm_open("/object", O_CREAT | O_RDWR)) as number;
        bench.perform(FIRST_PID, m.ftruncate(fd, 2 * PAGE));
        bench.perform(FIRST_PID, m.mmap(null, 2 * PAGE, m.PROT_READ | m.PROT_WRITE));
        bench.perform(FIRST_PID, m.mmap(null, 2 * PAGE, m.PROT_READ | m.PROT_WRITE, m.MAP_SHARED, fd, 0));
        const pids = [FIRST_PID, bench.perform(FIRST_PID, fork()) as Pid];
        for (const [who, one] of before) {
          const pid = pids[who] ?? FIRST_PID;
          if (one.name === "exit" || one.name === "fork" || findProcess(bench.kernel, pid)?.state !== "ready") continue;
          bench.tryPerform(pid, one);
        }
        if (pids.some((pid) => findProcess(bench.kernel, pid)?.state !== "ready")) return;
        for (const [index, one] of pair.entries()) bench.kernel = request(bench.kernel, pids[index] ?? 0, one);
        const [first, second] = pids.map((pid) => findTransition(bench.kernel, pid));
        if (!first || !second || dependent(first, second)) return;
        assert.deepEqual(takeBoth(bench.kernel, pids), takeBoth(bench.kernel, pids.toReversed()));
      },
    ),
    { numRuns: 1_000 },
  );
});

/** One step of each process, in this order: what each was told, and the kernel after both. */
function takeBoth(kernel: Kernel, pids: readonly Pid[]): unknown {
  let now = kernel;
  const told = new Map<Pid, unknown>();
  for (const pid of pids) {
    const transition = findTransition(now, pid);
    if (!transition) continue;
    const taken = step(now, transition);
    now = taken.kernel;
    told.set(pid, taken.result);
  }
  return { kernel: now, told: [...told].toSorted(([a], [b]) => a - b) };
}
