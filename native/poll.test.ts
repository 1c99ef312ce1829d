import assert from "node:assert/strict";
import test from "node:test";
import {
  _exit,
  AF_UNIX,
  clock_gettime,
  CLOCK_MONOTONIC,
  close,
  F_GETFD,
  fcntl,
  FD_CLOEXEC,
  getpid,
  pidfd_open,
  poll,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  read,
  SOCK_CLOEXEC,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  socketpair,
  waitpid,
  write,
} from "./posix.ts";
import { assertFails, startChild, withPipe } from "./testing.ts";

test("poll answers with what is ready, in the order asked", () =>
  withPipe((r, w) => {
    const requests = [
      { fd: r, events: POLLIN },
      { fd: w, events: POLLOUT },
    ];
    assert.deepEqual(poll(requests, 0), [{ fd: w, events: POLLOUT, revents: POLLOUT }]);
    write(w, "x");
    assert.deepEqual(
      poll(requests).map(({ fd, revents }) => [fd, revents]),
      [
        [r, POLLIN],
        [w, POLLOUT],
      ],
    );
  }));

test("poll tells of an end that is gone, and of a descriptor that is not open", () => {
  withPipe((r, w) => {
    close(w);
    assert.equal(poll([{ fd: r, events: POLLIN }], 0)[0]?.revents, POLLHUP);
  });
  withPipe((r, w) => {
    close(r);
    assert.equal(poll([{ fd: w, events: POLLOUT }], 0)[0]?.revents, POLLOUT | POLLERR);
  });
  assert.equal(poll([{ fd: 9999, events: POLLIN }], 0)[0]?.revents, POLLNVAL);
  assert.deepEqual(poll([{ fd: -1, events: POLLIN }], 0), []);
});

test("poll waits for as many milliseconds as it is given", () => {
  const start = clock_gettime(CLOCK_MONOTONIC);
  assert.deepEqual(poll([], 20), []);
  assert.ok(clock_gettime(CLOCK_MONOTONIC) - start >= 20e6);
});

test("poll refuses what is not a list of requests", () => {
  const wrong = (value: unknown) => value as never;
  assert.throws(() => poll(wrong("x"), 0), TypeError);
  assert.throws(() => poll(wrong([3]), 0), { message: "poll: a request must be an object { fd, events }" });
  assert.throws(() => poll(wrong([{ fd: "0", events: 1 }]), 0), TypeError);
  assert.throws(() => poll([], 1.5), RangeError);
  assert.throws(() => poll([], -2), RangeError);
});

test("a pidfd becomes readable when its process has ended", () => {
  const pid = startChild(() => _exit(3));
  const fd = pidfd_open(pid);
  assert.equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
  assert.equal(poll([{ fd, events: POLLIN }])[0]?.revents, POLLIN);
  assert.equal(waitpid(pid)?.exitStatus, 3);
  close(fd);
  assertFails(() => pidfd_open(2 ** 22 + 1), "ESRCH", "pidfd_open");
  assertFails(() => pidfd_open(getpid(), 1), "EINVAL", "pidfd_open");
  assertFails(() => pidfd_open(-1), "EINVAL", "pidfd_open");
});

test("a seqpacket pair keeps messages apart in both directions; a stream pair joins them", () => {
  for (const [type, count] of [
    [SOCK_SEQPACKET, 2],
    [SOCK_STREAM, 5],
  ] as const) {
    const [a, b] = socketpair(AF_UNIX, type | SOCK_CLOEXEC);
    write(a, "ab");
    write(a, "cde");
    assert.equal(read(b, new Uint8Array(16)), count);
    write(b, "back");
    assert.equal(read(a, new Uint8Array(16)), 4);
    close(a);
    close(b);
  }
  assertFails(() => socketpair(2, SOCK_STREAM), "EOPNOTSUPP", "socketpair");
  assertFails(() => socketpair(AF_UNIX, 75), "EINVAL", "socketpair");
});

test("an unknown clock is EINVAL", () => assertFails(() => clock_gettime(9999), "EINVAL", "clock_gettime"));
