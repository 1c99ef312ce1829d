/**
 * Calls of synchronisation, which only the simulated kernel performs; a module of `CallTable` (call.ts). What C reaches by an address
 * has a name here: `pthread_mutex_lock("m")`. A name that nobody has initialised is as its static initialiser makes it, words are 0.
 * Every process and thread of a run shares them all, as with PTHREAD_PROCESS_SHARED. Timeouts are relative, in milliseconds.
 */
import { Call } from "../call.ts";
import type { MessageCalls } from "./messages.ts";

export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=";

export interface MutexAttributes {
  /** Default `normal`: a second lock by the owner waits for ever, and anybody may unlock. */
  readonly type?: "normal" | "errorcheck" | "recursive";
  /** The lock outlives its owner: the next one gets it, and EOWNERDEAD. */
  readonly robust?: boolean;
  /** `inherit`: who holds it runs at the best priority of those that wait for it. */
  readonly protocol?: "none" | "inherit";
}

/** One operation of semop(2): adds `op` to semaphore `num` of the set; 0 waits until it is 0. Flags `IPC_NOWAIT`, `SEM_UNDO`. */
export interface SemaphoreOperation {
  readonly num: number;
  readonly op: number;
  readonly flags?: number;
}

export interface SynchronisationCalls extends MessageCalls {
  /** Sets words of shared memory to what they are at first, before anybody else looks. */
  shared(words: Readonly<Record<string, number>>): void;
  /** Reads a word: one plain load (x86: mov). Under TSO its own newest store that is not in memory yet comes first. */
  load(word: string): number;
  /** One plain store. Under TSO it waits in the store buffer of its process until it reaches the memory. */
  store(word: string, value: number): void;
  /** Exchanges (x86: xchg, Tanenbaum's TSL): the old value. This and the next two are locked: one step, with an empty store buffer. */
  xchg(word: string, value: number): number;
  /** Compare and swap (x86: lock cmpxchg): stores `desired` where the word is `expected`; the old value. */
  cas(word: string, expected: number, desired: number): number;
  /** Adds (x86: lock xadd): the old value. */
  fetch_add(word: string, amount: number): number;
  /** Waits until every earlier store of the caller is in memory (x86: mfence). */
  fence(): void;
  /**
   * A loop that only loads the word until it compares so with `value`; the value then. It burns its CPU like any busy wait, but an
   * explorer need not go round in it.
   */
  until(word: string, comparison: Comparison, value: number): number;

  /** sem_init(3). EINVAL above `SEM_VALUE_MAX`. */
  sem_init(semaphore: string, value: number): void;
  /** sem_destroy(3) */
  sem_destroy(semaphore: string): void;
  /** sem_open(3): what the other calls name the semaphore by; flags `O_CREAT`, `O_EXCL`. Linux does not ask for the slash in front. */
  sem_open(name: string, flags: number, value: number): string;
  /** sem_close(3). EINVAL where it is not open. */
  sem_close(semaphore: string): void;
  /** sem_unlink(3): the name is gone at once, the semaphore when the last process has closed it. */
  sem_unlink(name: string): void;
  /** sem_wait(3): takes one, or waits. EINVAL where there is no such semaphore. */
  sem_wait(semaphore: string): void;
  /** sem_trywait(3): EAGAIN at 0. */
  sem_trywait(semaphore: string): void;
  /** sem_timedwait(3): ETIMEDOUT. A handler ends it with EINTR, with SA_RESTART too. */
  sem_timedwait(semaphore: string, timeoutMs: number): void;
  /** sem_post(3): EOVERFLOW at `SEM_VALUE_MAX`. */
  sem_post(semaphore: string): void;
  /** sem_getvalue(3): POSIX permits minus the number of those that wait; Linux gives 0 then. */
  sem_getvalue(semaphore: string): number;

  /** semget(2): the identifier of the set with this key; flags `IPC_CREAT`, `IPC_EXCL`. */
  semget(key: number, count: number, flags: number): number;
  /** semop(2): all operations at once, or none and wait; then in the order of the list. */
  semop(id: number, operations: readonly SemaphoreOperation[]): void;
  /** semtimedop(2): EAGAIN when the time is over. */
  semtimedop(id: number, operations: readonly SemaphoreOperation[], timeoutMs: number): void;
  /** semctl(2): `GETVAL`, `SETVAL`, `GETALL`, `SETALL`, `GETPID`, `GETNCNT`, `GETZCNT`, `IPC_RMID`. */
  semctl(id: number, num: number, command: number, argument: number | readonly number[]): number | readonly number[];

  /** pthread_mutex_init(3p) */
  pthread_mutex_init(mutex: string, attributes: MutexAttributes): void;
  /** EBUSY while it is locked. */
  pthread_mutex_destroy(mutex: string): void;
  /** EDEADLK (`errorcheck`), EOWNERDEAD (`robust`; the caller has the lock all the same), ENOTRECOVERABLE. */
  pthread_mutex_lock(mutex: string): void;
  /** EBUSY where it is locked. */
  pthread_mutex_trylock(mutex: string): void;
  /** ETIMEDOUT */
  pthread_mutex_timedlock(mutex: string, timeoutMs: number): void;
  /** EPERM where another one has it, but for a normal mutex: there POSIX leaves open what happens, and Linux unlocks it. */
  pthread_mutex_unlock(mutex: string): void;
  /** Says that what a robust mutex protects is in order again. EINVAL where no owner died. */
  pthread_mutex_consistent(mutex: string): void;

  /** pthread_cond_wait(3p): gives the mutex back and waits, in one step; has it again at the end. May wake for nothing. */
  pthread_cond_wait(condition: string, mutex: string): void;
  /** ETIMEDOUT, with the mutex. */
  pthread_cond_timedwait(condition: string, mutex: string, timeoutMs: number): void;
  /** Wakes one of those that wait; POSIX leaves open which, Linux takes the one that has waited longest. */
  pthread_cond_signal(condition: string): void;
  pthread_cond_broadcast(condition: string): void;

  /** pthread_rwlock_init(3p); `prefer` is Linux's PTHREAD_RWLOCK_PREFER_READER_NP or …_WRITER_NONRECURSIVE_NP. */
  pthread_rwlock_init(lock: string, prefer: "reader" | "writer"): void;
  /** EBUSY while it is locked, as POSIX permits; glibc does not look. */
  pthread_rwlock_destroy(lock: string): void;
  /** EDEADLK where the caller has it to write. */
  pthread_rwlock_rdlock(lock: string): void;
  pthread_rwlock_wrlock(lock: string): void;
  /** EBUSY */
  pthread_rwlock_tryrdlock(lock: string): void;
  pthread_rwlock_trywrlock(lock: string): void;
  /** ETIMEDOUT */
  pthread_rwlock_timedrdlock(lock: string, timeoutMs: number): void;
  pthread_rwlock_timedwrlock(lock: string, timeoutMs: number): void;
  /** EPERM where the caller has it not, which POSIX leaves open. */
  pthread_rwlock_unlock(lock: string): void;

  /** pthread_barrier_init(3p): for `count` threads. EINVAL for 0, EBUSY while some wait. */
  pthread_barrier_init(barrier: string, count: number): void;
  /** EBUSY while some wait. */
  pthread_barrier_destroy(barrier: string): void;
  /** One thread of each round gets `PTHREAD_BARRIER_SERIAL_THREAD`, the others 0; on Linux it is the last to come. */
  pthread_barrier_wait(barrier: string): number;

  /** pthread_spin_lock(3): waits busily. */
  pthread_spin_lock(lock: string): void;
  /** EBUSY */
  pthread_spin_trylock(lock: string): void;
  pthread_spin_unlock(lock: string): void;

  /** futex(2), FUTEX_WAIT: sleeps if the word is `expected`, else EAGAIN; ETIMEDOUT. -1: for ever, and only then does SA_RESTART count. May wake for nothing. */
  futex_wait(word: string, expected: number, timeoutMs: number): void;
  /** futex(2), FUTEX_WAKE: wakes at most `count`; how many it were. */
  futex_wake(word: string, count: number): number;

  /** Tanenbaum's sleep: until somebody wakes the caller up. */
  sleep(): void;
  /** Tanenbaum's wakeup. `keep`: what comes while `pid` is awake sets its wakeup-waiting bit; otherwise it is lost. */
  wakeup(pid: number, keep: boolean): void;
}

export const shared = (words: Readonly<Record<string, number>>) => new Call("shared", [words]);
export const load = (word: string) => new Call("load", [word]);
export const store = (word: string, value: number) => new Call("store", [word, value]);
export const xchg = (word: string, value: number) => new Call("xchg", [word, value]);
export const cas = (word: string, expected: number, desired: number) => new Call("cas", [word, expected, desired]);
export const fetch_add = (word: string, amount: number) => new Call("fetch_add", [word, amount]);
export const fence = () => new Call("fence", []);
export const until = (word: string, comparison: Comparison, value: number) =>
  new Call("until", [word, comparison, value]);

export const sem_init = (semaphore: string, value: number) => new Call("sem_init", [semaphore, value]);
export const sem_destroy = (semaphore: string) => new Call("sem_destroy", [semaphore]);
export const sem_open = (name: string, flags = 0, value = 0) => new Call("sem_open", [name, flags, value]);
export const sem_close = (semaphore: string) => new Call("sem_close", [semaphore]);
export const sem_unlink = (name: string) => new Call("sem_unlink", [name]);
export const sem_wait = (semaphore: string) => new Call("sem_wait", [semaphore]);
export const sem_trywait = (semaphore: string) => new Call("sem_trywait", [semaphore]);
export const sem_timedwait = (semaphore: string, timeoutMs: number) =>
  new Call("sem_timedwait", [semaphore, timeoutMs]);
export const sem_post = (semaphore: string) => new Call("sem_post", [semaphore]);
export const sem_getvalue = (semaphore: string) => new Call("sem_getvalue", [semaphore]);
/** The names of the books for sem_wait and sem_post: Dijkstra's P and V. */
export const down = sem_wait;
export const up = sem_post;

export const semget = (key: number, count: number, flags = 0) => new Call("semget", [key, count, flags]);
export const semop = (id: number, operations: readonly SemaphoreOperation[]) => new Call("semop", [id, operations]);
export const semtimedop = (id: number, operations: readonly SemaphoreOperation[], timeoutMs: number) =>
  new Call("semtimedop", [id, operations, timeoutMs]);
export const semctl = (id: number, num: number, command: number, argument: number | readonly number[] = 0) =>
  new Call("semctl", [id, num, command, argument]);

export const pthread_mutex_init = (mutex: string, attributes: MutexAttributes = {}) =>
  new Call("pthread_mutex_init", [mutex, attributes]);
export const pthread_mutex_destroy = (mutex: string) => new Call("pthread_mutex_destroy", [mutex]);
export const pthread_mutex_lock = (mutex: string) => new Call("pthread_mutex_lock", [mutex]);
export const pthread_mutex_trylock = (mutex: string) => new Call("pthread_mutex_trylock", [mutex]);
export const pthread_mutex_timedlock = (mutex: string, timeoutMs: number) =>
  new Call("pthread_mutex_timedlock", [mutex, timeoutMs]);
export const pthread_mutex_unlock = (mutex: string) => new Call("pthread_mutex_unlock", [mutex]);
export const pthread_mutex_consistent = (mutex: string) => new Call("pthread_mutex_consistent", [mutex]);

export const pthread_cond_wait = (condition: string, mutex: string) =>
  new Call("pthread_cond_wait", [condition, mutex]);
export const pthread_cond_timedwait = (condition: string, mutex: string, timeoutMs: number) =>
  new Call("pthread_cond_timedwait", [condition, mutex, timeoutMs]);
export const pthread_cond_signal = (condition: string) => new Call("pthread_cond_signal", [condition]);
export const pthread_cond_broadcast = (condition: string) => new Call("pthread_cond_broadcast", [condition]);

export const pthread_rwlock_init = (lock: string, prefer: "reader" | "writer" = "reader") =>
  new Call("pthread_rwlock_init", [lock, prefer]);
export const pthread_rwlock_destroy = (lock: string) => new Call("pthread_rwlock_destroy", [lock]);
export const pthread_rwlock_rdlock = (lock: string) => new Call("pthread_rwlock_rdlock", [lock]);
export const pthread_rwlock_wrlock = (lock: string) => new Call("pthread_rwlock_wrlock", [lock]);
export const pthread_rwlock_tryrdlock = (lock: string) => new Call("pthread_rwlock_tryrdlock", [lock]);
export const pthread_rwlock_trywrlock = (lock: string) => new Call("pthread_rwlock_trywrlock", [lock]);
export const pthread_rwlock_timedrdlock = (lock: string, timeoutMs: number) =>
  new Call("pthread_rwlock_timedrdlock", [lock, timeoutMs]);
export const pthread_rwlock_timedwrlock = (lock: string, timeoutMs: number) =>
  new Call("pthread_rwlock_timedwrlock", [lock, timeoutMs]);
export const pthread_rwlock_unlock = (lock: string) => new Call("pthread_rwlock_unlock", [lock]);

export const pthread_barrier_init = (barrier: string, count: number) =>
  new Call("pthread_barrier_init", [barrier, count]);
export const pthread_barrier_destroy = (barrier: string) => new Call("pthread_barrier_destroy", [barrier]);
export const pthread_barrier_wait = (barrier: string) => new Call("pthread_barrier_wait", [barrier]);

export const pthread_spin_lock = (lock: string) => new Call("pthread_spin_lock", [lock]);
export const pthread_spin_trylock = (lock: string) => new Call("pthread_spin_trylock", [lock]);
export const pthread_spin_unlock = (lock: string) => new Call("pthread_spin_unlock", [lock]);

export const futex_wait = (word: string, expected: number, timeoutMs = -1) =>
  new Call("futex_wait", [word, expected, timeoutMs]);
export const futex_wake = (word: string, count: number) => new Call("futex_wake", [word, count]);

export const sleep = () => new Call("sleep", []);
export const wakeup = (pid: number, { keep = false }: { readonly keep?: boolean } = {}) =>
  new Call("wakeup", [pid, keep]);
