import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import * as r from "../../schema/call.ts";
import { errnoOf, linesOf, run, seeds } from "../testing.ts";
import * as c from "./index.ts";
import { randomDriver } from "../drivers/random.ts";

type Steps<Result = void> = Generator<r.Call, Result, unknown>;
const { AF_UNIX, AF_INET, SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_NONBLOCK } = c;
const home = (port: number) => ({ address: "127.0.0.1", port });
const poll = function* (fd: number, events = r.POLLIN | r.POLLOUT | r.POLLRDHUP): Steps<number> {
  return (yield* r.poll([{ fd, events }], 0))[0]?.revents ?? 0;
};
function* listenAt(address: c.SocketAddress, backlog = 5): Steps<number> {
  const fd = yield* c.socket(typeof address === "string" ? AF_UNIX : AF_INET, SOCK_STREAM);
  yield* c.bind(fd, address);
  yield* c.listen(fd, backlog);
  return fd;
}

test("a stream keeps the bytes and forgets the messages: they arrive in order and strung together", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 12 }),
      (parts, count) => {
        const [line = ""] = linesOf(function* (): Steps {
          const [one, other] = yield* c.socketpair(AF_UNIX, SOCK_STREAM);
          for (const part of parts) yield* c.send(one, part);
          yield* r.close(one);
          const taken: number[] = [];
          for (;;) {
            const data = yield* c.recv(other, count);
            if (data.length === 0) break;
            taken.push(...data);
          }
          yield* r.print(taken.join(","));
        });
        assert.equal(line, [...r.bytes(parts.join(""))].join(","));
      },
    ),
    { numRuns: 40 },
  );
});

test("records and datagrams arrive one by one, and what a receive has no room for is lost", () => {
  for (const type of [SOCK_SEQPACKET, SOCK_DGRAM]) {
    const lines = linesOf(function* (): Steps {
      const [one, other] = yield* c.socketpair(AF_UNIX, type);
      yield* c.send(one, "abcdef");
      yield* c.send(one, "g");
      const { data, flags } = yield* c.recvmsg(other, 3);
      yield* r.print(r.text(data), flags === c.MSG_TRUNC, r.text(yield* r.read(other, 3)));
      yield* c.send(one, "");
      yield* r.print((yield* c.recv(other, 3, c.MSG_DONTWAIT)).length);
    });
    assert.deepEqual(lines, ["abc true g", "0"]);
  }
});

/** What Linux 6.18 was measured to take before EAGAIN: [type, bytes of a send, how many sends, how many bytes]. */
const measured = [
  [SOCK_STREAM, 1, 278, 278], [SOCK_STREAM, 500, 167, 83_500], [SOCK_STREAM, 2000, 49, 98_000], [SOCK_STREAM, 4096, 44, 180_224],
  [SOCK_STREAM, 8192, 24, 196_608], [SOCK_STREAM, 30_000, 7, 210_000], [SOCK_STREAM, 65_536, 4, 233_152], [SOCK_STREAM, 200_000, 2, 236_544],
  [SOCK_SEQPACKET, 4096, 26, 106_496], [SOCK_SEQPACKET, 8192, 13, 106_496], [SOCK_SEQPACKET, 65_536, 4, 262_144], [SOCK_DGRAM, 1, 278, 278],
] as const; // prettier-ignore

test("a UNIX socket takes as many bytes as Linux does, counted with what the kernel needs for each packet", () => {
  for (const [type, size, calls, bytes] of measured) {
    const lines = linesOf(function* (): Steps {
      const [one] = yield* c.socketpair(AF_UNIX, type | SOCK_NONBLOCK);
      let [count, sum] = [0, 0];
      try {
        for (; ; count += 1) sum += yield* c.send(one, new Uint8Array(size));
      } catch (error) {
        yield* r.print(count, sum, (error as { code: string }).code, (yield* poll(one)) & r.POLLOUT);
      }
    });
    assert.deepEqual(lines, [`${calls} ${bytes} EAGAIN 0`], `${size} bytes`);
  }
});

test("a blocking send of more than fits goes on as room appears", () => {
  for (const domain of [AF_UNIX, AF_INET]) {
    for (const seed of seeds.slice(0, 5)) {
      const lines = linesOf(
        function* (): Steps {
          const listener = yield* listenAt(domain === AF_UNIX ? "/tmp/s" : home(2016));
          if ((yield* r.fork()) === 0) {
            const fd = yield* c.socket(domain, SOCK_STREAM);
            yield* c.connect(fd, domain === AF_UNIX ? "/tmp/s" : home(2016));
            yield* r.print("sent", yield* c.send(fd, new Uint8Array(500_000)));
            yield* r.exit(0);
          }
          const fd = yield* c.accept(listener);
          let total = 0;
          for (;;) {
            const { length } = yield* r.read(fd, 50_000);
            if (length === 0) break;
            total += length;
          }
          yield* r.print("received", total);
        },
        { seed },
      );
      assert.deepEqual(lines.toSorted(), ["received 500000", "sent 500000"]);
    }
  }
});

test("a path stays taken when its socket is gone, until it is unlinked; an abstract name and a port do not", () => {
  const lines = linesOf(function* (): Steps {
    for (const address of ["/tmp/s", "\0s", home(2016)]) {
      const domain = typeof address === "string" ? AF_UNIX : AF_INET;
      const first = yield* listenAt(address);
      const second = yield* c.socket(domain, SOCK_STREAM);
      const client = yield* c.socket(domain, SOCK_STREAM);
      const taken = yield* errnoOf(c.bind(second, address));
      yield* r.close(first);
      yield* r.print(taken, yield* errnoOf(c.connect(client, address)), yield* errnoOf(c.bind(second, address)));
    }
    yield* c.unlink("/tmp/s");
    const fd = yield* c.socket(AF_UNIX, SOCK_STREAM);
    yield* r.print(yield* errnoOf(c.connect(fd, "/tmp/s")), yield* errnoOf(c.bind(fd, "/tmp/s")));
  });
  assert.deepEqual(lines, [
    "EADDRINUSE ECONNREFUSED EADDRINUSE",
    "EADDRINUSE ECONNREFUSED no error",
    "EADDRINUSE ECONNREFUSED no error",
    "ENOENT no error",
  ]);
});

test("one more connection than the backlog waits to be accepted; then connect says EAGAIN, or blocks", () => {
  for (const backlog of [0, 1, 2]) {
    const lines = linesOf(function* (): Steps {
      yield* listenAt("/tmp/s", backlog);
      for (let made = 0; ; made += 1) {
        const fd = yield* c.socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK);
        const errno = yield* errnoOf(c.connect(fd, "/tmp/s"));
        if (errno === "no error") continue;
        yield* r.print(made, errno);
        break;
      }
    });
    assert.deepEqual(lines, [`${backlog + 1} EAGAIN`]);
  }
  const { ending, blocked } = run(function* (): Steps {
    yield* listenAt(home(2016), 0);
    for (let times = 0; times < 2; times += 1) yield* c.connect(yield* c.socket(AF_INET, SOCK_STREAM), home(2016));
  });
  assert.equal(ending, "deadlock");
  assert.match(blocked[0]?.why ?? "", /1 connections wait to be accepted/);
});

test("what an unconnected socket does depends on its kind, as on Linux", () => {
  const lines = linesOf(function* (): Steps {
    yield* r.sigaction("SIGPIPE", "SIG_IGN");
    for (const [domain, type] of [[AF_UNIX, SOCK_STREAM], [AF_UNIX, SOCK_SEQPACKET], [AF_UNIX, SOCK_DGRAM], [AF_INET, SOCK_STREAM], [AF_INET, SOCK_DGRAM]] as const) {
      const fd = yield* c.socket(domain, type);
      const errors = [
        yield* errnoOf(c.recv(fd, 9, c.MSG_DONTWAIT)),
        yield* errnoOf(c.send(fd, "x")),
        yield* errnoOf(c.accept(fd)),
        yield* errnoOf(c.getpeername(fd)),
      ];
      yield* r.print(...errors, (yield* poll(fd)).toString(16), yield* errnoOf(c.shutdown(fd, c.SHUT_WR)));
    }
    yield* r.print(yield* errnoOf(c.socket(77, SOCK_STREAM)), yield* errnoOf(c.socket(AF_INET, SOCK_SEQPACKET)));
    yield* r.print(yield* errnoOf(c.socketpair(AF_INET, SOCK_STREAM)), yield* errnoOf(c.listen(1)), yield* errnoOf(c.listen(99)));
  }); // prettier-ignore
  assert.deepEqual(lines, [
    "EINVAL ENOTCONN EINVAL ENOTCONN 14 no error",
    "ENOTCONN ENOTCONN EINVAL ENOTCONN 14 no error",
    "EAGAIN ENOTCONN EOPNOTSUPP ENOTCONN 4 no error",
    "ENOTCONN EPIPE EINVAL ENOTCONN 14 ENOTCONN",
    "EAGAIN EDESTADDRREQ EOPNOTSUPP ENOTCONN 4 ENOTCONN",
    "EAFNOSUPPORT ESOCKTNOSUPPORT",
    "EOPNOTSUPP ENOTSOCK EBADF",
  ]);
});

test("closing with unread data resets the connection: ECONNRESET once, after what had arrived", () => {
  const program = (type: number) =>
    linesOf(function* (): Steps {
      yield* r.sigaction("SIGPIPE", "SIG_IGN");
      const [one, other] = yield* c.socketpair(AF_UNIX, type);
      yield* r.write(other, "reply");
      yield* r.write(one, "unread");
      yield* r.close(other);
      yield* r.print((yield* poll(one)).toString(16), yield* errnoOf(r.write(one, "x")));
      for (let times = 0; times < 3; times += 1) yield* r.print(yield* errnoOf(r.read(one, 9)));
    });
  assert.deepEqual(program(SOCK_STREAM), ["201d EPIPE", "no error", "ECONNRESET", "no error"]);
  // A record socket looks at its error before it sends.
  assert.deepEqual(program(SOCK_SEQPACKET), ["201d ECONNRESET", "no error", "no error", "no error"]);
});

test("TCP learns that the other end is gone by sending: the first send succeeds, the next is EPIPE", () => {
  const lines = linesOf(function* (): Steps {
    yield* r.sigaction("SIGPIPE", "SIG_IGN");
    const listener = yield* listenAt(home(2016));
    const one = yield* c.socket(AF_INET, SOCK_STREAM);
    yield* c.connect(one, home(2016));
    const other = yield* c.accept(listener);
    yield* r.write(other, "abc");
    yield* r.close(other);
    yield* r.print((yield* poll(one, r.POLLIN | r.POLLOUT)).toString(16), yield* r.write(one, "x"));
    yield* r.print((yield* poll(one, r.POLLIN | r.POLLOUT)).toString(16));
    yield* r.print(r.text(yield* r.read(one, 9)), (yield* r.read(one, 9)).length, yield* errnoOf(r.write(one, "x")));
    const two = yield* c.socket(AF_INET, SOCK_STREAM);
    yield* c.connect(two, home(2016));
    const three = yield* c.accept(listener);
    yield* r.write(two, "unread");
    yield* r.close(three);
    yield* r.print(yield* errnoOf(r.write(two, "x")), yield* errnoOf(r.write(two, "x")));
  });
  assert.deepEqual(lines, ["5 1", "1d", "abc 0 EPIPE", "ECONNRESET EPIPE"]);
});

test("shutdown ends one direction: the other end reads to the end and may still send", () => {
  const lines = linesOf(function* (): Steps {
    yield* r.sigaction("SIGPIPE", "SIG_IGN");
    const [one, other] = yield* c.socketpair(AF_UNIX, SOCK_STREAM);
    yield* r.write(one, "last");
    yield* c.shutdown(one, c.SHUT_WR);
    yield* r.print(
      r.text(yield* r.read(other, 9)),
      (yield* r.read(other, 9)).length,
      yield* errnoOf(r.write(one, "x")),
    );
    yield* r.print((yield* poll(other)).toString(16), yield* r.write(other, "x"));
    yield* c.shutdown(one, c.SHUT_RD);
    yield* r.print((yield* poll(one)).toString(16), yield* errnoOf(r.write(other, "x")));
    yield* r.print(yield* errnoOf(c.shutdown(one, 9)));
  });
  assert.deepEqual(lines, ["last 0 EPIPE", "2005 1", "2015 EPIPE", "EINVAL"]);
});

test("SIGPIPE ends who writes to nobody, unless MSG_NOSIGNAL asks for the error alone", () => {
  const lines = linesOf(function* (): Steps {
    if ((yield* r.fork()) === 0) {
      const [one, other] = yield* c.socketpair(AF_UNIX, SOCK_STREAM);
      yield* r.close(other);
      yield* r.print(yield* errnoOf(c.send(one, "x", c.MSG_NOSIGNAL)));
      yield* c.send(one, "x");
    }
    yield* r.print((yield* r.wait()).termSignal);
  });
  assert.deepEqual(lines, ["EPIPE", "SIGPIPE"]);
});

test("closing a listening socket resets the connections that nobody accepted", () => {
  for (const address of ["/tmp/s", home(2016)]) {
    const lines = linesOf(function* (): Steps {
      const listener = yield* listenAt(address);
      const fd = yield* c.socket(typeof address === "string" ? AF_UNIX : AF_INET, SOCK_STREAM);
      yield* c.connect(fd, address);
      yield* r.close(listener);
      yield* r.print(yield* errnoOf(r.read(fd, 9)), (yield* r.read(fd, 9)).length);
    });
    assert.deepEqual(lines, ["ECONNRESET 0"]);
  }
});

test("a datagram says whom it comes from; a full queue holds senders up at the eleventh", () => {
  const lines = linesOf(function* (): Steps {
    const receiver = yield* c.socket(AF_UNIX, SOCK_DGRAM);
    yield* c.bind(receiver, "/tmp/r");
    const sender = yield* c.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK);
    yield* c.bind(sender, "\0sender");
    let count = 0;
    for (; (yield* errnoOf(c.sendto(sender, "x", "/tmp/r"))) === "no error"; count += 1);
    yield* r.print(count, (yield* c.recvfrom(receiver, 9)).from === "\0sender");
    const stranger = yield* c.socket(AF_UNIX, SOCK_DGRAM);
    yield* c.connect(receiver, "\0sender");
    yield* r.print(
      yield* errnoOf(c.sendto(stranger, "x", "/tmp/r")),
      yield* errnoOf(c.sendto(stranger, "x", "/tmp/none")),
    );
  });
  assert.deepEqual(lines, ["11 true", "EPERM ENOENT"]);
});

test("UDP sends to nobody without complaint, and hears of it afterwards if it is connected", () => {
  const lines = linesOf(function* (): Steps {
    const one = yield* c.socket(AF_INET, SOCK_DGRAM);
    yield* r.print(yield* c.sendto(one, "x", home(2999)), yield* c.sendto(one, "x", home(2999)));
    yield* c.connect(one, home(2999));
    const errors: string[] = [];
    for (let times = 0; times < 3; times += 1) errors.push(yield* errnoOf(c.send(one, "x")));
    yield* r.print(
      ...errors,
      yield* errnoOf(c.recv(one, 1, c.MSG_DONTWAIT)),
      yield* errnoOf(c.recv(one, 1, c.MSG_DONTWAIT)),
    );
    yield* r.print(yield* errnoOf(c.sendto(one, new Uint8Array(65_508), home(2999))));
  });
  assert.deepEqual(lines, ["1 1", "no error ECONNREFUSED no error ECONNREFUSED EAGAIN", "EMSGSIZE"]);
});

test("ports: one socket each, 0 means any free one, and UDP has ports of its own", () => {
  const lines = linesOf(function* (): Steps {
    const fds = [];
    for (let times = 0; times < 5; times += 1) fds.push(yield* c.socket(AF_INET, SOCK_STREAM));
    const [one = 0, two = 0, three = 0, four = 0] = fds;
    const datagrams = yield* c.socket(AF_INET, SOCK_DGRAM);
    yield* c.bind(one, home(2016));
    yield* r.print(
      yield* errnoOf(c.bind(two, home(2016))),
      yield* errnoOf(c.bind(two, { address: "0.0.0.0", port: 2016 })),
    );
    yield* r.print(
      yield* errnoOf(c.bind(two, { address: "127.0.0.2", port: 2016 })),
      yield* errnoOf(c.bind(datagrams, home(2016))),
    );
    yield* c.bind(three, home(0));
    yield* r.print(JSON.stringify(yield* c.getsockname(three)), yield* errnoOf(c.bind(three, home(1))));
    yield* r.print(
      yield* errnoOf(c.bind(four, { address: "192.0.2.1", port: 1 })),
      yield* errnoOf(c.connect(four, { address: "192.0.2.1", port: 1 })),
    );
  });
  assert.deepEqual(lines, [
    "EADDRINUSE EADDRINUSE",
    "no error no error",
    '{"address":"127.0.0.1","port":32768} EINVAL',
    "EADDRNOTAVAIL ENETUNREACH",
  ]);
});

test("a TCP connect that does not wait is in progress, then done, then EISCONN", () => {
  const lines = linesOf(function* (): Steps {
    yield* listenAt(home(2016), 5);
    const fd = yield* c.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
    for (let times = 0; times < 3; times += 1) yield* r.print(yield* errnoOf(c.connect(fd, home(2016))));
    const nobody = yield* c.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
    yield* r.print(yield* errnoOf(c.connect(nobody, home(2999))), yield* c.getsockopt(nobody, c.SO_ERROR));
  });
  assert.deepEqual(lines, ["EINPROGRESS", "no error", "EISCONN", "EINPROGRESS 111"]);
});

test("SO_PEERCRED names who made the connection", () => {
  const lines = linesOf(function* (): Steps {
    const listener = yield* listenAt("/tmp/s");
    if ((yield* r.fork()) === 0) {
      const fd = yield* c.socket(AF_UNIX, SOCK_STREAM);
      yield* c.connect(fd, "/tmp/s");
      yield* r.print("server", (yield* c.getpeercred(fd)).pid);
      yield* r.exit(0);
    }
    const fd = yield* c.accept(listener);
    yield* r.print("client", (yield* c.getpeercred(fd)).pid, (yield* c.getpeercred(listener)).pid);
    yield* r.wait();
  });
  assert.deepEqual(lines.toSorted(), ["client 101 0", "server 100"]);
});

test("in what POSIX permits a datagram of UDP can be lost and can overtake; on Linux's loopback it is not", () => {
  const outcomes = (permitted: boolean) =>
    new Set(
      seeds.map((seed) =>
        linesOf(
          function* (): Steps {
            const receiver = yield* c.socket(AF_INET, SOCK_DGRAM);
            yield* c.bind(receiver, home(2016));
            const sender = yield* c.socket(AF_INET, SOCK_DGRAM);
            for (const text of "abc") yield* c.sendto(sender, text, home(2016));
            let got = "";
            while ((yield* r.poll([{ fd: receiver, events: r.POLLIN }], 0)).length > 0)
              got += r.text(yield* c.recv(receiver, 9));
            yield* r.print(got);
          },
          { driver: randomDriver(seed, { permitted }) },
        ).join(),
      ),
    );
  assert.deepEqual([...outcomes(false)], ["abc"]);
  const permitted = outcomes(true);
  assert.ok(permitted.has("abc") && [...permitted].some((got) => got.length < 3) && permitted.has("acb"));
});
