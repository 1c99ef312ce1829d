import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../../schema/call.ts";
import { errnoOf, linesOf } from "../testing.ts";
import * as c from "./index.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;
const got = ({ type, data }: { readonly type: number; readonly data: Uint8Array }) => `${type}${r.text(data)}`;

test("a receiver chooses by type: 0 the oldest, a type, the lowest type up to one, or all but one", () => {
  const lines = linesOf(function* (): Steps {
    const q = yield* c.msgget(c.IPC_PRIVATE, c.IPC_CREAT);
    for (const [type, text] of [[5, "a"], [2, "b"], [9, "c"], [2, "d"]] as const) yield* c.msgsnd(q, type, text); // prettier-ignore
    yield* r.print(got(yield* c.msgrcv(q, 9, -5)), got(yield* c.msgrcv(q, 9, 9)));
    yield* r.print(got(yield* c.msgrcv(q, 9, 2, c.MSG_EXCEPT)), got(yield* c.msgrcv(q, 9)));
    yield* r.print(yield* errnoOf(c.msgrcv(q, 9, 77, c.IPC_NOWAIT)));
  });
  assert.deepEqual(lines, ["2b 9c", "5a 2d", "ENOMSG"]);
});

test("keys find queues: IPC_CREAT, IPC_EXCL, IPC_PRIVATE, and IPC_RMID makes the identifier invalid", () => {
  const lines = linesOf(function* (): Steps {
    yield* r.print(yield* errnoOf(c.msgget(77)));
    const q = yield* c.msgget(77, c.IPC_CREAT);
    yield* r.print((yield* c.msgget(77)) === q, yield* errnoOf(c.msgget(77, c.IPC_CREAT | c.IPC_EXCL)));
    yield* r.print((yield* c.msgget(c.IPC_PRIVATE)) === (yield* c.msgget(c.IPC_PRIVATE)));
    yield* c.msgctl(q, c.IPC_RMID);
    yield* r.print(yield* errnoOf(c.msgrcv(q, 9)), yield* errnoOf(c.msgctl(q, c.IPC_RMID)));
    yield* r.print((yield* c.msgget(77, c.IPC_CREAT)) === q);
  });
  assert.deepEqual(lines, ["ENOENT", "true EEXIST", "false", "EINVAL EINVAL", "false"]);
});

test("sizes: EINVAL for a message too long or without a type, EAGAIN for a full queue, E2BIG unless MSG_NOERROR cuts", () => {
  const lines = linesOf(function* (): Steps {
    const q = yield* c.msgget(c.IPC_PRIVATE, c.IPC_CREAT);
    yield* r.print(yield* errnoOf(c.msgsnd(q, 0, "x")), yield* errnoOf(c.msgsnd(q, 1, new Uint8Array(8193))));
    for (let times = 0; times < 2; times += 1) yield* c.msgsnd(q, 1, new Uint8Array(8192), c.IPC_NOWAIT);
    yield* r.print(yield* errnoOf(c.msgsnd(q, 1, "x", c.IPC_NOWAIT)), yield* errnoOf(c.msgsnd(q, 1, "", c.IPC_NOWAIT)));
    yield* r.print(yield* errnoOf(c.msgrcv(q, 10, 0, c.IPC_NOWAIT)));
    yield* r.print((yield* c.msgrcv(q, 10, 0, c.MSG_NOERROR)).data.length);
    const { qnum, cbytes, qbytes } = (yield* c.msgctl(q, c.IPC_STAT)) ?? {};
    yield* r.print(qnum, cbytes, qbytes);
  });
  assert.deepEqual(lines, ["EINVAL EINVAL", "EAGAIN no error", "E2BIG", "10", "2 8192 16384"]);
});

test("those who wait when a queue is removed get EIDRM", () => {
  const lines = linesOf(function* (): Steps {
    const q = yield* c.msgget(c.IPC_PRIVATE, c.IPC_CREAT);
    if ((yield* r.fork()) === 0) {
      yield* r.print(yield* errnoOf(c.msgrcv(q, 9)));
      yield* r.exit(0);
    }
    for (let calls = 0; calls < 8; calls += 1) yield* r.getpid();
    yield* c.msgctl(q, c.IPC_RMID);
    yield* r.wait();
  });
  assert.deepEqual(lines, ["EIDRM"]);
});

test("a message is handed to the receiver that waits for its type", () => {
  const lines = linesOf(function* (): Steps {
    const q = yield* c.msgget(c.IPC_PRIVATE, c.IPC_CREAT);
    for (const type of [1, 2]) {
      if ((yield* r.fork()) !== 0) continue;
      yield* r.print("worker", type, got(yield* c.msgrcv(q, 9, type)));
      yield* r.exit(0);
    }
    for (let calls = 0; calls < 8; calls += 1) yield* r.getpid();
    yield* c.msgsnd(q, 2, "two");
    yield* c.msgsnd(q, 1, "one");
    for (let child = 0; child < 2; child += 1) yield* r.wait();
  });
  assert.deepEqual(lines.toSorted(), ["worker 1 1one", "worker 2 2two"]);
});
