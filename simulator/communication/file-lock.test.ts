import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import * as r from "../../schema/call.ts";
import { errnoOf, linesOf, run } from "../testing.ts";
import * as c from "./index.ts";
import { changeLocks, findConflict, type FileLock } from "./lock-table.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;
const create = r.O_RDWR | r.O_CREAT;
const { F_RDLCK, F_WRLCK, F_UNLCK, F_SETLK, F_SETLKW, F_GETLK } = c;

const lockOf = fc.record({
  owner: fc.record({
    kind: fc.constantFrom("process" as const, "description" as const),
    id: fc.integer({ min: 0, max: 2 }),
  }),
  type: fc.constantFrom(F_RDLCK, F_WRLCK, F_UNLCK),
  start: fc.integer({ min: 0, max: 9 }),
  length: fc.integer({ min: 1, max: 9 }),
});
const at = (locks: readonly FileLock[], place: number) =>
  locks
    .filter(({ start, end }) => start <= place && place < end)
    .map(({ owner, type }) => `${owner.kind}${owner.id}:${type}`);

test("the table is what a lock of each byte by itself would be, in the fewest ranges, and never has two locks in conflict", () => {
  fc.assert(
    fc.property(fc.array(lockOf, { maxLength: 12 }), (requests) => {
      let locks: readonly FileLock[] = [];
      const bytes = Array.from({ length: 20 }, () => new Map<string, number>());
      for (const { length, ...request } of requests) {
        const wanted = { ...request, end: request.start + length };
        if (wanted.type !== F_UNLCK && findConflict(locks, wanted)) continue;
        locks = changeLocks(locks, wanted);
        for (const byte of bytes.slice(wanted.start, wanted.end)) {
          const owner = `${wanted.owner.kind}${wanted.owner.id}`;
          if (wanted.type === F_UNLCK) byte.delete(owner);
          else byte.set(owner, wanted.type);
        }
      }
      for (const [place, byte] of bytes.entries()) {
        assert.deepEqual(at(locks, place).toSorted(), [...byte].map(([owner, type]) => `${owner}:${type}`).toSorted());
      }
      for (const lock of locks) {
        assert.equal(findConflict(locks, lock), undefined);
        const isNeighbour = (one: FileLock) =>
          one.end === lock.start &&
          one.type === lock.type &&
          one.owner.kind === lock.owner.kind &&
          one.owner.id === lock.owner.id;
        assert.ok(!locks.some(isNeighbour));
      }
    }),
  );
});

test("a record lock is lost when any descriptor of the file is closed; an OFD lock and flock are not", () => {
  const lines = linesOf(function* (): Steps {
    for (const kind of ["record", "OFD", "flock"]) {
      const fd = yield* c.open("/data", create);
      if (kind === "record") yield* c.fcntl_lock(fd, F_SETLK, { type: F_WRLCK });
      if (kind === "OFD") yield* c.fcntl_lock(fd, c.F_OFD_SETLK, { type: F_WRLCK });
      if (kind === "flock") yield* c.flock(fd, c.LOCK_EX);
      yield* r.close(yield* c.open("/data"));
      if ((yield* r.fork()) === 0) {
        const own = yield* c.open("/data", r.O_RDWR);
        const errno =
          kind === "flock"
            ? yield* errnoOf(c.flock(own, c.LOCK_EX | c.LOCK_NB))
            : yield* errnoOf(c.fcntl_lock(own, F_SETLK, { type: F_WRLCK }));
        yield* r.print(kind, errno);
        yield* r.exit(0);
      }
      yield* r.wait();
      yield* r.close(fd);
    }
  });
  assert.deepEqual(lines, ["record no error", "OFD EAGAIN", "flock EAGAIN"]);
});

test("a child inherits flock's and OFD locks with the open file description, but no record lock", () => {
  const lines = linesOf(function* (): Steps {
    const fd = yield* c.open("/data", create);
    yield* c.fcntl_lock(fd, F_SETLK, { type: F_WRLCK, start: 10, length: -5 });
    yield* c.fcntl_lock(fd, c.F_OFD_SETLK, { type: F_WRLCK, start: 20, length: 5 });
    if ((yield* r.fork()) === 0) {
      const lock = yield* c.fcntl_lock(fd, F_GETLK, { type: F_RDLCK });
      yield* r.print(JSON.stringify(lock));
      yield* r.print(yield* errnoOf(c.fcntl_lock(fd, F_SETLK, { type: F_WRLCK, start: 0, length: 5 })));
      yield* r.print(yield* errnoOf(c.fcntl_lock(fd, c.F_OFD_SETLK, { type: F_WRLCK, start: 20, length: 5 })));
      yield* r.exit(0);
    }
    yield* r.wait();
  });
  assert.deepEqual(lines, ['{"type":1,"start":5,"length":5,"pid":100}', "no error", "no error"]);
});

test("F_SETLKW waits until the lock is free, and two processes that wait for each other are told EDEADLK", () => {
  const { ending, output } = run(function* (): Steps {
    const fd = yield* c.open("/data", create);
    yield* c.fcntl_lock(fd, F_SETLKW, { type: F_WRLCK, start: 0, length: 1 });
    if ((yield* r.fork()) === 0) {
      yield* c.fcntl_lock(fd, F_SETLKW, { type: F_WRLCK, start: 1, length: 1 });
      yield* c.fcntl_lock(fd, F_SETLKW, { type: F_WRLCK, start: 0, length: 1 });
      yield* r.print("child has both");
      yield* r.exit(0);
    }
    for (let calls = 0; calls < 8; calls += 1) yield* r.getpid();
    yield* r.print(yield* errnoOf(c.fcntl_lock(fd, F_SETLKW, { type: F_WRLCK, start: 1, length: 1 })));
    yield* c.fcntl_lock(fd, F_SETLK, { type: F_UNLCK, start: 0, length: 1 });
    yield* r.wait();
  });
  assert.equal(ending, "ended");
  assert.equal(output, "EDEADLK\nchild has both\n");
});

test("of OFD locks nobody sees the deadlock", () => {
  const { ending } = run(function* (): Steps {
    const one = yield* c.open("/a", create);
    const other = yield* c.open("/b", create);
    const lock = (fd: number) => c.fcntl_lock(fd, c.F_OFD_SETLKW, { type: F_WRLCK });
    if ((yield* r.fork()) === 0) {
      yield* lock(yield* c.open("/b", r.O_RDWR));
      for (let calls = 0; calls < 8; calls += 1) yield* r.getpid();
      yield* lock(yield* c.open("/a", r.O_RDWR));
      yield* r.exit(0);
    }
    yield* lock(one);
    for (let calls = 0; calls < 8; calls += 1) yield* r.getpid();
    yield* lock(other);
  });
  assert.equal(ending, "deadlock");
});

test("changing a flock releases it first: a change that does not come about has lost it", () => {
  const lines = linesOf(function* (): Steps {
    const one = yield* c.open("/data", create);
    const other = yield* c.open("/data");
    yield* c.flock(one, c.LOCK_SH);
    yield* c.flock(other, c.LOCK_SH);
    yield* r.print(yield* errnoOf(c.flock(one, c.LOCK_EX | c.LOCK_NB)));
    yield* r.print(yield* errnoOf(c.flock(other, c.LOCK_EX | c.LOCK_NB)));
    yield* r.close(other);
    yield* r.print(yield* errnoOf(c.flock(one, c.LOCK_EX | c.LOCK_NB)));
  });
  assert.deepEqual(lines, ["EAGAIN", "no error", "no error"]);
});

test("locks are refused as fcntl(2) and flock(2) say", () => {
  const lines = linesOf(function* (): Steps {
    const fd = yield* c.open("/data", create);
    const reader = yield* c.open("/data");
    const set = (lock: Parameters<typeof c.fcntl_lock>[2], to = fd) => errnoOf(c.fcntl_lock(to, F_SETLK, lock));
    yield* r.print(
      yield* set({ type: F_WRLCK }, reader),
      yield* set({ type: F_WRLCK, start: -1 }),
      yield* set({ type: 7 }),
    );
    yield* r.print(yield* errnoOf(c.fcntl_lock(fd, c.F_OFD_SETLK, { type: F_WRLCK, pid: 1 })));
    yield* r.print(yield* errnoOf(c.fcntl_lock(fd, F_GETLK, { type: F_UNLCK })), yield* set({ type: F_WRLCK }, 99));
    yield* r.print(yield* errnoOf(c.flock(fd, 0)), yield* errnoOf(c.flock(reader, c.LOCK_EX)));
  });
  assert.deepEqual(lines, ["EBADF EINVAL EINVAL", "EINVAL", "EINVAL EBADF", "EINVAL no error"]);
});
