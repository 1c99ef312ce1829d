/** What a signal does to those that wait: a handler that runs meanwhile, and an end. */
import assert from "node:assert/strict";
import test from "node:test";
import * as r from "../../schema/call.ts";
import { nanosleep, pthread_create, SA_RESTART, sigaction } from "../index.ts";
import { randomDriver } from "../drivers/random.ts";
import { errnoOf, linesOf, run, seeds } from "../testing.ts";
import * as s from "./index.ts";
import * as m from "./messages.ts";

type Steps = Generator<r.Call, void, unknown>;

const pauseMs = (ms: number) => nanosleep(0, ms * 1e6);

/** A child makes a call that waits, with a handler that runs while it does; after that the parent does `free`. How the call came out. */
const interrupted = (before: readonly r.Call[], call: () => r.Call, free: () => Steps, flags = 0, signals = 1) =>
  function* (): Steps {
    for (const one of before) yield* one;
    const child = yield* r.fork();
    if (child === 0) {
      yield* sigaction("SIGUSR1", { handler: () => r.print("handler")[Symbol.iterator](), flags });
      yield* r.print(yield* errnoOf(call()));
      yield* r.exit(0);
    }
    for (let times = 0; times < signals; times += 1) {
      yield* pauseMs(10);
      yield* r.kill(child, "SIGUSR1");
    }
    yield* pauseMs(10);
    yield* r.print("free");
    yield* free();
    yield* r.wait();
  };

const nothing = function* (): Steps {};
const does = (...calls: readonly r.Call[]) =>
  function* (): Steps {
    for (const call of calls) yield* call;
  };

test("sem_wait, sem_timedwait, futex_wait and semop end with EINTR when a handler has run", () => {
  const set = s.semget(7, 1, s.IPC_CREAT);
  const calls: readonly (readonly [r.Call[], () => r.Call])[] = [
    [[s.sem_init("s", 0)], () => s.sem_wait("s")],
    [[s.sem_init("s", 0)], () => s.sem_timedwait("s", 500)],
    [[], () => s.futex_wait("x", 0)],
    [[], () => s.futex_wait("x", 0, 500)],
    [[set], () => s.semop(0, [{ num: 0, op: -1 }])],
    [[set], () => s.semtimedop(0, [{ num: 0, op: -1 }], 500)],
  ];
  for (const [before, call] of calls) {
    assert.deepEqual(linesOf(interrupted(before, call, nothing)), ["handler", "EINTR", "free"], call().name);
  }
});

test("with SA_RESTART a semaphore and a futex are waited for again, unless the wait has a timeout; System V's are not", () => {
  const goesOn = ["handler", "free", "no error"];
  const ends = ["handler", "EINTR", "free"];
  const restart = (before: readonly r.Call[], call: () => r.Call, free: () => Steps) =>
    linesOf(interrupted(before, call, free, SA_RESTART));
  assert.deepEqual(restart([s.sem_init("s", 0)], () => s.sem_wait("s"), does(s.sem_post("s"))), goesOn); // prettier-ignore
  assert.deepEqual(restart([], () => s.futex_wait("x", 0), does(s.futex_wake("x", 1))), goesOn); // prettier-ignore
  assert.deepEqual(
    restart([s.sem_init("s", 0)], () => s.sem_timedwait("s", 500), nothing),
    ends,
  );
  assert.deepEqual(
    restart([], () => s.futex_wait("x", 0, 500), nothing),
    ends,
  );
  assert.deepEqual(restart([s.semget(7, 1, s.IPC_CREAT)], () => s.semop(0, [{ num: 0, op: -1 }]), nothing), ends); // prettier-ignore
});

test("a futex_wait that begins again looks at the word again", () => {
  const changed = function* (): Steps {
    const child = yield* r.fork();
    if (child === 0) {
      const handler = () => s.store("x", 1)[Symbol.iterator]();
      yield* sigaction("SIGUSR1", { handler, flags: SA_RESTART });
      yield* r.print(yield* errnoOf(s.futex_wait("x", 0)));
      yield* r.exit(0);
    }
    yield* pauseMs(10);
    yield* r.kill(child, "SIGUSR1");
    yield* r.wait();
  };
  assert.deepEqual(linesOf(changed), ["EAGAIN"]);
});

/** Calls of which POSIX says that no handler ends them: what they need before, and what frees them. */
const resumed: Readonly<Record<string, readonly [before: r.Call[], call: () => r.Call, free: () => Steps]>> = {
  pthread_mutex_lock: [[s.pthread_mutex_lock("m")], () => s.pthread_mutex_lock("m"), does(s.pthread_mutex_unlock("m"))],
  pthread_mutex_timedlock: [
    [s.pthread_mutex_lock("m")],
    () => s.pthread_mutex_timedlock("m", 900),
    does(s.pthread_mutex_unlock("m")),
  ],
  pthread_cond_wait: [[], () => s.pthread_cond_wait("c", "m"), does(s.pthread_cond_signal("c"))],
  pthread_cond_timedwait: [[], () => s.pthread_cond_timedwait("c", "m", 900), does(s.pthread_cond_signal("c"))],
  pthread_rwlock_rdlock: [
    [s.pthread_rwlock_wrlock("l")],
    () => s.pthread_rwlock_rdlock("l"),
    does(s.pthread_rwlock_unlock("l")),
  ],
  pthread_rwlock_wrlock: [
    [s.pthread_rwlock_init("l", "writer"), s.pthread_rwlock_rdlock("l")],
    () => s.pthread_rwlock_wrlock("l"),
    does(s.pthread_rwlock_unlock("l")),
  ],
  pthread_barrier_wait: [
    [s.pthread_barrier_init("b", 2)],
    () => s.pthread_barrier_wait("b"),
    does(s.pthread_barrier_wait("b")),
  ],
  sleep: [[], () => s.sleep(), does(s.wakeup(101))],
  mailbox_send: [
    [m.mailbox_init("b", { capacity: 0 })],
    () => m.mailbox_send("b", "x"),
    does(m.mailbox_receive("b"), r.print("received")),
  ],
  minix_receive: [[], () => m.minix_receive(100), does(m.minix_send(101, "x"))],
  minix_send: [[], () => m.minix_send(100, "x"), does(m.minix_receive(101))],
  minix_sendrec: [[], () => m.minix_sendrec(100, "x"), does(m.minix_receive(101), m.minix_send(101, "y"))],
};

for (const [name, [before, call, free]] of Object.entries(resumed)) {
  test(`handlers run while ${name} waits, and it waits on where it was`, () => {
    for (const flags of [0, SA_RESTART]) {
      for (const signals of [1, 3]) {
        const lines = linesOf(interrupted(before, call, free, flags, signals)).filter((line) => line !== "received");
        const handlers = Array.from({ length: signals }, () => "handler");
        assert.deepEqual(lines, [...handlers, "free", "no error"], `${signals} signals`);
      }
    }
  });
}

test("a wait that handlers interrupt stays in its queue once, and in its place", () => {
  const program = function* (): Steps {
    for (const me of ["first", "second"]) {
      if ((yield* r.fork()) === 0) {
        yield* sigaction("SIGUSR1", { handler: nothing });
        yield* s.pthread_mutex_lock("m");
        yield* s.pthread_cond_wait("c", "m");
        yield* r.print(me);
        yield* s.pthread_mutex_unlock("m");
        yield* r.exit(0);
      }
      yield* pauseMs(10);
    }
    for (let times = 0; times < 2; times += 1) {
      yield* r.kill(101, "SIGUSR1");
      yield* pauseMs(10);
    }
    for (let times = 0; times < 2; times += 1) {
      yield* s.pthread_cond_signal("c");
      yield* pauseMs(10);
    }
    for (let times = 0; times < 2; times += 1) yield* r.wait();
  };
  const { kernel, output } = run(program);
  assert.equal(output, "first\nsecond\n");
  assert.deepEqual(Object.values(kernel.shared).filter(({ kind }) => kind === "interrupted"), []); // prettier-ignore
});

test("a handler may wait itself, in the same way as what it interrupts, and be interrupted", () => {
  const program = function* (): Steps {
    yield* s.pthread_barrier_init("a", 2);
    yield* s.pthread_barrier_init("b", 2);
    const child = yield* r.fork();
    if (child === 0) {
      const handler = function* () {
        yield* s.pthread_barrier_wait("b");
        yield* r.print("handler");
      };
      yield* sigaction("SIGUSR1", { handler });
      yield* sigaction("SIGUSR2", { handler: () => r.print("inner")[Symbol.iterator]() });
      yield* s.pthread_barrier_wait("a");
      yield* r.print("done");
      yield* r.exit(0);
    }
    for (const signal of ["SIGUSR1", "SIGUSR2"] as const) {
      yield* pauseMs(10);
      yield* r.kill(child, signal);
    }
    yield* pauseMs(10);
    yield* s.pthread_barrier_wait("b");
    yield* pauseMs(10);
    yield* s.pthread_barrier_wait("a");
    yield* r.wait();
  };
  assert.deepEqual(linesOf(program), ["inner", "handler", "done"]);
});

test("whoever is killed while it waits, or when it has just been woken, nobody sleeps beside what is free", () => {
  const ways = {
    "semaphore s": [s.sem_init("s", 0), () => s.sem_wait("s"), () => s.sem_post("s")],
    "mailbox b": [m.mailbox_init("b", { capacity: 9 }), () => m.mailbox_receive("b"), () => m.mailbox_send("b", "x")],
    "semaphore set 0": [
      s.semget(7, 1, s.IPC_CREAT),
      () => s.semop(0, [{ num: 0, op: -1 }]),
      () => s.semop(0, [{ num: 0, op: 1 }]),
    ],
  } as const;
  const isFree = (object: s.SynchronisationObject | undefined): boolean => {
    if (object?.kind === "semaphore") return object.value > 0;
    return object?.kind === "mailbox" ? object.messages.length > 0 : object?.kind === "semaphore set" && object.values[0] !== 0; // prettier-ignore
  };
  for (const [name, [before, waits, frees]] of Object.entries(ways)) {
    const program = function* (): Steps {
      yield* before;
      for (let child = 0; child < 3; child += 1) {
        if ((yield* r.fork()) !== 0) continue;
        yield* waits();
        yield* r.exit(0);
      }
      const killer = yield* r.fork();
      if (killer === 0) {
        yield* r.kill(101, "SIGKILL");
        yield* r.exit(0);
      }
      for (let times = 0; times < 2; times += 1) yield* frees();
    };
    for (const seed of seeds) {
      const { kernel, blocked } = run(program, { driver: randomDriver(seed, { permitted: true }) });
      const sleepers = blocked.filter(({ on }) => on === name);
      assert.ok(sleepers.length === 0 || !isFree(kernel.shared[name]), `${name}, seed ${seed}`);
    }
  }
});

test("a mutex goes on to the next when one that was woken for it is killed, unless that one has it", () => {
  const program = function* (): Steps {
    yield* s.pthread_mutex_init("m", { robust: true });
    yield* s.pthread_mutex_lock("m");
    for (let child = 0; child < 3; child += 1) {
      if ((yield* r.fork()) !== 0) continue;
      yield* errnoOf(s.pthread_mutex_lock("m"));
      yield* errnoOf(s.pthread_mutex_consistent("m"));
      yield* s.pthread_mutex_unlock("m");
      yield* r.exit(0);
    }
    yield* s.pthread_mutex_unlock("m");
    yield* r.kill(101, "SIGKILL");
    for (let times = 0; times < 3; times += 1) yield* r.wait();
  };
  for (const seed of seeds) {
    for (const permitted of [false, true]) {
      const driver = randomDriver(seed, { permitted });
      assert.equal(run(program, { driver }).ending, "ended", `seed ${seed}`);
    }
  }
});

test("the end of a process ends threads of it that wait, and takes them out of their queues", () => {
  const program = function* (): Steps {
    const child = yield* r.fork();
    if (child === 0) {
      for (const call of [s.pthread_cond_wait("c", "m"), s.futex_wait("x", 0), s.pthread_rwlock_wrlock("l")]) {
        yield* pthread_create(function* () {
          yield* call;
        });
      }
      yield* pauseMs(10);
      yield* r.exit(0);
    }
    yield* s.pthread_rwlock_init("l", "writer");
    yield* s.pthread_rwlock_rdlock("l");
    yield* r.wait();
  };
  const { kernel, ending } = run(program);
  assert.equal(ending, "ended");
  const queues = Object.values(kernel.shared).flatMap((object): [string, readonly number[]][] => {
    if ("waiters" in object) return [[object.kind, object.waiters]];
    return object.kind === "rwlock" ? [[object.kind, object.waitingWriters]] : [];
  });
  assert.deepEqual(Object.fromEntries(queues), { condition: [], futex: [], rwlock: [] });
});
