import assert from "node:assert/strict";
import test from "node:test";
import * as v from "valibot";
import { type TraceEvent, traceEventSchema } from "../schema/trace.ts";
import { programDescriptors } from "./flags.mjs";
import { runFixture } from "./testing.ts";

const run = (name: string) => runFixture("portable.ts", [name]);

/** The trace of a program, every event checked against the schema, in the order of time. */
function trace(name: string): TraceEvent[] {
  const { output } = runFixture("portable.ts", [name, "traced"]);
  const lines = output[programDescriptors.at(-1)! + 1]!.trimEnd().split("\n");
  for (const line of lines) assert.ok(Buffer.byteLength(line) < 4096);
  return lines.map((line) => v.parse(traceEventSchema, JSON.parse(line))).toSorted((a, b) => a.at - b.at);
}

/** The events without their times, and with roles in place of pids, as short lines. */
function tell(events: readonly TraceEvent[]): string[] {
  const roles = new Map(events.flatMap((event) => (event.kind === "start" ? [[event.pid, event.role]] : [])));
  return events.map(({ at: _at, pid, kind, ...rest }) =>
    [roles.get(pid), kind, ...Object.values(rest)]
      .map((value) => roles.get(Number(value)) ?? (typeof value === "string" ? value : JSON.stringify(value)))
      .join(" "),
  );
}
const of = (role: string, lines: readonly string[]) =>
  lines.filter((line) => line.startsWith(`${role} `)).map((line) => line.slice(role.length + 1));

test("a program's first pipe is 3 and 4, and its child speaks through it", () => {
  const { stdout, stderr, status } = run("hello");
  assert.equal(stdout, "pipe 3 4\nhello from the child\nchild exited with 0\n");
  assert.deepEqual([stderr, status], ["", 0]);
});

test("the generator is cloned with the process, however deep it forks", () => {
  const { stdout, status } = run("tree");
  assert.equal(
    stdout,
    [
      "depth 3 EBADF d1d2d3 sum 0",
      "depth 2 EBADF d1d2 sum 3",
      "depth 1 EBADF d1 sum 5",
      "depth 0 EBADF  sum 6",
      "",
    ].join("\n"),
  );
  assert.equal(status, 6);
});

test("every portable call does what its man page says", () => {
  const { stdout, stderr } = run("every call");
  assert.equal(stderr, "");
  assert.deepEqual(stdout.trim().split("\n").toSorted(), [
    "dup2 9",
    "ended by SIGKILL",
    "flags true",
    "nobody yet true",
    "packets ab cd",
    "parent true",
    "ready 9 true",
    "size 65536",
  ]);
});

test("SIGPIPE ends a writer without readers as in C, unless it is ignored", () =>
  assert.equal(run("broken pipes").stdout, " SIGPIPE\nEPIPE\n5 \n"));

test("print goes where descriptor 1 leads", () =>
  assert.equal(run("redirected").stdout, "got into the pipe\nand by write\n"));

test("an uncaught error is told with the program's own lines, and the exit status is 1", () => {
  const failing: [name: string, message: string][] = [
    ["fails", "Error: close: Bad file descriptor"],
    ["fails by type", "TypeError: close: fd must be an integer"],
    ["throws", "RangeError: the program's own"],
  ];
  for (const [name, message] of failing) {
    const { stderr, status } = run(name);
    assert.match(stderr, new RegExp(`^${message}\n    at .*/fixtures/portable\\.ts:\\d+:\\d+\\)\n$`));
    assert.equal(status, 1);
  }
  assert.equal(run("fails in a child").stdout, "1\n");
});

test("what a program yields must be a call", () =>
  assert.match(
    run("yields something else").stderr,
    /^TypeError: A portable program yields only calls.*It yielded 'getpid'/,
  ));

test("a trace tells the whole story of two processes", () => {
  const lines = tell(trace("hello"));
  assert.deepEqual(
    of("main", lines).filter((line) => !/^(block|run)/.test(line)),
    [
      "start main null",
      'call pipe2 ["0"]',
      "return pipe2 [3, 4]",
      "output pipe 3 4\n",
      "call fork []",
      "return fork main.1",
      'call close ["4"] pipe 1',
      "return close ",
      'call read ["3","64"] pipe 1',
      'return read "hello from the child" 20',
      "output hello from the child\n",
      "call wait []",
      "reap main.1",
      lines.find((line) => line.startsWith("main return wait"))!.slice("main ".length),
      "output child exited with 0\n",
      "exit 0 null",
    ],
  );
  assert.deepEqual(of("main.1", lines), [
    "start main.1 main",
    "run",
    'call close ["3"] pipe 1',
    "return close ",
    'call write ["4","\\"hello from the child\\""] pipe 1',
    "return write 20 20",
    "exit 0 null",
  ]);
});

test("a trace tells on what a process blocks", () => {
  const lines = tell(trace("full pipe"));
  const writer = of("main", lines);
  const write = writer.findIndex((line) => line.startsWith("call write"));
  assert.deepEqual(writer.slice(write + 1, write + 4), ["block pipe 1", "run", "return write 100000 100000"]);
  assert.ok(of("main.1", lines).includes("block time"));
  assert.ok(of("main.1", lines).includes("output read 100000\n"));
});

test("a parent tells of the child that a signal ended, and a process of the signal that it ignored", () => {
  const lines = tell(trace("broken pipes"));
  const dead = of("main.1", lines);
  assert.deepEqual(dead.slice(-3), [
    'call write ["4","\\"x\\""] pipe 1 of main.1',
    "signal SIGPIPE terminate",
    "exit null SIGPIPE",
  ]);
  const alive = of("main.2", lines);
  assert.deepEqual(alive.slice(-4), ["signal SIGPIPE ignore", "fail write EPIPE", "output EPIPE\n", "exit 5 null"]);
});

test("a trace names nested children by their line of descent", () =>
  assert.deepEqual(
    trace("tree").flatMap((event) => (event.kind === "start" ? [event.role] : [])),
    ["main", "main.1", "main.1.1", "main.1.1.1"],
  ));

test("output of any length arrives in the trace whole", () => {
  const text = trace("long line").flatMap((event) => (event.kind === "output" ? [event.text] : []));
  assert.equal(text.join(""), `${"\u0001é𝄞".repeat(3000)}\n`);
});

test("a program cannot close the descriptor of its trace", () =>
  assert.deepEqual(of("main", tell(trace("closes everything"))).slice(-2), ["output nothing left\n", "exit 0 null"]));
