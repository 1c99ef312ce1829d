/** Slow calls that a handler interrupts (signal(7)), and timeouts of calls that are woken for nothing. */
import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../../schema/call.ts";
import * as p from "../index.ts";
import { clockDriver } from "../drivers/clock.ts";
import { fcfs } from "../scheduling/fcfs.ts";
import { errnoOf, linesOf, run } from "../testing.ts";
import * as c from "./index.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;

/** What a call that waits for ever comes to when a handler interrupts it, and how often the handler ran. */
function interrupt(prepare: () => Steps<r.Call>, flags: number): string {
  let told = "";
  run(function* () {
    let handled = 0;
    const call = yield* prepare();
    if ((yield* r.fork()) === 0) {
      yield* p.sigaction("SIGUSR1", {
        flags,
        *handler() {
          handled += 1;
          yield* r.getpid();
        },
      });
      const outcome = yield* errnoOf(call);
      told = `${outcome} after ${handled}`;
      yield* r.exit();
    }
    yield* p.nanosleep(0, 5_000_000);
    yield* r.kill(101, "SIGUSR1");
    yield* p.nanosleep(0, 5_000_000);
    if (told === "") told = "waits again";
    yield* r.kill(101, "SIGKILL");
  });
  return told;
}

function* fill(fd: number): Steps {
  yield* r.fcntl(fd, r.F_SETFL, r.O_RDWR | r.O_NONBLOCK);
  while ((yield* errnoOf(c.send(fd, "x", c.MSG_DONTWAIT))) !== "EAGAIN");
  yield* r.fcntl(fd, r.F_SETFL, r.O_RDWR);
}

const restarting: Readonly<Record<string, () => Steps<r.Call>>> = {
  *"read from a pipe"() {
    return r.read((yield* r.pipe())[0], 1);
  },
  *"open of a FIFO"() {
    yield* c.mkfifo("/f");
    return c.open("/f", r.O_RDONLY);
  },
  *recv() {
    return c.recv((yield* c.socketpair(c.AF_UNIX, c.SOCK_STREAM))[0], 1);
  },
  *send() {
    const [fd] = yield* c.socketpair(c.AF_UNIX, c.SOCK_SEQPACKET);
    yield* fill(fd);
    return c.send(fd, "x");
  },
  *accept() {
    const fd = yield* c.socket(c.AF_UNIX, c.SOCK_STREAM);
    yield* c.bind(fd, "/s");
    yield* c.listen(fd);
    return c.accept(fd);
  },
  *connect() {
    const [listener, one, two] = [yield* c.socket(c.AF_UNIX, 1), yield* c.socket(c.AF_UNIX, 1), yield* c.socket(c.AF_UNIX, 1)]; // prettier-ignore
    yield* c.bind(listener, "/s");
    yield* c.listen(listener, 0);
    yield* c.connect(one, "/s");
    return c.connect(two, "/s");
  },
  *flock() {
    yield* c.flock(yield* c.open("/f", r.O_CREAT), c.LOCK_EX);
    return c.flock(yield* c.open("/f"), c.LOCK_EX);
  },
  *F_SETLKW() {
    const fd = yield* c.open("/f", r.O_CREAT | r.O_RDWR);
    yield* c.fcntl_lock(fd, c.F_SETLK, { type: c.F_WRLCK });
    return c.fcntl_lock(fd, c.F_SETLKW, { type: c.F_WRLCK });
  },
  *mq_receive() {
    return c.mq_receive(yield* c.mq_open("/q", r.O_CREAT | r.O_RDWR));
  },
};
const failing: typeof restarting = {
  *msgrcv() {
    return c.msgrcv(yield* c.msgget(c.IPC_PRIVATE), 1);
  },
  *msgsnd() {
    const id = yield* c.msgget(c.IPC_PRIVATE);
    for (let count = 0; count < 2; count += 1) yield* c.msgsnd(id, 1, new Uint8Array(8192));
    return c.msgsnd(id, 1, "x");
  },
  *epoll_wait() {
    return c.epoll_wait(yield* c.epoll_create1(), 1);
  },
  *poll() {
    return r.poll([{ fd: (yield* r.pipe())[0], events: r.POLLIN }]);
  },
};

for (const [name, prepare] of Object.entries(restarting)) {
  test(`${name}: EINTR after a handler, but begins again with SA_RESTART`, () => {
    assert.equal(interrupt(prepare, 0), "EINTR after 1");
    assert.equal(interrupt(prepare, p.SA_RESTART), "waits again");
  });
}
for (const [name, prepare] of Object.entries(failing)) {
  test(`${name}: EINTR after a handler, even with SA_RESTART`, () => {
    assert.equal(interrupt(prepare, 0), "EINTR after 1");
    assert.equal(interrupt(prepare, p.SA_RESTART), "EINTR after 1");
  });
}

test("a send to a stream that a handler interrupts says how much it has sent", () => {
  const lines = linesOf(function* () {
    const [one] = yield* c.socketpair(c.AF_UNIX, c.SOCK_STREAM);
    if ((yield* r.fork()) === 0) {
      yield* p.sigaction("SIGUSR1", { *handler() {} });
      yield* r.print((yield* c.send(one, new Uint8Array(300_000))) === 219_264);
      yield* r.exit();
    }
    yield* p.nanosleep(0, 5_000_000);
    yield* r.kill(101, "SIGUSR1");
    yield* r.wait();
  });
  assert.deepEqual(lines, ["true"]);
});

test("poll ends when its time is over, though it was woken for nothing in between", () => {
  const { trace } = run(
    function* () {
      const [readEnd, writeEnd] = yield* r.pipe();
      if ((yield* r.fork()) === 0) {
        yield* r.poll([{ fd: readEnd, events: r.POLLIN }], 40);
        yield* r.exit();
      }
      // The other one is woken by each byte, but finds that it is gone.
      for (let count = 0; count < 3; count += 1) {
        yield* p.nanosleep(0, 4_000_000);
        yield* r.write(writeEnd, "x");
        yield* r.read(readEnd, 1);
      }
      yield* r.wait();
    },
    { driver: clockDriver(fcfs()) },
  );
  const began = trace.events.find((event) => event.kind === "block" && event.pid === 101);
  const ended = trace.events.find((event) => event.kind === "return" && event.call === "poll");
  const wakes = trace.events.filter((event) => event.kind === "wake" && event.pid === 101);
  assert.equal(wakes.length, 4);
  assert.equal((ended?.at ?? 0) - (began?.at ?? 0), 41);
});
