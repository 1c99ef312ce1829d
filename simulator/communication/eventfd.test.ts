import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../../schema/call.ts";
import { errnoOf, linesOf } from "../testing.ts";
import * as c from "./index.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;
const toBytes = (count: bigint) => new Uint8Array(new BigUint64Array([count]).buffer);
const toCount = (data: Uint8Array) => String(new DataView(data.buffer).getBigUint64(0, true));

test("a read takes the whole counter, or 1 of a semaphore; at 0 it waits", () => {
  const lines = linesOf(function* (): Steps {
    const all = yield* c.eventfd(3, c.EFD_NONBLOCK);
    yield* r.print(toCount(yield* r.read(all, 8)), yield* errnoOf(r.read(all, 8)), yield* errnoOf(r.read(all, 4)));
    const semaphore = yield* c.eventfd(2, c.EFD_SEMAPHORE);
    if ((yield* r.fork()) === 0) {
      for (let times = 0; times < 3; times += 1) yield* r.print(toCount(yield* r.read(semaphore, 8)));
      yield* r.exit(0);
    }
    yield* r.write(semaphore, toBytes(1n));
    yield* r.wait();
  });
  assert.deepEqual(lines, ["3 EAGAIN EINVAL", "1", "1", "1"]);
});

test("the counter never reaches 2^64 - 1: a write that would waits or is EAGAIN, and the number itself is EINVAL", () => {
  const lines = linesOf(function* (): Steps {
    const fd = yield* c.eventfd(0, c.EFD_NONBLOCK);
    yield* r.print(yield* errnoOf(r.write(fd, "1234")), yield* errnoOf(r.write(fd, toBytes(2n ** 64n - 1n))));
    yield* r.print(yield* r.write(fd, toBytes(2n ** 64n - 2n)), yield* errnoOf(r.write(fd, toBytes(1n))));
  });
  assert.deepEqual(lines, ["EINVAL EINVAL", "8 EAGAIN"]);
});
