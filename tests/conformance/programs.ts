/** Portable programs whose outcome both kernels are asked for: some by hand, one for each thing that a pipe does, and as many as wanted by lot. */
import {
  close,
  dup2,
  exit,
  F_GETPIPE_SZ,
  F_SETPIPE_SZ,
  fcntl,
  fork,
  getpid,
  getppid,
  isSystemError,
  kill,
  O_DIRECT,
  O_NONBLOCK,
  pipe,
  pipe2,
  poll,
  POLLIN,
  POLLOUT,
  print,
  read,
  sigaction,
  text,
  wait,
  waitpid,
  WNOHANG,
  write,
  type Call,
  type Program,
} from "../../schema/call.ts";

/** Performs a call that may fail, and says how it went. */
function* attempt<Result>(call: Generator<Call, Result, unknown>): Generator<Call, string, unknown> {
  try {
    const result = yield* call;
    return result instanceof Uint8Array ? JSON.stringify(text(result)) : String(result);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return `${error.syscall} ${error.code}`;
  }
}
const trying = (call: Iterable<Call>) => attempt(call[Symbol.iterator]() as Generator<Call, unknown, unknown>);

export const programs: Readonly<Record<string, Program>> = {
  *"the reader sees the end when the last writer has closed"() {
    const [r, w] = yield* pipe();
    if ((yield* fork()) === 0) {
      yield* close(r);
      yield* write(w, "one");
      yield* write(w, "two");
      yield* exit(3);
    }
    yield* close(w);
    let all = "";
    for (let data; (data = yield* read(r, 2)).length > 0;) all += text(data);
    const { exitStatus } = yield* wait();
    yield* print(all, exitStatus);
  },
  *"a write without a reader kills, or fails where the signal is ignored"() {
    const [r, w] = yield* pipe();
    yield* close(r);
    for (const disposition of ["SIG_DFL", "SIG_IGN"] as const) {
      if ((yield* fork()) === 0) {
        yield* sigaction("SIGPIPE", disposition);
        yield* print(yield* trying(write(w, "x")));
        yield* exit(0);
      }
      const { exitStatus, termSignal } = yield* wait();
      yield* print(exitStatus, termSignal);
    }
  },
  *"two writers of no more than PIPE_BUF bytes are never torn"() {
    const [r, w] = yield* pipe();
    for (const letter of ["a", "b"])
      if ((yield* fork()) === 0) {
        for (let i = 0; i < 5; i++) yield* write(w, letter.repeat(3_000));
        yield* exit(0);
      }
    yield* close(w);
    let all = "";
    for (let data; (data = yield* read(r, 4_096)).length > 0;) all += text(data);
    yield* print(
      all.length,
      all.match(/a+|b+/g)!.every((piece) => piece.length % 3_000 === 0),
    );
  },
  *"capacity counts pages, packets and sizes"() {
    for (const [size, flags] of [
      [2_049, 0],
      [1_366, 0],
      [1, O_DIRECT],
      [5_000, O_DIRECT],
    ] as const) {
      const [, w] = yield* pipe2(O_NONBLOCK | flags);
      let taken = 0;
      for (let answer; (answer = yield* trying(write(w, "x".repeat(size)))) !== "write EAGAIN";)
        taken += Number(answer);
      yield* print(size, taken, yield* fcntl(w, F_GETPIPE_SZ));
    }
    const [, w] = yield* pipe();
    for (const size of [1, 5_000, 100_000]) yield* print(yield* fcntl(w, F_SETPIPE_SZ, size));
  },
  *"poll tells who is ready, who hung up and what is not open"() {
    const [r, w] = yield* pipe();
    const ask = function* () {
      const ready = yield* poll(
        [
          { fd: r, events: POLLIN },
          { fd: w, events: POLLOUT },
          { fd: 77, events: POLLIN },
        ],
        0,
      );
      yield* print(ready.map(({ fd, revents }) => `${fd === r ? "r" : fd === w ? "w" : fd}:${revents}`).join(" "));
    };
    yield* ask();
    yield* write(w, "x");
    yield* ask();
    yield* close(w);
    yield* ask();
    yield* read(r, 1);
    yield* ask();
  },
  *"errors have the names that POSIX gives them"() {
    const [r, w] = yield* pipe2(O_NONBLOCK);
    for (const call of [
      read(r, 1),
      read(w, 1),
      write(r, "x"),
      close(99),
      dup2(99, 5),
      fcntl(99, F_GETPIPE_SZ),
      waitpid(-1, WNOHANG),
      kill(99_999_999, "SIGTERM"),
    ])
      yield* print(yield* trying(call));
    yield* print(yield* trying(sigaction("SIGKILL", "SIG_IGN")));
  },
  *"dup2 makes another name, and the end comes when both are closed"() {
    const [r, w] = yield* pipe();
    yield* dup2(w, 9);
    yield* close(w);
    yield* write(9, "through nine");
    yield* close(9);
    yield* print(text(yield* read(r, 64)), (yield* read(r, 64)).length);
  },
  *"a signal ends a child that waits, and its parent hears which"() {
    const [r] = yield* pipe();
    const child = yield* fork();
    if (child === 0) yield* read(r, 1);
    yield* kill(child, "SIGTERM");
    const { pid, exitStatus, termSignal } = yield* wait();
    yield* print(pid === child, exitStatus, termSignal);
  },
  *"an orphan has another parent, and its first parent's pid is free"() {
    const [r, w] = yield* pipe();
    const [readyRead, readyWrite] = yield* pipe();
    if ((yield* fork()) === 0) {
      const parent = yield* getpid();
      if ((yield* fork()) === 0) {
        yield* close(readyWrite);
        yield* read(readyRead, 1);
        yield* write(w, String((yield* getppid()) !== parent));
        yield* exit(0);
      }
      yield* exit(0);
    }
    yield* wait();
    yield* close(readyWrite);
    yield* print(text(yield* read(r, 8)));
  },
};

/** A small program of two processes and two pipes by lot (xorshift, 32 bits): the same for the same seed. */
export function generateProgram(seed: number): Program {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  const draw = (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const plan = (length: number) => Array.from({ length }, () => [draw(7), draw(2), 1 + draw(3)] as const);
  const flags = [0, 1].map(() => (draw(4) > 0 ? O_NONBLOCK : 0));
  const before = plan(2);
  const child = plan(1 + draw(4));
  const parent = plan(1 + draw(4));
  return function* () {
    const pipes = [yield* pipe2(flags[0]!), yield* pipe2(flags[1]!)];
    const act = function* (name: string, steps: ReturnType<typeof plan>) {
      for (const [action, which, size] of steps) {
        const [r, w] = pipes[which]!;
        const said =
          action <= 1
            ? yield* trying(write(w, name.repeat(size)))
            : action <= 3
              ? yield* trying(read(r, size))
              : action === 4
                ? yield* trying(close(w))
                : action === 5
                  ? yield* trying(close(r))
                  : yield* trying(sigaction("SIGPIPE", "SIG_IGN"));
        yield* print(name, action, said);
      }
    };
    yield* act("m", before);
    if ((yield* fork()) === 0) {
      yield* act("c", child);
      yield* exit(child.length);
    }
    yield* act("p", parent);
    for (const [r, w] of pipes) {
      yield* trying(close(w));
      yield* trying(close(r));
    }
    const { exitStatus, termSignal } = yield* wait();
    yield* print("child", exitStatus, termSignal);
  };
}
