import assert from "node:assert/strict";
import test from "node:test";
import { fork, pipe, RLIMIT_NOFILE, setrlimit } from "./posix.ts";
import { assertFails, runFixture, runInChild } from "./testing.ts";

const run = (scenario: string, flags?: readonly string[]) => runFixture("children.ts", [scenario], flags);

test("a thousand forks amid garbage collection and compilation leave a thousand working children", () => {
  // AddressSanitizer's maps make a fork some ten times slower.
  const forks = process.env["RING3_ADDON"] === "asan" ? 100 : 1000;
  const { stdout, stderr } = runFixture("children.ts", ["stress", String(forks)]);
  assert.deepEqual([stdout, stderr], [`{"right":${forks}}\n`, ""]);
});

test("forks nest: five generations hand their sums up", () => assert.equal(run("generations").stdout, "15 true\n"));

test("children go on asynchronously and end as Node does, each in its own way", () => {
  const { stdout, stderr, status } = run("endings");
  assert.equal(stdout, "all children ended\nan exit listener of the parent ran\n");
  assert.equal(status, 0);
  assert.equal(stderr.match(/^Error: expected by the test$/gm)?.length, 2);
});

test("what parent and child print comes in the order of its happening", () => {
  assert.equal(run("order").stdout, "1 parent\n2 child\n3 parent\n");
  const { stdout, stderr } = run("order as C");
  assert.equal(stdout, "1 parent\n2 child\n3 parent\n4 parent, directly\n");
  assert.equal(stderr, "5 on stderr\n");
});

test("a child that closes an inherited server leaves the parent's connections alone", () =>
  assert.equal(run("loops").stdout, "still here\n"));

test("fork refuses while asynchronous requests are in flight, and says to await them", () => {
  const [refusal, status] = run("requests").stdout.split("\n");
  assert.match(refusal ?? "", /^fork with 1 asynchronous request in flight: .*Await them first$/);
  assert.equal(status, "7");
});

test("fork waits until the other threads of the process sleep", () =>
  assert.equal(run("busy thread").stdout, "waited 0\n"));

test("a process that has used up its descriptors can fork; one whose limit is below Node's own cannot", () =>
  assert.equal(
    runInChild(() => {
      setrlimit(RLIMIT_NOFILE, 128, 128);
      for (let isFull = false; !isFull;)
        try {
          pipe();
        } catch {
          isFull = true;
        }
      assert.equal(runInChild(() => {}).status, 0);
      setrlimit(RLIMIT_NOFILE, 3, 3);
      assertFails(fork, "EMFILE", "fork");
    }).status,
    0,
  ));

test("fork refuses in a Node without the flag that makes it possible, and names the flags", () => {
  const { stderr, status } = run("order", ["--disable-sigusr1"]);
  assert.match(
    stderr,
    /Error: fork needs a Node that was started with: node --single-threaded --v8-pool-size=1 --disable-sigusr1/,
  );
  assert.equal(status, 1);
});
