import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../../schema/call.ts";
import { errnoOf, linesOf, run, seeds } from "../testing.ts";
import * as c from "./index.ts";
import { randomDriver } from "../drivers/random.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;
const { EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD, EPOLLIN, EPOLLOUT, EPOLLET, EPOLLRDHUP } = c;

function* look(epfd: number): Steps<string> {
  const events = yield* c.epoll_wait(epfd, 8, 0);
  return events.map((event) => event.events.toString(16)).join() || "-";
}

test("a level is reported as long as it lasts, an edge once for each write", () => {
  const lines = linesOf(function* (): Steps {
    for (const mode of [0, EPOLLET]) {
      const epfd = yield* c.epoll_create1();
      const [readEnd, writeEnd] = yield* r.pipe();
      yield* c.epoll_ctl(epfd, EPOLL_CTL_ADD, readEnd, EPOLLIN + mode);
      const seen = [yield* look(epfd)];
      yield* r.write(writeEnd, "abcd");
      seen.push(yield* look(epfd), yield* look(epfd));
      yield* r.read(readEnd, 1);
      seen.push(yield* look(epfd));
      yield* r.write(writeEnd, "e");
      seen.push(yield* look(epfd));
      yield* c.epoll_ctl(epfd, EPOLL_CTL_MOD, readEnd, EPOLLIN + mode);
      seen.push(yield* look(epfd));
      yield* r.close(writeEnd);
      seen.push(yield* look(epfd), yield* look(epfd));
      yield* r.print(seen.join(" "));
    }
  });
  assert.deepEqual(lines, ["- 1 1 1 1 1 11 11", "- 1 - - 1 1 11 -"]);
});

test("an edge of a socket reports all that it is ready for, and one's own reads and writes are no edges", () => {
  const lines = linesOf(function* (): Steps {
    const epfd = yield* c.epoll_create1();
    const [one, other] = yield* c.socketpair(c.AF_UNIX, c.SOCK_STREAM);
    yield* c.epoll_ctl(epfd, EPOLL_CTL_ADD, one, EPOLLIN + EPOLLOUT + EPOLLRDHUP + EPOLLET);
    const seen = [yield* look(epfd)];
    yield* r.write(other, "abcd");
    seen.push(yield* look(epfd), yield* look(epfd));
    yield* r.read(one, 2);
    seen.push(yield* look(epfd));
    yield* r.write(one, "x");
    seen.push(yield* look(epfd));
    yield* r.read(other, 1);
    seen.push(yield* look(epfd));
    yield* c.shutdown(other, c.SHUT_WR);
    seen.push(yield* look(epfd));
    yield* r.close(other);
    yield* r.print(seen.join(" "), yield* look(epfd));
  });
  assert.deepEqual(lines, ["4 5 - - - 5 2005 2015"]);
});

test("the missed edge: who reads only a part and waits for the next edge waits for ever", () => {
  const { ending, blocked } = run(function* (): Steps {
    const epfd = yield* c.epoll_create1();
    const [readEnd, writeEnd] = yield* r.pipe();
    yield* c.epoll_ctl(epfd, EPOLL_CTL_ADD, readEnd, EPOLLIN + EPOLLET);
    yield* r.write(writeEnd, "two parts");
    for (;;) {
      yield* c.epoll_wait(epfd, 1);
      yield* r.read(readEnd, 4);
    }
  });
  assert.equal(ending, "deadlock");
  assert.equal(blocked[0]?.on, "epoll 1");
});

test("results come in the order of the ready list, and each level goes to its end: everybody gets a turn", () => {
  const lines = linesOf(function* (): Steps {
    const epfd = yield* c.epoll_create1();
    const pipes: (readonly [number, number])[] = [];
    for (let index = 0; index < 3; index += 1) {
      const ends = yield* r.pipe();
      pipes.push(ends);
      yield* c.epoll_ctl(epfd, EPOLL_CTL_ADD, ends[0], EPOLLIN, index);
    }
    for (const index of [2, 0, 1]) yield* r.write(pipes[index]?.[1] ?? -1, "x");
    yield* r.print(...(yield* c.epoll_wait(epfd, 8)).map(({ data }) => data));
    const turns: number[] = [];
    for (let times = 0; times < 5; times += 1) turns.push(...(yield* c.epoll_wait(epfd, 1)).map(({ data }) => data));
    yield* r.print(...turns);
  });
  assert.deepEqual(lines, ["2 0 1", "2 0 1 2 0"]);
});

test("EPOLLONESHOT reports once until it is armed again", () => {
  const lines = linesOf(function* (): Steps {
    const epfd = yield* c.epoll_create1();
    const [readEnd, writeEnd] = yield* r.pipe();
    yield* c.epoll_ctl(epfd, EPOLL_CTL_ADD, readEnd, EPOLLIN + c.EPOLLONESHOT);
    yield* r.write(writeEnd, "x");
    const seen = [yield* look(epfd), yield* look(epfd)];
    yield* r.write(writeEnd, "y");
    seen.push(yield* look(epfd));
    yield* c.epoll_ctl(epfd, EPOLL_CTL_MOD, readEnd, EPOLLIN + c.EPOLLONESHOT);
    yield* r.print(...seen, yield* look(epfd));
  });
  assert.deepEqual(lines, ["1 - - 1"]);
});

test("a registration lasts as long as the open file description, whatever becomes of the descriptor", () => {
  const lines = linesOf(function* (): Steps {
    const epfd = yield* c.epoll_create1();
    const [readEnd, writeEnd] = yield* r.pipe();
    yield* c.epoll_ctl(epfd, EPOLL_CTL_ADD, readEnd, EPOLLIN);
    yield* r.write(writeEnd, "x");
    const copy = yield* r.fcntl(readEnd, r.F_DUPFD, 0);
    yield* r.close(readEnd);
    yield* r.print(yield* look(epfd), yield* errnoOf(c.epoll_ctl(epfd, EPOLL_CTL_DEL, readEnd)));
    yield* r.close(copy);
    yield* r.print(yield* look(epfd));
  });
  assert.deepEqual(lines, ["1 EBADF", "-"]);
});

test("errors of epoll are Linux's", () => {
  const lines = linesOf(function* (): Steps {
    const epfd = yield* c.epoll_create1();
    const [readEnd] = yield* r.pipe();
    const file = yield* c.open("/f", r.O_RDWR | r.O_CREAT);
    const add = (fd: number, events = EPOLLIN) => errnoOf(c.epoll_ctl(epfd, EPOLL_CTL_ADD, fd, events));
    yield* r.print(yield* add(file), yield* add(epfd), yield* add(99), yield* add(readEnd), yield* add(readEnd));
    const [other] = yield* r.pipe();
    const control = (operation: number) => errnoOf(c.epoll_ctl(epfd, operation, other, EPOLLIN));
    yield* r.print(yield* control(9), yield* control(EPOLL_CTL_MOD), yield* control(EPOLL_CTL_DEL));
    yield* r.print(yield* errnoOf(c.epoll_wait(epfd, 0)), yield* errnoOf(c.epoll_wait(readEnd, 1)));
    const outer = yield* c.epoll_create1();
    yield* c.epoll_ctl(outer, EPOLL_CTL_ADD, epfd, EPOLLIN);
    yield* r.print(yield* add(outer), yield* errnoOf(c.epoll_ctl(epfd, EPOLL_CTL_MOD, readEnd, c.EPOLLEXCLUSIVE)));
    yield* r.print(yield* errnoOf(r.read(epfd, 1)), yield* errnoOf(r.write(epfd, "x")));
  });
  assert.deepEqual(lines, [
    "EPERM EINVAL EBADF no error EEXIST",
    "EINVAL ENOENT ENOENT",
    "EINVAL EINVAL",
    "ELOOP EINVAL",
    "EINVAL EINVAL",
  ]);
});

test("epoll_wait wakes one of those who wait, gives up after its time, and can itself be polled", () => {
  const { ending, output } = run(function* (): Steps {
    const epfd = yield* c.epoll_create1();
    const [readEnd, writeEnd] = yield* r.pipe();
    yield* c.epoll_ctl(epfd, EPOLL_CTL_ADD, readEnd, EPOLLIN + EPOLLET);
    for (let child = 0; child < 2; child += 1) {
      if ((yield* r.fork()) !== 0) continue;
      yield* r.print((yield* c.epoll_wait(epfd, 1, 100)).length);
      yield* r.exit(0);
    }
    for (let calls = 0; calls < 20; calls += 1) yield* r.getpid();
    yield* r.write(writeEnd, "x");
    for (let child = 0; child < 2; child += 1) yield* r.wait();
    yield* r.write(writeEnd, "y");
    yield* r.print((yield* r.poll([{ fd: epfd, events: r.POLLIN }], -1)).length);
  });
  assert.equal(ending, "ended");
  assert.equal(output, "1\n0\n1\n");
});

test("EPOLLEXCLUSIVE wakes one of several epolls that watch a listening socket; without it all wake", () => {
  const woken = (flag: number) => {
    const { trace } = run(function* (): Steps {
      const listener = yield* c.socket(c.AF_UNIX, c.SOCK_STREAM);
      yield* c.bind(listener, "/tmp/s");
      yield* c.listen(listener, 5);
      for (let child = 0; child < 3; child += 1) {
        if ((yield* r.fork()) !== 0) continue;
        const epfd = yield* c.epoll_create1();
        yield* c.epoll_ctl(epfd, EPOLL_CTL_ADD, listener, EPOLLIN + flag);
        yield* c.epoll_wait(epfd, 1);
        yield* r.exit(0);
      }
      for (let calls = 0; calls < 40; calls += 1) yield* r.getpid();
      yield* c.connect(yield* c.socket(c.AF_UNIX, c.SOCK_STREAM), "/tmp/s");
    });
    return trace.events.filter(({ kind, why }) => kind === "wake" && why === "somebody has connected").length;
  };
  assert.equal(woken(0), 3);
  assert.equal(woken(c.EPOLLEXCLUSIVE), 1);
});

test("nobody promises an order: what is permitted rotates the ready list, Linux keeps it", () => {
  const orders = (permitted: boolean) =>
    new Set(
      seeds.map((seed) =>
        linesOf(
          function* (): Steps {
            const epfd = yield* c.epoll_create1();
            for (let index = 0; index < 3; index += 1) {
              yield* c.epoll_ctl(epfd, EPOLL_CTL_ADD, yield* c.eventfd(1), EPOLLIN, index);
            }
            yield* r.print((yield* c.epoll_wait(epfd, 8)).map(({ data }) => data).join(""));
          },
          { driver: randomDriver(seed, { permitted }) },
        ).join(),
      ),
    );
  assert.deepEqual([...orders(false)], ["012"]);
  assert.deepEqual([...orders(true)].toSorted(), ["012", "120", "201"]);
});

test("poll and select work over sockets, queues and counters", () => {
  const lines = linesOf(function* (): Steps {
    const [one, other] = yield* c.socketpair(c.AF_UNIX, c.SOCK_STREAM);
    const queue = yield* c.mq_open("/q", r.O_RDWR | r.O_CREAT);
    const counter = yield* c.eventfd();
    if ((yield* r.fork()) === 0) {
      yield* c.mq_send(queue, "x");
      yield* r.exit(0);
    }
    const requests = [one, queue, counter].map((fd) => ({ fd, events: r.POLLIN }));
    yield* r.print((yield* r.poll(requests, -1)).map(({ fd }) => fd === queue).join());
    yield* r.write(other, "x");
    const { readable, writable } = yield* c.select([one, counter], [other]);
    yield* r.print(readable.length, readable[0] === one, writable[0] === other);
  });
  assert.deepEqual(lines, ["true", "1 true true"]);
});
