import assert from "node:assert/strict";
import test from "node:test";
import {
  close,
  F_GETFD,
  F_GETFL,
  F_GETPIPE_SZ,
  F_SETPIPE_SZ,
  fcntl,
  FD_CLOEXEC,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECT,
  O_NONBLOCK,
  O_RDWR,
  PAGE_SIZE,
  pipe2,
  PIPE_PAGES,
  read,
  text,
  write,
} from "./posix.ts";
import { assertFails, runInChild, startChild, withPipe } from "./testing.ts";
import { sigaction } from "./signal.ts";
import { waitpid } from "./wait.ts";

const createNonBlocking = () => pipe2(O_NONBLOCK);

/** Writes `size` bytes at a time until the pipe is full: how many bytes it took. */
function fill(w: number, size: number): number {
  const data = new Uint8Array(size);
  for (let total = 0; ;)
    try {
      total += write(w, data);
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, "EAGAIN");
      return total;
    }
}

test("an empty pipe is EAGAIN for a non-blocking reader, and end of file once no writer is left", () =>
  withPipe((r, w) => {
    assertFails(() => read(r, new Uint8Array(1)), "EAGAIN", "read");
    close(w);
    assert.equal(read(r, new Uint8Array(1)), 0);
  }, createNonBlocking));

test("a pipe holds 16 pages: 65536 bytes in writes of a page", () =>
  withPipe((r, w) => {
    assert.equal(fcntl(r, F_GETPIPE_SZ), PIPE_PAGES * PAGE_SIZE);
    assert.equal(fill(w, PAGE_SIZE), PIPE_PAGES * PAGE_SIZE);
  }, createNonBlocking));

test("writes of 2049 bytes fill it at 32784, since two do not share a page", () =>
  withPipe((_r, w) => assert.equal(fill(w, 2049), 16 * 2049), createNonBlocking));

test("a packet pipe holds 16 packets of one byte, and a short read drops the rest of a packet", () =>
  withPipe(
    (r, w) => {
      assert.equal(fcntl(w, F_GETFL) & O_DIRECT, O_DIRECT);
      assert.equal(fill(w, 1), 16);
      for (let i = 0; i < 16; i++) assert.equal(read(r, new Uint8Array(10)), 1);
      write(w, "abc");
      write(w, "de");
      const buffer = new Uint8Array(10);
      assert.equal(read(r, buffer, 2), 2);
      assert.equal(read(r, buffer), 2);
      assert.equal(text(buffer.subarray(0, 2)), "de");
    },
    () => pipe2(O_DIRECT | O_NONBLOCK),
  ));

test("F_SETPIPE_SZ rounds up to a power of two of pages and refuses less than is used", () =>
  withPipe((_r, w) => {
    assert.equal(fcntl(w, F_SETPIPE_SZ, 100_000), 131_072);
    assert.equal(fcntl(w, F_SETPIPE_SZ, 1), PAGE_SIZE);
    assert.equal(fcntl(w, F_SETPIPE_SZ, 4 * PAGE_SIZE), 4 * PAGE_SIZE);
    assert.equal(fill(w, PAGE_SIZE), 4 * PAGE_SIZE);
    assertFails(() => fcntl(w, F_SETPIPE_SZ, PAGE_SIZE), "EBUSY", "fcntl");
  }, createNonBlocking));

test("pipe2 refuses flags that are not its own", () => assertFails(() => pipe2(O_RDWR | O_CREAT), "EINVAL", "pipe2"));

test("O_CLOEXEC shows in the descriptor's flags", () =>
  withPipe(
    (r, w) => assert.deepEqual([fcntl(r, F_GETFD), fcntl(w, F_GETFD)], [FD_CLOEXEC, FD_CLOEXEC]),
    () => pipe2(O_CLOEXEC),
  ));

test("a writer without readers dies of SIGPIPE by default, and lives with EPIPE where it is ignored", () => {
  const writeToNobody = (disposition: "SIG_DFL" | "SIG_IGN") =>
    runInChild(() => {
      sigaction("SIGPIPE", disposition);
      withPipe((r, w) => {
        close(r);
        assertFails(() => write(w, "x"), "EPIPE", "write");
      });
    });
  assert.equal(writeToNobody("SIG_DFL").status, 13);
  assert.equal(writeToNobody("SIG_DFL").termSignal, "SIGPIPE");
  assert.equal(writeToNobody("SIG_IGN").status, 0);
});

test("a blocking read waits for the writer, and a blocking write for the reader", () =>
  withPipe((r, w) => {
    const child = startChild(() => {
      close(r);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      write(w, new Uint8Array(200_000));
    });
    close(w);
    const buffer = new Uint8Array(65_536);
    let total = 0;
    for (let count = read(r, buffer); count > 0; count = read(r, buffer)) total += count;
    assert.equal(total, 200_000);
    assert.equal(waitpid(child)?.exitStatus, 0);
  }));
