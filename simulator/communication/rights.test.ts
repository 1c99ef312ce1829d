import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../../schema/call.ts";
import { errnoOf, linesOf, run } from "../testing.ts";
import * as c from "./index.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;

test("a descriptor that is passed leads to the same open file description in the other process", () => {
  const lines = linesOf(function* (): Steps {
    const [one, other] = yield* c.socketpair(c.AF_UNIX, c.SOCK_STREAM);
    if ((yield* r.fork()) === 0) {
      const { data, descriptors } = yield* c.recvmsg(other, 9, 1);
      yield* r.write(descriptors[0] ?? -1, `${r.text(data)} came with it`);
      yield* r.exit(0);
    }
    const [readEnd, writeEnd] = yield* r.pipe();
    yield* c.sendmsg(one, { data: "it", descriptors: [writeEnd] });
    yield* r.close(writeEnd);
    yield* r.print(r.text(yield* r.read(readEnd, 99)), (yield* r.read(readEnd, 9)).length);
  });
  assert.deepEqual(lines, ["it came with it 0"]);
});

test("a descriptor in flight keeps its file open, and lets go when the message is lost", () => {
  const { ending } = run(function* (): Steps {
    const [one, other] = yield* c.socketpair(c.AF_UNIX, c.SOCK_DGRAM);
    const [readEnd, writeEnd] = yield* r.pipe2(r.O_NONBLOCK);
    yield* c.sendmsg(one, { data: "x", descriptors: [writeEnd] });
    yield* r.close(writeEnd);
    assert.equal(yield* errnoOf(r.read(readEnd, 1)), "EAGAIN");
    yield* r.close(other);
    assert.equal((yield* r.read(readEnd, 1)).length, 0);
  });
  assert.equal(ending, "ended");
});

test("descriptors that a receive has no room for are closed, and it says MSG_CTRUNC", () => {
  const lines = linesOf(function* (): Steps {
    const [one, other] = yield* c.socketpair(c.AF_UNIX, c.SOCK_STREAM);
    const [readEnd, writeEnd] = yield* r.pipe2(r.O_NONBLOCK);
    yield* c.sendmsg(one, { data: "xy", descriptors: [1, writeEnd] });
    yield* r.close(writeEnd);
    const { descriptors, flags } = yield* c.recvmsg(other, 9, 1);
    yield* r.print(descriptors.length, flags === c.MSG_CTRUNC, (yield* r.read(readEnd, 1)).length);
    yield* r.print(yield* errnoOf(c.sendmsg(one, { data: "x", descriptors: [99] })));
  });
  assert.deepEqual(lines, ["1 true 0", "EBADF"]);
});

test("a stream is not read beyond the bytes that descriptors came with", () => {
  const lines = linesOf(function* (): Steps {
    const [one, other] = yield* c.socketpair(c.AF_UNIX, c.SOCK_STREAM);
    yield* c.send(one, "a");
    yield* c.sendmsg(one, { data: "b", descriptors: [1] });
    yield* c.send(one, "c");
    const first = yield* c.recvmsg(other, 9, 4);
    yield* r.print(r.text(first.data), first.descriptors.length, r.text(yield* c.recv(other, 9)));
  });
  assert.deepEqual(lines, ["ab 1 c"]);
});

test("sockets that are in flight only to each other are found and closed", () => {
  const { kernel, ending } = run(function* (): Steps {
    const [one, other] = yield* c.socketpair(c.AF_UNIX, c.SOCK_STREAM);
    const [readEnd, writeEnd] = yield* r.pipe2(r.O_NONBLOCK);
    yield* c.sendmsg(one, { data: "x", descriptors: [other, writeEnd] });
    for (const fd of [writeEnd, other]) yield* r.close(fd);
    yield* r.close(one);
    assert.equal((yield* r.read(readEnd, 1)).length, 0);
  });
  assert.equal(ending, "ended");
  assert.deepEqual(kernel.files.filter((file) => file !== null), []); // prettier-ignore
});
