import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../../schema/call.ts";
import * as p from "../index.ts";
import { errnoOf, linesOf, run } from "../testing.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;

test("compute uses the CPU for as many ticks as it says, and shares it like any other call", () => {
  const { trace } = run(function* (): Steps {
    yield* p.compute(10);
  });
  assert.equal(trace.events.at(-1)?.at, 11);
  const { trace: shared } = run(function* (): Steps {
    if ((yield* r.fork()) === 0) yield* p.compute(10);
    else yield* p.compute(10);
  });
  assert.ok(shared.events.some((event) => event.kind === "preempt" && event.at > 4 && event.at < 15));
});

test("signals act in the midst of computing, which then goes on", () => {
  const { output, trace } = run(function* (): Steps {
    yield* p.sigaction("SIGALRM", {
      *handler() {
        yield* r.print("tick");
      },
    });
    yield* p.alarm(1);
    yield* p.compute(3_000);
    yield* r.print("done");
  });
  assert.equal(output, "tick\ndone\n");
  assert.ok((trace.events.at(-1)?.at ?? 0) < 3_020, String(trace.events.at(-1)?.at));
  const { trace: ended } = run(function* (): Steps {
    yield* p.alarm(1);
    yield* p.compute(1_000_000);
  });
  assert.ok((ended.events.at(-1)?.at ?? 0) < 1_010);
});

test("nanosleep lasts whole milliseconds, rounded up; EINVAL for what is no time", () => {
  const { trace, output } = run(function* (): Steps {
    yield* p.nanosleep(2, 1);
    yield* r.print(yield* errnoOf(p.nanosleep(0, 1e9)), yield* errnoOf(p.nanosleep(-1, 0)));
  });
  const woken = trace.events.find(({ kind }) => kind === "wake");
  assert.equal(woken?.at, 2_002);
  assert.equal(output, "EINVAL EINVAL\n");
});

test("nice values go from -20 to 19 and to children; priorities of others can be asked for and set", () => {
  const lines = linesOf(function* (): Steps {
    yield* r.print(yield* p.nice(5), yield* p.nice(100), yield* p.nice(-100));
    yield* p.setpriority(p.PRIO_PROCESS, 0, 7);
    const child = yield* r.fork();
    if (child === 0) {
      yield* r.print(yield* p.getpriority(p.PRIO_PROCESS, 0));
      yield* r.exit(0);
    }
    yield* r.print(yield* errnoOf(p.getpriority(9, 0)), yield* errnoOf(p.setpriority(9, 0, 0)));
    yield* r.print(
      yield* errnoOf(p.getpriority(p.PRIO_PROCESS, 9_999)),
      yield* errnoOf(p.setpriority(p.PRIO_PROCESS, 9_999, 0)),
    );
    yield* r.wait();
  });
  assert.deepEqual(
    lines,
    ["5 19 -20", "EINVAL EINVAL", "ESRCH ESRCH", "7"].toSorted((a, b) => lines.indexOf(a) - lines.indexOf(b)),
  );
});

test("sched_setaffinity: EINVAL for no CPU, ESRCH for nobody; sched_yield succeeds", () => {
  const lines = linesOf(function* (): Steps {
    yield* p.sched_yield();
    yield* r.print(yield* errnoOf(p.sched_setaffinity(0, [])), yield* errnoOf(p.sched_setaffinity(9_999, [0])));
    yield* r.print(yield* errnoOf(p.sched_setaffinity(0, [0])));
  });
  assert.deepEqual(lines, ["EINVAL ESRCH", "no error"]);
});
