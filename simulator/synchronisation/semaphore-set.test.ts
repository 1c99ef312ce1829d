import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import * as r from "../../schema/call.ts";
import * as s from "./index.ts";
import { errnoOf, play } from "./play.testing.ts";

const create = s.semget(7, 3, s.IPC_CREAT);
const id = 0;
const all = () => s.semctl(id, 0, s.GETALL)[Symbol.iterator]();
const operate = (...operations: readonly s.SemaphoreOperation[]) =>
  function* () {
    yield* s.semop(id, operations);
  };

test("several operations happen all at once, or the caller waits and none has happened", () => {
  const both = operate({ num: 0, op: -1 }, { num: 1, op: -1 });
  const played = play([both, operate({ num: 0, op: 1 }), operate({ num: 1, op: 1 }), all], { before: [create] });
  played.run(0).run(1).run(0);
  assert.equal(played.why(0), "semaphore 1 is 0, less than 1");
  played.run(2).run(0).run(3);
  assert.deepEqual(played.returned, [null, null, null, [0, 0, 0]]);
});

test("operation 0 waits until the semaphore is 0", () => {
  const played = play([operate({ num: 2, op: 0 }), operate({ num: 2, op: -2 })], {
    before: [create, s.semctl(id, 2, s.SETVAL, 2)],
  }).run(0);
  assert.equal(played.why(0), "semaphore 2 is 2 and not 0");
  assert.deepEqual(played.run(1).run(0).returned, [null, null]);
});

test("what was done with SEM_UNDO is undone at the end of the process, and what was not stays", () => {
  const program = function* () {
    yield* s.semop(id, [{ num: 0, op: 3, flags: s.SEM_UNDO }, { num: 1, op: 2 }]); // prettier-ignore
    yield* s.semop(id, [{ num: 0, op: -1, flags: s.SEM_UNDO }]);
    yield* r.exit(0);
  };
  assert.deepEqual(
    play([program, all], { before: [create] })
      .run(0)
      .run(1).returned[1],
    [0, 2, 0],
  );
});

test("a process that waits for what another one's end gives back is woken by it", () => {
  const holder = function* () {
    yield* s.semop(id, [{ num: 0, op: -1, flags: s.SEM_UNDO }]);
    yield* r.exit(0);
  };
  const played = play([holder, operate({ num: 0, op: -1 })], { before: [create, s.semctl(id, 0, s.SETVAL, 1)] });
  played.step(0).run(1).run(0).run(1);
  assert.equal(played.returned[1], null);
});

test("errors are those of semget(2), semop(2) and semctl(2)", () => {
  const many = Array.from({ length: 501 }, () => ({ num: 0, op: 0 }));
  const program = function* () {
    return [
      yield* errnoOf(s.semget(7, 3, s.IPC_CREAT | s.IPC_EXCL)),
      yield* errnoOf(s.semget(8, 1)),
      yield* errnoOf(s.semget(7, 4)),
      yield* errnoOf(s.semget(8, 0, s.IPC_CREAT)),
      yield* errnoOf(s.semop(id, [{ num: 0, op: -1, flags: s.IPC_NOWAIT }])),
      yield* errnoOf(s.semop(id, [{ num: 3, op: 1 }])),
      yield* errnoOf(s.semop(id, many)),
      yield* errnoOf(s.semop(id, [])),
      yield* errnoOf(s.semop(99, [{ num: 0, op: 1 }])),
      yield* errnoOf(s.semop(id, [{ num: 0, op: s.SEMVMX + 1 }])),
      yield* errnoOf(s.semctl(id, 0, s.SETVAL, -1)),
      yield* errnoOf(s.semctl(id, 9, s.GETVAL)),
    ];
  };
  const expected = "EEXIST ENOENT EINVAL EINVAL EAGAIN EFBIG E2BIG EINVAL EINVAL ERANGE ERANGE EINVAL".split(" ");
  assert.deepEqual(play([program], { before: [create] }).run(0).returned, [expected]);
});

test("who waits for a set that is removed gets EIDRM, and a timeout is EAGAIN", () => {
  const remove = function* () {
    yield* s.semctl(id, 0, s.IPC_RMID);
  };
  const waits = () => errnoOf(s.semop(id, [{ num: 0, op: -1 }]));
  assert.equal(
    play([waits, remove], { before: [create] })
      .run(0)
      .run(1)
      .run(0).returned[0],
    "EIDRM",
  );
  const timed = () => errnoOf(s.semtimedop(id, [{ num: 0, op: -1 }], 4));
  assert.equal(
    play([timed], { before: [create] })
      .run(0)
      .step(0, { action: "timeout" })
      .run(0).returned[0],
    "EAGAIN",
  );
});

test("a set knows who has changed it last, and how many wait for more and for zero", () => {
  const counts = function* () {
    const result: unknown[] = [];
    for (const command of [s.GETNCNT, s.GETZCNT, s.GETPID]) result.push(yield* s.semctl(id, 0, command));
    return result;
  };
  const waits = operate({ num: 0, op: -2 });
  const played = play([waits, waits, operate({ num: 0, op: 0 }), operate({ num: 0, op: 1 }), counts], {
    before: [create],
  });
  played.run(0).run(1).run(3).run(2).run(4);
  assert.deepEqual(played.returned[4], [2, 1, 104]);
});

test("a list of operations comes out as one after the other, where that is possible without waiting", () => {
  const operation = fc.record({ num: fc.nat(2), op: fc.integer({ min: -3, max: 3 }) });
  fc.assert(
    fc.property(
      fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4)),
      fc.array(operation, { minLength: 1, maxLength: 5 }),
      (before, list) => {
        const values = [...before] as number[];
        const fits = list.every(({ num, op }) => {
          const value = values[num] ?? 0;
          values[num] = value + op;
          return op === 0 ? value === 0 : value + op >= 0;
        });
        const program = function* () {
          yield* errnoOf(s.semop(id, list.map((one) => ({ ...one, flags: s.IPC_NOWAIT })))); // prettier-ignore
          return yield* s.semctl(id, 0, s.GETALL);
        };
        const played = play([program], { before: [create, s.semctl(id, 0, s.SETALL, before)] }).run(0);
        assert.deepEqual(played.returned, [fits ? values : before]);
      },
    ),
  );
});
