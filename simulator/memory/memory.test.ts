import assert from "node:assert/strict";
import { test } from "node:test";
import {
  exit,
  fork,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  pipe,
  print,
  read,
  text,
  wait,
  write,
} from "../../schema/call.ts";
import { SIG_BLOCK, sigaction, sigprocmask } from "../index.ts";
import { open, pread } from "../../schema/calls/communication.ts";
import "../communication/index.ts";
import { errnoOf, linesOf, run } from "../testing.ts";
import * as m from "./index.ts";
import { replacePages } from "./replacement.ts";
import { endOf } from "./testing.ts";

const PAGE = 4096;
const READ_WRITE = m.PROT_READ | m.PROT_WRITE;
const shared = (length = PAGE) => m.mmap(null, length, READ_WRITE, m.MAP_SHARED | m.MAP_ANONYMOUS);

test("memory begins as zeros, and holds what was written across pages", () => {
  const lines = linesOf(function* () {
    const address = yield* m.mmap(null, 2 * PAGE);
    yield* print((yield* m.peek(address, 3)).join());
    yield* m.poke(address + PAGE - 2, "four");
    yield* print(text(yield* m.peek(address + PAGE - 2, 4)));
    yield* m.pokeWord(address + 8, -7);
    yield* print(yield* m.peekWord(address + 8));
  });
  assert.deepEqual(lines, ["0,0,0", "four", "-7"]);
});

test("after fork a private page is copied by who writes first, and its last owner writes without a copy", () => {
  const made = run(function* () {
    const address = yield* m.mmap(null, PAGE);
    yield* m.poke(address, "parent");
    if ((yield* fork()) === 0) {
      yield* m.poke(address, "child");
      yield* exit(0);
    }
    yield* wait();
    yield* m.poke(address + 6, "!");
    yield* print(text(yield* m.peek(address, 7)));
  });
  assert.equal(made.output, "parent!\n");
  const faults = made.trace.events.filter((event) => event.kind === "fault");
  assert.deepEqual(
    faults.map(({ pid, cause, frame }) => [pid, cause, frame]),
    [
      [100, "demand", 0],
      [101, "copy-on-write", 1],
      [100, "copy-on-write", 0],
    ],
  );
  assert.match(faults[2]?.why ?? "", /nobody else has it any more: nothing is copied/);
  assert.equal(made.trace.events.filter(({ kind }) => kind === "copy").length, 1);
});

test("a shared mapping is one frame for all: what the child writes the parent reads", () => {
  const made = run(function* () {
    const address = yield* shared();
    yield* m.pokeWord(address, 41);
    if ((yield* fork()) === 0) {
      yield* m.pokeWord(address, 42);
      yield* exit(0);
    }
    yield* wait();
    yield* print(yield* m.peekWord(address));
  });
  assert.equal(made.output, "42\n");
  const frames = made.trace.events.flatMap((event) => (event.kind === "fault" ? [event.frame] : []));
  assert.deepEqual(frames, [0]);
});

test("two processes map one object at different addresses, so that only offsets mean the same in both", () => {
  const lines = linesOf(function* () {
    const fd = yield* m.shm_open("/board", O_CREAT | O_RDWR);
    yield* m.ftruncate(fd, PAGE);
    if ((yield* fork()) === 0) {
      const address = yield* m.mmap(null, PAGE, READ_WRITE, m.MAP_SHARED, fd, 0);
      yield* m.poke(address + 16, "chalk");
      yield* print(address.toString(16));
      yield* exit(0);
    }
    yield* wait();
    const address = yield* m.mmap(null, PAGE, m.PROT_READ, m.MAP_SHARED, fd, 0);
    yield* print(address.toString(16), text(yield* m.peek(address + 16, 5)));
  });
  assert.deepEqual(lines, ["41000000", "40000000 chalk"]);
});

test("an access without a mapping, or against its protection, ends the process by SIGSEGV", () => {
  const made = run(function* () {
    const address = yield* m.mmap(null, PAGE, m.PROT_READ);
    yield* print(yield* endOf(() => m.poke(address, "x")[Symbol.iterator]()));
    yield* print(yield* endOf(function* () { yield* m.peek(address + PAGE, 1) }));
    yield* print(yield* endOf(function* () { yield* m.peek(0, 1) }));
    yield* m.mprotect(address, PAGE, READ_WRITE);
    yield* print(yield* endOf(() => m.poke(address, "x")[Symbol.iterator]()));
    yield* m.mprotect(address, PAGE, m.PROT_NONE);
    yield* print(yield* endOf(function* () { yield* m.peek(address, 1) }));
  }); // prettier-ignore
  assert.deepEqual(made.output.split("\n").slice(0, -1), ["SIGSEGV", "SIGSEGV", "SIGSEGV", "", "SIGSEGV"]);
  const why = made.trace.events.flatMap((event) =>
    event.kind === "fault" && event.cause === "protection" ? [event.why] : [],
  );
  assert.equal(why[0], "private memory at 0x40000000 may not be written");
  assert.equal(why[1], "nothing is mapped at 0x40001000");
});

test("beyond the end of an object that a partner has cut short there is SIGBUS, on its last page zeros", () => {
  const lines = linesOf(function* () {
    const fd = yield* m.memfd_create("note");
    yield* m.ftruncate(fd, 2 * PAGE);
    const address = yield* m.mmap(null, 2 * PAGE, READ_WRITE, m.MAP_SHARED, fd, 0);
    yield* m.poke(address, "abcdef");
    yield* m.poke(address + PAGE, "second");
    yield* m.ftruncate(fd, 3);
    yield* print((yield* m.peek(address, 5)).join());
    yield* print(yield* endOf(function* () { yield* m.peek(address + PAGE, 1) }));
    yield* m.ftruncate(fd, 2 * PAGE);
    yield* print((yield* m.peek(address, 5)).join(), (yield* m.peek(address + PAGE, 1)).join());
  }); // prettier-ignore
  assert.deepEqual(lines, ["97,98,99,0,0", "SIGBUS", "97,98,99,0,0 0"]);
});

test("a private mapping of an object sees what others write until it writes itself", () => {
  const lines = linesOf(function* () {
    const fd = yield* m.memfd_create("page");
    yield* m.ftruncate(fd, PAGE);
    const everybody = yield* m.mmap(null, PAGE, READ_WRITE, m.MAP_SHARED, fd, 0);
    const own = yield* m.mmap(null, PAGE, READ_WRITE, m.MAP_PRIVATE, fd, 0);
    yield* m.poke(everybody, "one");
    yield* print(text(yield* m.peek(own, 3)));
    yield* m.poke(everybody, "two");
    yield* print(text(yield* m.peek(own, 3)));
    yield* m.poke(own, "T");
    yield* m.poke(everybody, "six");
    yield* print(text(yield* m.peek(own, 3)), text(yield* m.peek(everybody, 3)));
  });
  assert.deepEqual(lines, ["one", "two", "Two six"]);
});

test("shared memory can be read and written like a file, and a mapping shows the same bytes", () => {
  const lines = linesOf(function* () {
    const fd = yield* m.memfd_create("f");
    yield* write(fd, "seven");
    const address = yield* m.mmap(null, PAGE, READ_WRITE, m.MAP_SHARED, fd, 0);
    yield* m.poke(address + 4, "r");
    const again = yield* m.memfd_create("g");
    yield* print((yield* read(fd, 9)).length, (yield* read(again, 9)).length);
    yield* write(fd, "al");
    yield* print(text(yield* m.peek(address, 7)));
  });
  assert.deepEqual(lines, ["0 0", "several"]);
});

test("a mapping of a file and its page cache are the same bytes, and an evicted page is read from the file again", () => {
  const made = run(function* () {
    yield* m.limit_memory(1);
    const fd = yield* open("/notes", O_CREAT | O_RDWR);
    yield* write(fd, "first draft");
    const address = yield* m.mmap(null, PAGE, READ_WRITE, m.MAP_SHARED, fd, 0);
    yield* m.poke(address, "final");
    yield* print(text(yield* pread(fd, 11, 0)));
    const other = yield* m.mmap(null, PAGE);
    yield* m.poke(other, "takes the only frame");
    yield* print(text(yield* m.peek(address, 11)));
    yield* m.msync(address, PAGE);
    yield* print(yield* endOf(function* () { yield* m.peek(address + PAGE, 1) }));
  }); // prettier-ignore
  assert.equal(made.output, "final draft\nfinal draft\n\n");
  const why = made.trace.events.flatMap((event) => (event.kind === "fault" ? [event.why] : []));
  assert.match(why[1] ?? "", /it can be read from its file again/);
});

test("mmap refuses what mmap(2) refuses", () => {
  const lines = linesOf(function* () {
    const flags = m.MAP_PRIVATE | m.MAP_ANONYMOUS;
    const [readEnd] = yield* pipe();
    const fd = yield* m.memfd_create("f");
    yield* m.shm_open("/r", O_CREAT | O_RDWR);
    const readOnly = yield* m.shm_open("/r", O_RDONLY);
    const calls = [
      m.mmap(null, 0),
      m.mmap(null, PAGE, READ_WRITE, m.MAP_ANONYMOUS),
      m.mmap(null, PAGE, READ_WRITE, flags | m.MAP_SHARED),
      m.mmap(null, PAGE, READ_WRITE, m.MAP_SHARED, fd, 100),
      m.mmap(5, PAGE, READ_WRITE, flags | m.MAP_FIXED),
      m.mmap(null, PAGE, READ_WRITE, m.MAP_SHARED, 77, 0),
      m.mmap(null, PAGE, m.PROT_READ, m.MAP_SHARED, readEnd, 0),
      m.mmap(null, PAGE, READ_WRITE, m.MAP_SHARED, readOnly, 0),
      m.mmap(null, 2 ** 32),
      m.munmap(100, PAGE),
      m.mprotect(0x7000_0000, PAGE, m.PROT_READ),
      m.msync(0x7000_0000, PAGE),
      m.ftruncate(readOnly, 5),
      m.ftruncate(fd, -1),
      m.ftruncate(77, 0),
    ];
    for (const call of calls) yield* print(call.name, yield* errnoOf(call));
    const address = yield* m.mmap(null, PAGE, m.PROT_READ, m.MAP_SHARED, readOnly, 0);
    yield* print("mprotect", yield* errnoOf(m.mprotect(address, PAGE, READ_WRITE)));
  });
  assert.deepEqual(lines.map((line) => line.split(" ")[1]), [
    "EINVAL", "EINVAL", "EINVAL", "EINVAL", "EINVAL", "EBADF", "ENODEV", "EACCES", "ENOMEM",
    "EINVAL", "ENOMEM", "ENOMEM", "EINVAL", "EINVAL", "EBADF", "EACCES",
  ]); // prettier-ignore
});

test("MAP_FIXED replaces what was mapped there, and a hint is only taken where there is room", () => {
  const lines = linesOf(function* () {
    const address = yield* m.mmap(null, 3 * PAGE);
    yield* m.poke(address + PAGE, "old");
    const flags = m.MAP_PRIVATE | m.MAP_ANONYMOUS;
    yield* print((yield* m.mmap(address + PAGE, PAGE, READ_WRITE, flags | m.MAP_FIXED)) === address + PAGE);
    yield* print((yield* m.peek(address + PAGE, 1)).join());
    yield* print((yield* m.mmap(address + PAGE, PAGE, READ_WRITE, flags)) === address + 3 * PAGE);
    yield* print((yield* m.mmap(0x5000_0123, PAGE)) === 0x5000_0000);
  });
  assert.deepEqual(lines, ["true", "0", "true", "true"]);
});

test("a name of shared memory can be created once, opened, cut, and taken away from who comes later", () => {
  const lines = linesOf(function* () {
    yield* print(yield* errnoOf(m.shm_open("/pad", O_RDWR)));
    const fd = yield* m.shm_open("/pad", O_CREAT | O_EXCL | O_RDWR);
    yield* print(yield* errnoOf(m.shm_open("/pad", O_CREAT | O_EXCL | O_RDWR)));
    yield* m.ftruncate(fd, PAGE);
    const address = yield* m.mmap(null, PAGE, READ_WRITE, m.MAP_SHARED, fd, 0);
    yield* m.poke(address, "kept");
    yield* m.shm_unlink("/pad");
    yield* print(yield* errnoOf(m.shm_open("/pad", O_RDWR)), text(yield* m.peek(address, 4)));
    yield* m.shm_open("/pad", O_CREAT | O_RDWR | O_TRUNC);
    yield* print(yield* errnoOf(m.shm_unlink("/other")), yield* errnoOf(m.shm_open("/a/b", O_CREAT)));
    yield* print(yield* errnoOf(m.shm_open(`/${"x".repeat(256)}`, O_CREAT | O_RDWR)));
  });
  assert.deepEqual(lines, ["ENOENT", "EEXIST", "ENOENT kept", "ENOENT EINVAL", "ENAMETOOLONG"]);
});

test("with all frames full a page is moved out, and comes back by a fault with what it held", () => {
  const made = run(function* () {
    yield* m.limit_memory(2, "fifo");
    const address = yield* m.mmap(null, 3 * PAGE);
    for (const page of [0, 1, 2]) yield* m.poke(address + page * PAGE, `page ${page}`);
    yield* print(text(yield* m.peek(address, 6)));
  });
  assert.equal(made.output, "page 0\n");
  const faults = made.trace.events.flatMap((event) => (event.kind === "fault" ? [event] : []));
  const first = 0x40000;
  assert.deepEqual(
    faults.map(({ page, cause, frame, evicted }) => [page - first, cause, frame, evicted === undefined ? null : evicted - first]),
    [[0, "demand", 0, null], [1, "demand", 1, null], [2, "demand", 0, 0], [0, "swap", 1, 1]],
  ); // prettier-ignore
  assert.match(faults[2]?.why ?? "", /the page in frame 0 had to go: it was loaded first/);
});

test("the kernel evicts as the textbook does: the same faults as replacePages for the same references", () => {
  const references = [7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1];
  for (const policy of ["fifo", "lru", "clock"] as const) {
    for (const frames of [2, 3, 4]) {
      const made = run(function* () {
        yield* m.limit_memory(frames, policy);
        const address = yield* m.mmap(null, 8 * PAGE);
        for (const page of references) yield* m.peek(address + page * PAGE, 1);
      });
      const faults = made.trace.events.filter(({ kind }) => kind === "fault").length;
      assert.equal(faults, replacePages(references, { frames, policy }).faults, `${policy} with ${frames}`);
    }
  }
});

test("memory can be limited to what is in use, not below", () => {
  const lines = linesOf(function* () {
    const address = yield* m.mmap(null, 2 * PAGE);
    yield* m.poke(address, new Uint8Array(2 * PAGE).fill(1));
    yield* print(
      yield* errnoOf(m.limit_memory(1)),
      yield* errnoOf(m.limit_memory(2)),
      yield* errnoOf(m.limit_memory(0)),
    );
  });
  assert.deepEqual(lines, ["EBUSY no error EINVAL"]);
});

test("a segment violation can be handled: the handler makes the page writable, and the access goes on", () => {
  const lines = linesOf(function* () {
    const address = yield* m.mmap(null, PAGE, m.PROT_READ);
    yield* sigaction("SIGSEGV", {
      *handler() {
        yield* print("caught");
        yield* m.mprotect(address, PAGE, READ_WRITE);
      },
    });
    yield* m.poke(address, "written");
    yield* print(text(yield* m.peek(address, 7)));
  });
  assert.deepEqual(lines, ["caught", "written"]);
});

test("a segment violation can neither be ignored nor blocked", () => {
  const lines = linesOf(function* () {
    yield* sigaction("SIGSEGV", "SIG_IGN");
    yield* print(yield* endOf(() => m.poke(0, "x")[Symbol.iterator]()));
    yield* sigprocmask(SIG_BLOCK, ["SIGSEGV"]);
    yield* print(yield* endOf(() => m.poke(0, "x")[Symbol.iterator]()));
  });
  assert.deepEqual(lines, ["SIGSEGV", "SIGSEGV"]);
});
