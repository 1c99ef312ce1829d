import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import * as r from "../../schema/call.ts";
import { errnoOf, linesOf, run } from "../testing.ts";
import * as c from "./index.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;
const create = r.O_RDWR | r.O_CREAT;

test("a file holds what was written last at each place, and zeros where nobody wrote", () => {
  const writing = fc.tuple(fc.integer({ min: 0, max: 9000 }), fc.uint8Array({ minLength: 1, maxLength: 20 }));
  fc.assert(
    fc.property(fc.array(writing, { maxLength: 6 }), (parts) => {
      const expected = new Uint8Array(Math.max(0, ...parts.map(([offset, data]) => offset + data.length)));
      for (const [offset, data] of parts) expected.set(data, offset);
      const { kernel } = run(function* (): Steps {
        const fd = yield* c.open("/f", create);
        for (const [offset, data] of parts) yield* c.pwrite(fd, data, offset);
        yield* c.fsync(fd);
      });
      const file = kernel.objects.find(({ kind }) => kind === "file");
      assert.ok(file?.kind === "file");
      assert.deepEqual(file.contents, expected);
      assert.deepEqual(file.stored, expected);
    }),
    { numRuns: 40 },
  );
});

test("the offset belongs to the open file description: a child that inherits it goes on where its parent stopped", () => {
  const lines = linesOf(function* (): Steps {
    const fd = yield* c.open("/f", create);
    yield* r.write(fd, "abcdef");
    yield* c.lseek(fd, 0);
    const other = yield* c.open("/f");
    if ((yield* r.fork()) === 0) {
      yield* r.print(r.text(yield* r.read(fd, 2)));
      yield* r.exit(0);
    }
    yield* r.wait();
    yield* r.print(r.text(yield* r.read(fd, 2)), r.text(yield* r.read(other, 2)));
  });
  assert.deepEqual(lines, ["ab", "cd ab"]);
});

test("two writers with O_APPEND lose nothing; with offsets of their own the last one wins", () => {
  const size = (flags: number) =>
    linesOf(function* (): Steps {
      yield* r.close(yield* c.open("/log", create));
      for (const letter of "ab") {
        if ((yield* r.fork()) !== 0) continue;
        const fd = yield* c.open("/log", r.O_WRONLY | flags);
        for (let times = 0; times < 5; times += 1) yield* r.write(fd, letter);
        yield* r.exit(0);
      }
      for (let child = 0; child < 2; child += 1) yield* r.wait();
      yield* r.print((yield* c.stat("/log")).size);
    });
  assert.deepEqual(size(r.O_APPEND), ["10"]);
  assert.deepEqual(size(0), ["5"]);
});

test("open makes, refuses and empties as its flags say", () => {
  const lines = linesOf(function* (): Steps {
    yield* r.print(yield* errnoOf(c.open("/f", r.O_RDWR)), yield* errnoOf(c.open("")), yield* errnoOf(c.open("/")));
    const fd = yield* c.open("/f", create | r.O_EXCL, 0o600);
    yield* r.write(fd, "content");
    yield* r.print(yield* errnoOf(c.open("/f", create | r.O_EXCL)), yield* errnoOf(c.open("/f/", r.O_RDONLY)));
    yield* r.print(yield* errnoOf(c.open("/f/x")), yield* errnoOf(c.open(`/${"x".repeat(256)}`)));
    const reader = yield* c.open("//./f");
    yield* r.print(yield* errnoOf(r.write(reader, "x")), yield* errnoOf(c.ftruncate(reader, 0)));
    yield* c.open("f", r.O_WRONLY | r.O_TRUNC);
    const { type, size, mode } = yield* c.fstat(reader);
    yield* r.print(type, size, mode.toString(8));
    yield* c.unlink("/f");
    yield* r.print(yield* errnoOf(c.unlink("/f")), (yield* c.fstat(reader)).type);
  });
  assert.deepEqual(lines, [
    "ENOENT ENOENT EISDIR",
    "EEXIST ENOTDIR",
    "ENOTDIR ENAMETOOLONG",
    "EBADF EINVAL",
    "file 0 600",
    "ENOENT file",
  ]);
});

test("a lock file made with O_EXCL is made by one of all who try", () => {
  for (let seed = 0; seed < 10; seed += 1) {
    const lines = linesOf(
      function* (): Steps {
        for (let child = 0; child < 3; child += 1) {
          if ((yield* r.fork()) !== 0) continue;
          yield* r.print(yield* errnoOf(c.open("/lock", create | r.O_EXCL)));
          yield* r.exit(0);
        }
        for (let child = 0; child < 3; child += 1) yield* r.wait();
      },
      { seed },
    );
    assert.deepEqual(lines.toSorted(), ["EEXIST", "EEXIST", "no error"]);
  }
});

test("lseek, pread and pwrite: places beyond the end are there, those before the beginning are not", () => {
  const lines = linesOf(function* (): Steps {
    const fd = yield* c.open("/f", create);
    yield* r.print(
      yield* errnoOf(c.lseek(fd, -1)),
      yield* errnoOf(c.lseek(fd, 0, 9)),
      yield* errnoOf(c.pread(fd, 1, -1)),
    );
    yield* r.print(yield* c.lseek(fd, 100), yield* r.write(fd, "x"), (yield* c.pread(fd, 200, 0)).length);
    yield* r.print((yield* r.read(fd, 9)).length, yield* c.lseek(fd, -1, r.SEEK_END));
    const append = yield* c.open("/f", r.O_WRONLY | r.O_APPEND);
    yield* r.write(append, "yy");
    yield* c.pwrite(append, "zz", 0);
    yield* r.print(yield* c.lseek(append, 0, r.SEEK_CUR), yield* c.lseek(append, 0, r.SEEK_END));
    yield* r.print(yield* errnoOf(c.ftruncate(fd, -1)), yield* errnoOf(c.ftruncate(fd, 2 ** 40)));
  });
  assert.deepEqual(lines, ["EINVAL EINVAL EINVAL", "100 1 101", "0 100", "103 105", "EINVAL EFBIG"]);
});

test("what was written is in the page cache, and on the device only after fsync", () => {
  const { kernel, trace } = run(function* (): Steps {
    const fd = yield* c.open("/f", create);
    yield* r.write(fd, "safe");
    yield* c.fsync(fd);
    yield* r.write(fd, " and not");
  });
  const file = kernel.objects.find(({ kind }) => kind === "file");
  assert.ok(file?.kind === "file");
  assert.equal(r.text(file.contents), "safe and not");
  assert.equal(r.text(file.stored), "safe");
  assert.deepEqual(file.dirty, [0]);
  const copies = trace.events.filter((event) => event.kind === "copy");
  assert.deepEqual(
    copies.map(({ from, to, bytes }) => `${from} → ${to}: ${bytes}`),
    ["user → page cache: 4", "page cache → device: 4096", "user → page cache: 8"],
  );
});
