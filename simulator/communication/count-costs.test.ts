import assert from "node:assert/strict";
import test from "node:test";
import * as v from "valibot";
import * as r from "../../schema/call.ts";
import { viewSchema } from "../../schema/view.ts";
import * as m from "../memory/index.ts";
import { run } from "../testing.ts";
import * as c from "./index.ts";
import { countCosts, showCosts } from "./index.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;
const data = new Uint8Array(1000);

/** Each passes 1000 bytes from a process to itself. */
const programs: Readonly<Record<string, () => Steps>> = {
  *pipe() {
    const [readEnd, writeEnd] = yield* r.pipe();
    yield* r.write(writeEnd, data);
    yield* r.read(readEnd, 1000);
  },
  *fifo() {
    yield* c.mkfifo("/f");
    const fd = yield* c.open("/f", r.O_RDWR);
    yield* r.write(fd, data);
    yield* r.read(fd, 1000);
  },
  *socket() {
    const [one, other] = yield* c.socketpair(c.AF_UNIX, c.SOCK_STREAM);
    yield* c.send(one, data);
    yield* c.recv(other, 1000);
  },
  *mq() {
    const q = yield* c.mq_open("/q", r.O_RDWR | r.O_CREAT);
    yield* c.mq_send(q, data);
    yield* c.mq_receive(q);
  },
  *msg() {
    const q = yield* c.msgget(c.IPC_PRIVATE);
    yield* c.msgsnd(q, 1, data);
    yield* c.msgrcv(q, 1000);
  },
  *file() {
    const fd = yield* c.open("/data", r.O_RDWR | r.O_CREAT);
    yield* r.write(fd, data);
    yield* c.pread(fd, 1000, 0);
  },
};

for (const [mechanism, program] of Object.entries(programs)) {
  test(`passing 1000 bytes by ${mechanism} is two copies, into the kernel and out of it`, () => {
    const made = run(program);
    const costs = countCosts(made.trace).find((cost) => cost.mechanism === mechanism);
    assert.deepEqual({ copies: costs?.copies, bytes: costs?.bytes }, { copies: 2, bytes: 2000 });
    assert.equal(costs?.modeSwitches, 2 * (costs?.calls ?? Number.NaN));
    v.assert(viewSchema, showCosts(made));
  });
}

/** One message of 4 KiB from a process to its child: a call on each side. */
const passed = new Uint8Array(4096).fill(65);
const pairs: Readonly<Record<string, readonly [open: () => Steps<number[]>, send: (fds: number[]) => Steps, receive: (fds: number[]) => Steps]>> = {
  pipe: [
    function* () { return [...(yield* r.pipe())]; },
    function* ([, writeEnd = -1]) { yield* r.write(writeEnd, passed); },
    function* ([readEnd = -1]) { yield* r.read(readEnd, 4096); },
  ],
  fifo: [
    function* () { yield* c.mkfifo("/f"); return [yield* c.open("/f", r.O_RDWR)]; },
    function* ([fd = -1]) { yield* r.write(fd, passed); },
    function* ([fd = -1]) { yield* r.read(fd, 4096); },
  ],
  socket: [
    function* () { return [...(yield* c.socketpair(c.AF_UNIX, c.SOCK_STREAM))]; },
    function* ([one = -1]) { yield* r.write(one, passed); },
    function* ([, other = -1]) { yield* r.read(other, 4096); },
  ],
  mq: [
    function* () { return [yield* c.mq_open("/q", r.O_CREAT | r.O_RDWR)]; },
    function* ([q = -1]) { yield* c.mq_send(q, passed); },
    function* ([q = -1]) { yield* c.mq_receive(q); },
  ],
  msg: [
    function* () { return [yield* c.msgget(1, c.IPC_CREAT)]; },
    function* ([q = -1]) { yield* c.msgsnd(q, 1, passed); },
    function* ([q = -1]) { yield* c.msgrcv(q, 4096); },
  ],
}; // prettier-ignore

for (const [mechanism, [open, send, receive]] of Object.entries(pairs)) {
  test(`4 KiB from one process to another by ${mechanism}: one copy and two mode switches on each side`, () => {
    const { trace } = run(function* () {
      const fds = yield* open();
      if ((yield* r.fork()) === 0) {
        yield* receive(fds);
        yield* r.exit();
      }
      yield* send(fds);
      yield* r.wait();
    });
    const costs = countCosts(trace).filter((cost) => cost.mechanism === mechanism);
    for (const { copies, bytes, calls, modeSwitches } of costs) {
      assert.deepEqual({ copies, bytes }, { copies: 1, bytes: 4096 });
      assert.equal(modeSwitches, 2 * calls);
    }
    assert.equal(costs.length, 2);
  });
}

test("4 KiB through shared memory: no copy, no call, and a page fault on each side", () => {
  const { trace } = run(function* () {
    const address = yield* m.mmap(null, 4096, m.PROT_READ | m.PROT_WRITE, m.MAP_SHARED | m.MAP_ANONYMOUS);
    if ((yield* r.fork()) === 0) {
      while ((yield* m.peek(address + 4095, 1))[0] === 0);
      yield* m.peek(address, 4096);
      yield* r.exit();
    }
    yield* m.poke(address, passed);
    yield* r.wait();
  });
  const costs = countCosts(trace).filter((cost) => cost.mechanism === "shared memory");
  assert.deepEqual(
    costs.map(({ calls, modeSwitches, copies, bytes }) => ({ calls, modeSwitches, copies, bytes })),
    [100, 101].map(() => ({ calls: 0, modeSwitches: 2, copies: 0, bytes: 0 })),
  );
});

test("4 KiB through a file: a copy into the page cache, one to the device, one out of the cache", () => {
  const { trace } = run(function* () {
    const fd = yield* c.open("/data", r.O_CREAT | r.O_RDWR);
    yield* r.write(fd, passed);
    yield* c.fsync(fd);
    yield* c.pread(fd, 4096, 0);
  });
  const costs = countCosts(trace).filter((cost) => cost.mechanism !== "other");
  assert.deepEqual(costs, [{ pid: 100, mechanism: "file", calls: 4, modeSwitches: 8, copies: 3, bytes: 12_288 }]);
});
