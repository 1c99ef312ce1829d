import assert from "node:assert/strict";
import { test } from "node:test";
import { exit, fork, print, text, wait } from "../../schema/call.ts";
import { IPC_CREAT, IPC_EXCL, IPC_PRIVATE, IPC_RMID, IPC_STAT } from "../../schema/calls/system-v-constants.ts";
import { errnoOf, linesOf } from "../testing.ts";
import * as m from "./index.ts";
import { endOf } from "./testing.ts";

test("a System V segment is found by its key, attached by many, and gone with its last attachment after IPC_RMID", () => {
  const lines = linesOf(function* () {
    const id = yield* m.shmget(7, 5000, IPC_CREAT);
    yield* print((yield* m.shmget(7, 0)) === id, yield* errnoOf(m.shmget(7, 5000, IPC_CREAT | IPC_EXCL)));
    yield* print(
      yield* errnoOf(m.shmget(7, 9000)),
      yield* errnoOf(m.shmget(8, 1)),
      yield* errnoOf(m.shmget(8, 0, IPC_CREAT)),
    );
    const address = yield* m.shmat(id);
    if ((yield* fork()) === 0) {
      yield* m.poke(address, "both");
      yield* print((yield* m.shmctl(id, IPC_STAT))?.attached);
      yield* exit(0);
    }
    yield* wait();
    yield* m.shmctl(id, IPC_RMID);
    const status = yield* m.shmctl(id, IPC_STAT);
    yield* print(status?.size, status?.attached, status?.removed, text(yield* m.peek(address, 4)));
    yield* print(yield* errnoOf(m.shmget(7, 0)));
    yield* m.shmdt(address);
    yield* print(yield* errnoOf(m.shmat(id)), yield* errnoOf(m.shmctl(id, IPC_STAT)), yield* errnoOf(m.shmdt(address)));
    yield* print((yield* m.shmget(IPC_PRIVATE, 1)) !== (yield* m.shmget(IPC_PRIVATE, 1)));
  });
  assert.deepEqual(lines, [
    "true EEXIST", "EINVAL ENOENT EINVAL", "2", "5000 1 true both", "ENOENT", "EINVAL EINVAL EINVAL", "true",
  ]); // prettier-ignore
});

test("shmat rounds an address down with SHM_RND, and SHM_RDONLY forbids writing", () => {
  const lines = linesOf(function* () {
    const id = yield* m.shmget(IPC_PRIVATE, 10);
    yield* print(yield* errnoOf(m.shmat(id, 0x5000_0001)));
    yield* print((yield* m.shmat(id, 0x5000_0001, m.SHM_RND)) === 0x5000_0000);
    yield* print(yield* errnoOf(m.shmat(id, 0x5000_0000)));
    const address = yield* m.shmat(id, null, m.SHM_RDONLY);
    yield* print(yield* endOf(() => m.poke(address, "x")[Symbol.iterator]()));
  });
  assert.deepEqual(lines, ["EINVAL", "true", "EINVAL", "SIGSEGV"]);
});
