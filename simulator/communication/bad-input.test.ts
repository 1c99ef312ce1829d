/** Whatever a program passes to a call of communication or memory, it gets a result or an error that says what was wrong. */
import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import * as r from "../../schema/call.ts";
import * as communicationCalls from "../../schema/calls/communication.ts";
import * as memoryCalls from "../../schema/calls/memory.ts";
import { errnoOf, run } from "../testing.ts";
import * as m from "../memory/index.ts";
import * as c from "./index.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;
type Constructor = (...args: readonly unknown[]) => r.Call;

const constructors = Object.entries({ ...communicationCalls, ...memoryCalls }).filter(
  ([name]) => name !== "peekWord" && name !== "pokeWord",
) as unknown as [string, Constructor][];

/** Something of each kind of file is open, from 3 to 12. */
function* prepare(): Steps {
  yield* r.sigaction("SIGPIPE", "SIG_IGN");
  yield* c.open("/f", r.O_CREAT | r.O_RDWR);
  yield* c.socketpair(c.AF_UNIX, c.SOCK_STREAM | c.SOCK_NONBLOCK);
  yield* c.socket(c.AF_INET, c.SOCK_DGRAM | c.SOCK_NONBLOCK);
  yield* c.mq_open("/q", r.O_CREAT | r.O_RDWR | r.O_NONBLOCK);
  yield* c.epoll_create1();
  yield* c.eventfd();
  yield* m.memfd_create("m");
  yield* r.pipe2(r.O_NONBLOCK);
  yield* c.msgget(1, c.IPC_CREAT);
  yield* m.shmget(1, 4096, c.IPC_CREAT);
}

const extreme = fc.constantFrom(
  0,
  -1,
  1,
  2 ** 31,
  -(2 ** 31),
  2 ** 53 - 1,
  -(2 ** 53 - 1),
  2 ** 53,
  NaN,
  Infinity,
  0.5,
);
const wrong = fc.constantFrom(null, undefined, "", "/", "/f", "\0x", "x".repeat(5000), true, {}, [], [null], Symbol.iterator, 1n, () => 1); // prettier-ignore
const record = fc.record(
  {
    type: fc.oneof(fc.nat(3), extreme),
    start: extreme,
    length: extreme,
    pid: fc.nat(1),
    address: fc.constantFrom("127.0.0.1", "8.8.8.8", "x", 1),
    port: extreme,
    data: fc.constantFrom("x", new Uint8Array(9), 5),
    descriptors: fc.array(fc.oneof(fc.integer({ min: -1, max: 14 }), extreme), { maxLength: 4 }),
    maxmsg: extreme,
    msgsize: extreme,
  },
  { requiredKeys: [] },
);
const fd = fc.integer({ min: 0, max: 14 });
const argument = fc.oneof(
  { weight: 6, arbitrary: fd },
  { weight: 2, arbitrary: fc.integer() },
  { weight: 3, arbitrary: extreme },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  { weight: 2, arbitrary: record },
  { weight: 2, arbitrary: wrong },
);
const attempt = fc.tuple(fc.constantFrom(...constructors), fc.array(argument, { minLength: 0, maxLength: 6 }));

/** An errno, or an error that names the call and what it wants. */
function checkError(name: string, error: unknown): void {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== undefined && /^E[A-Z0-9]+$/.test(code)) return;
  assert.ok(error instanceof TypeError || error instanceof RangeError, `${name}: ${String(error)}`);
  assert.match(message, /must be|Symbol|BigInt|convert|destructure|wants|undefined|null|iterable/, name);
}

test("every call with any arguments ends in a result, an errno or an error that says what was wrong", () => {
  fc.assert(
    fc.property(fc.array(attempt, { minLength: 1, maxLength: 25 }), (attempts) => {
      const { errors, trace } = run(
        function* () {
          yield* prepare();
          for (const [[name, construct], args] of attempts) {
            try {
              yield* construct(...args);
            } catch (error) {
              checkError(name, error);
            }
          }
        },
        { limit: 500 },
      );
      assert.deepEqual(errors, []);
      assert.ok(trace.events.length < 2_000);
    }),
    { numRuns: 400 },
  );
});

test("many objects: one more queue than there may be is ENOSPC, and thousands of sockets take no minute", () => {
  const { errors, ending } = run(
    function* () {
      for (let count = 0; count < 256; count += 1) yield* r.close(yield* c.mq_open(`/${count}`, r.O_CREAT));
      assert.equal(yield* errnoOf(c.mq_open("/q", r.O_CREAT)), "ENOSPC");
      yield* c.mq_unlink("/7");
      assert.equal(yield* errnoOf(c.mq_open("/q", r.O_CREAT)), "no error");
      for (let count = 0; count < 1_000; count += 1) yield* r.close(yield* c.socket(c.AF_UNIX, c.SOCK_STREAM));
    },
    { limit: 5_000 },
  );
  assert.deepEqual([ending, errors], ["ended", []]);
});
