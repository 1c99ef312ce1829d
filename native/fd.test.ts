import assert from "node:assert/strict";
import test from "node:test";
import {
  bytes,
  close,
  dup2,
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_SETFD,
  F_SETFL,
  fcntl,
  FD_CLOEXEC,
  O_CREAT,
  O_EXCL,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  open,
  pipe,
  read,
  text,
  unlink,
  write,
} from "./posix.ts";
import { assertFails, withPipe } from "./testing.ts";

test("a text and bytes arrive as they were written, and count says how much is moved", () =>
  withPipe((r, w) => {
    const buffer = new Uint8Array(16);
    assert.equal(write(w, "déjà"), 6);
    assert.equal(write(w, bytes("abc"), 2), 2);
    assert.equal(read(r, buffer, 6), 6);
    assert.equal(text(buffer.subarray(0, 6)), "déjà");
    assert.equal(read(r, buffer), 2);
    assert.equal(text(buffer.subarray(0, 2)), "ab");
  }));

test("a read touches only the part of the memory that a view shows", () =>
  withPipe((r, w) => {
    const memory = new Uint8Array(8).fill(7);
    write(w, new Uint8Array([1, 2, 3, 4, 5, 6]));
    assert.equal(read(r, memory.subarray(2, 5)), 3);
    assert.deepEqual([...memory], [7, 7, 1, 2, 3, 7, 7, 7]);
  }));

test("reading and writing nothing succeed with 0", () =>
  withPipe((r, w) => {
    assert.equal(write(w, ""), 0);
    assert.equal(read(r, new Uint8Array(0)), 0);
  }));

test("a closed descriptor is EBADF for every call", () => {
  const [r, w] = pipe();
  close(r);
  close(w);
  assertFails(() => close(r), "EBADF", "close");
  assertFails(() => read(r, new Uint8Array(1)), "EBADF", "read");
  assertFails(() => write(w, "x"), "EBADF", "write");
  assertFails(() => dup2(r, w), "EBADF", "dup2");
  assertFails(() => fcntl(r, F_GETFL), "EBADF", "fcntl");
  assertFails(() => close(-1), "EBADF", "close");
});

test("the wrong end of a pipe is EBADF", () =>
  withPipe((r, w) => {
    assertFails(() => read(w, new Uint8Array(1)), "EBADF", "read");
    assertFails(() => write(r, "x"), "EBADF", "write");
  }));

test("dup2 makes a second name for the same pipe, and closes what the name meant before", () =>
  withPipe((r, w) =>
    withPipe((r2, w2) => {
      assert.equal(dup2(w, w2), w2);
      assert.equal(read(r2, new Uint8Array(1)), 0);
      write(w2, "x");
      assert.equal(read(r, new Uint8Array(4)), 1);
      assert.equal(dup2(w, w), w);
      assertFails(() => dup2(w, -1), "EBADF", "dup2");
    }),
  ));

test("fcntl shares status flags between duplicates, and keeps descriptor flags apart", () =>
  withPipe((r) => {
    const copy = fcntl(r, F_DUPFD, 100);
    assert.ok(copy >= 100);
    fcntl(r, F_SETFL, O_NONBLOCK);
    assert.equal(fcntl(copy, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    fcntl(r, F_SETFD, FD_CLOEXEC);
    assert.equal(fcntl(copy, F_GETFD), 0);
    const closing = fcntl(r, F_DUPFD_CLOEXEC, 100);
    assert.equal(fcntl(closing, F_GETFD), FD_CLOEXEC);
    close(copy);
    close(closing);
  }));

test("an unknown command of fcntl is EINVAL, as is one that would take a pointer", () =>
  withPipe((r) => {
    assertFails(() => fcntl(r, 9999), "EINVAL", "fcntl");
    assertFails(() => fcntl(r, 6, 1), "EINVAL", "fcntl");
    assertFails(() => fcntl(r, F_DUPFD, -1), "EINVAL", "fcntl");
  }));

test("open and unlink fail as the man pages say", () => {
  const path = `/tmp/ring3-fd-test-${process.pid}`;
  assertFails(() => open(path, O_RDONLY), "ENOENT", "open");
  const fd = open(path, O_CREAT | O_EXCL | O_RDWR, 0o600);
  assert.equal(write(fd, "kept"), 4);
  assertFails(() => open(path, O_CREAT | O_EXCL | O_RDWR), "EEXIST", "open");
  assertFails(() => open(`${path}/x`, O_RDONLY), "ENOTDIR", "open");
  assertFails(() => open("/tmp", O_WRONLY), "EISDIR", "open");
  unlink(path);
  assertFails(() => unlink(path), "ENOENT", "unlink");
  const directory = open("/tmp", O_RDONLY);
  assertFails(() => read(directory, new Uint8Array(1)), "EISDIR", "read");
  close(directory);
  close(fd);
});

test("wrong arguments are TypeErrors and RangeErrors that name the call and the argument", () => {
  const wrong = (value: unknown) => value as never;
  assert.throws(() => close(wrong("3")), { name: "TypeError", message: "close: fd must be an integer" });
  assert.throws(() => close(wrong(undefined)), TypeError);
  assert.throws(() => close(1.5), RangeError);
  assert.throws(() => close(Number.NaN), RangeError);
  assert.throws(() => close(2 ** 31), {
    name: "RangeError",
    message: "close: fd must be an integer from -2147483648 to 2147483647",
  });
  assert.throws(() => read(0, wrong(new Uint16Array(1))), { message: "read: buffer must be a Uint8Array" });
  assert.throws(() => read(0, new Uint8Array(4), 5), RangeError);
  assert.throws(() => read(0, new Uint8Array(4), -1), RangeError);
  assert.throws(() => write(1, wrong(5)), { message: "write: data must be a Uint8Array" });
  assert.throws(() => open(wrong(null), 0), TypeError);
  assert.throws(() => open("a\0b", 0), { name: "TypeError", message: "open: path must not contain a NUL character" });
});

test("a detached buffer is a TypeError", () => {
  const buffer = new Uint8Array(8);
  structuredClone(buffer.buffer, { transfer: [buffer.buffer] });
  assert.throws(() => read(0, buffer), { name: "TypeError", message: "read: buffer has a detached buffer" });
  assert.throws(() => write(1, buffer), { name: "TypeError", message: "write: data has a detached buffer" });
});
