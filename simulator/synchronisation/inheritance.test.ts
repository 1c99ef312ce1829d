/** Priority inheritance end to end: programs, the policy `priority`, the clock. */
import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import * as r from "../../schema/call.ts";
import { compute, nanosleep } from "../index.ts";
import { priority, type PriorityOptions } from "../scheduling/priority.ts";
import { run } from "../testing.ts";
import * as s from "./index.ts";
import { clockDriver } from "../drivers/clock.ts";
import { roundRobin } from "../scheduling/round-robin.ts";

type Steps = Generator<r.Call, void, unknown>;

const [low, high, medium] = [101, 102, 103];
const priorities = { main: 0, "main.1": 3, "main.2": 1, "main.3": 2 };
const critical = 10;
const hog = 50;

/** P101 is in its critical section when P102, better, wants in, and P103, between them, uses the CPU. */
const inversion = (protocol: "none" | "inherit") =>
  function* (): Steps {
    yield* s.pthread_mutex_init("m", { protocol });
    const children = [
      function* (): Steps {
        yield* s.pthread_mutex_lock("m");
        yield* compute(critical);
        yield* s.pthread_mutex_unlock("m");
        yield* compute(critical);
      },
      function* (): Steps {
        yield* s.pthread_mutex_lock("m");
        yield* s.pthread_mutex_unlock("m");
      },
      () => compute(hog)[Symbol.iterator](),
    ];
    for (const child of children) {
      if ((yield* r.fork()) === 0) {
        yield* child();
        yield* r.exit(0);
      }
      if (child === children[0]) yield* nanosleep(0, 5e6);
    }
    for (const _ of children) yield* r.wait();
  };

const runs = (protocol: "none" | "inherit", options: PriorityOptions = {}, cpus = 1) =>
  run(inversion(protocol), { driver: clockDriver(priority(options), { cpus, priorities }) }).trace.events;
type Events = ReturnType<typeof runs>;

function waitOf(events: Events, pid: number): number {
  const times = events.filter((event) => event.pid === pid && "call" in event && event.call === "pthread_mutex_lock");
  assert.deepEqual(
    times.map(({ kind }) => kind),
    ["call", "return"],
  );
  return (times[1]?.at ?? NaN) - (times[0]?.at ?? NaN);
}
const endOf = (events: Events, pid: number) => events.find((event) => event.kind === "exit" && event.pid === pid)?.at;
const whyRuns = (events: Events, pid: number) =>
  events.flatMap((event) => (event.kind === "run" && event.pid === pid ? [event.why ?? ""] : []));

test("without inheritance the best waits for the whole burst of one that has nothing to do with the mutex", () => {
  const events = runs("none");
  assert.ok(waitOf(events, high) >= hog);
  assert.ok((endOf(events, medium) ?? NaN) < (endOf(events, high) ?? NaN));
});

test("with inheritance it waits for the critical section only, and then runs at once", () => {
  const events = runs("inherit");
  assert.ok(waitOf(events, high) <= critical + 2);
  assert.ok((endOf(events, high) ?? NaN) < (endOf(events, medium) ?? NaN));
  // After its critical section the lowest is last again.
  assert.ok((endOf(events, medium) ?? NaN) < (endOf(events, low) ?? NaN));
});

test("the trace says at whose priority a process runs, and that it is over", () => {
  const events = runs("inherit");
  assert.ok(whyRuns(events, low).includes("best of 2: priority 1; it runs at priority 1, inherited from P102"), JSON.stringify(whyRuns(events, low))); // prettier-ignore
  const stop = events.find((event) => event.kind === "preempt" && event.pid === low && event.why?.includes("again"));
  assert.equal(stop?.why, "P101 preempted: its priority is 3 again");
  const without = runs("none").filter((event) => "why" in event && event.why?.includes("inherited"));
  assert.deepEqual(without, []);
});

test("inheritance holds with quanta, with ageing, with ties by list, and without preemption", () => {
  for (const options of [{ quantum: 3 }, { agePerTick: 0.001 }, { tie: "id" }, { preemptive: false }] as const) {
    const events = runs("inherit", options);
    assert.ok(waitOf(events, high) <= critical + 2, JSON.stringify(options));
  }
});

test("with a CPU for the hog there is no inversion; with two hogs on two CPUs there is, and inheritance ends it", () => {
  const twoHogs = (protocol: "none" | "inherit") =>
    function* (): Steps {
      if ((yield* r.fork()) === 0) {
        yield* nanosleep(0, 8e6);
        yield* compute(hog);
        yield* r.exit(0);
      }
      yield* inversion(protocol)();
      yield* r.wait();
    };
  const policy = priority();
  assert.ok(waitOf(runs("none", {}, 2), high) <= critical + 2);
  const own = { main: 0, "main.1": 2, "main.2": 3, "main.3": 1, "main.4": 2 };
  const waits = (["none", "inherit"] as const).map((protocol) =>
    waitOf(run(twoHogs(protocol), { driver: clockDriver(policy, { cpus: 2, priorities: own }) }).trace.events, 103),
  );
  assert.ok((waits[0] ?? NaN) >= hog - critical && (waits[1] ?? NaN) <= critical + 2, String(waits));
});

test("priority is inherited along a chain of mutexes", () => {
  function* chain(): Steps {
    for (const mutex of ["a", "b"]) yield* s.pthread_mutex_init(mutex, { protocol: "inherit" });
    const takes = (...mutexes: readonly string[]) =>
      function* (): Steps {
        for (const mutex of mutexes) yield* s.pthread_mutex_lock(mutex);
        yield* compute(critical);
        for (const mutex of mutexes.toReversed()) yield* s.pthread_mutex_unlock(mutex);
      };
    const children = [takes("a"), takes("b", "a"), takes("b"), () => compute(hog)[Symbol.iterator]()];
    for (const child of children) {
      if ((yield* r.fork()) === 0) {
        yield* child();
        yield* r.exit(0);
      }
      if (child !== children[2]) yield* nanosleep(0, 4e6);
    }
    for (const _ of children) yield* r.wait();
  }
  const own = { main: 0, "main.1": 5, "main.2": 4, "main.3": 1, "main.4": 3 };
  const { events } = run(chain, { driver: clockDriver(priority(), { priorities: own }) }).trace;
  const inherited = whyRuns(events, 101).filter((why) => why.endsWith("inherited from P103"));
  assert.ok(inherited.length > 0);
  assert.ok((endOf(events, 103) ?? NaN) < (endOf(events, 104) ?? NaN));
});

test("children and threads have the priority of their parent; a policy without priorities does not ask for them", () => {
  function* family(): Steps {
    if ((yield* r.fork()) === 0) {
      yield* r.fork();
      yield* compute(5);
      yield* r.exit(0);
    }
    yield* compute(5);
    yield* r.wait();
  }
  const { events } = run(family, { driver: clockDriver(priority(), { priorities: { "main.1": -2 } }) }).trace;
  const at = (pid: number) => endOf(events, pid) ?? NaN;
  assert.ok(at(101) < at(100) && at(102) < at(100));
  assert.deepEqual(
    run(family, { driver: clockDriver(roundRobin({ quantum: 4 }), { priorities: { main: 4 } }) }).trace,
    run(family).trace,
  );
  assert.throws(
    () => clockDriver(roundRobin({ quantum: 4 }), { priorities: { main: NaN } }),
    /priorities: that of main must be a number, not NaN/,
  );
});

test("who waits for a mutex that inherits never waits while one that is worse, and holds nothing, runs", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ before: fc.nat(12), inside: fc.integer({ min: 1, max: 6 }), after: fc.nat(6), own: fc.nat(4) }), { minLength: 2, maxLength: 4 }), // prettier-ignore
      (workers) => {
        function* program(): Steps {
          yield* s.pthread_mutex_init("m", { protocol: "inherit" });
          for (const { before, inside, after } of workers) {
            if ((yield* r.fork()) !== 0) continue;
            yield* nanosleep(0, before * 1e6);
            yield* s.pthread_mutex_lock("m");
            yield* compute(inside);
            yield* s.pthread_mutex_unlock("m");
            yield* compute(after);
            yield* r.exit(0);
          }
          for (const _ of workers) yield* r.wait();
        }
        const own = Object.fromEntries(workers.map(({ own: one }, index) => [`main.${index + 1}`, one]));
        const { events } = run(program, { driver: clockDriver(priority(), { priorities: { main: 0, ...own } }) }).trace;
        checkNoInversion(events, (pid) => own[`main.${pid - 100}`] ?? 0);
      },
    ),
    { numRuns: 60 },
  );
});

function checkNoInversion(events: Events, priorityOf: (pid: number) => number): void {
  let holder: number | null = null;
  let running: number | null = null;
  const waiting = new Set<number>();
  let now = 0;
  for (const event of events) {
    const { pid } = event;
    if (event.at > now && running !== null) {
      const best = Math.min(...[...waiting].map(priorityOf));
      const isInverted = holder !== null && running !== holder && priorityOf(running) > best;
      assert.ok(!isInverted, `at ${now} P${running} runs, P${holder} has the mutex, ${[...waiting].join(" ")} wait`);
    }
    now = event.at;
    if (event.kind === "run") running = pid;
    if (event.kind === "preempt" || event.kind === "block" || event.kind === "exit") running = null;
    if (event.kind === "block" && event.on === "mutex m") waiting.add(pid);
    if (event.kind === "wake") waiting.delete(pid);
    if (event.kind !== "return") continue;
    if (event.call === "pthread_mutex_lock") holder = pid;
    if (event.call === "pthread_mutex_unlock") holder = null;
  }
}
