/** POSIX semaphores, unnamed and named (sem_overview(7)). Their waiters try again when one is posted; who comes first, takes it. */
import { O_CREAT, O_EXCL } from "../../schema/constants.ts";
import { SEM_VALUE_MAX } from "../../schema/calls/synchronisation-constants.ts";
import { namePid, type Access, type Draft, type Kernel, type Pid, type Process } from "../kernel/kernel.ts";
import type { Mechanism } from "../kernel/mechanism.ts";
import { fail, reads, succeed, writes, type CallModel, type Outcome } from "../kernel/model.ts";
import { integer, size } from "../kernel/parameters.ts";
import { wakeOne, type Block } from "../kernel/sleep.ts";
import { object, timed } from "./checks.ts";
import type { Semaphore } from "./objects.ts";
import {
  countChoices,
  describeWait,
  findShared,
  listShared,
  nameObject,
  putShared,
  removeShared,
  withTimeout,
} from "./shared.ts";

/** Longest name of a semaphore: NAME_MAX less the `sem.` that Linux puts before it. */
const longestName = 251;

const semaphoreName = (name: string) => `semaphore ${name}`;
const touchesSemaphore = (_kernel: Kernel, _process: Process, name: string) => [writes(semaphoreName(name))];
const objectOf = (_kernel: Kernel, _process: Process, name: string) => semaphoreName(name);

/** The semaphore, where the process has it. */
function findSemaphore(kernel: Kernel, { group }: Process, name: string): Semaphore | null {
  const semaphore = findShared(kernel, "semaphore", name);
  return semaphore && (semaphore.openers?.includes(group) ?? true) ? semaphore : null;
}

function findBlock(kernel: Kernel, process: Process, name: string): Block | null {
  if (findSemaphore(kernel, process, name)?.value !== 0) return null;
  return describeWait(kernel, process.pid, semaphoreName(name), "its value is 0 until somebody posts");
}

function take(draft: Draft, process: Process, name: string): Outcome<void> {
  const semaphore = findSemaphore(draft.kernel, process, name);
  if (!semaphore) return fail("EINVAL");
  if (semaphore.value === 0) return fail("EAGAIN");
  putShared(draft, { ...semaphore, value: semaphore.value - 1 });
  return succeed(undefined);
}

export const sem_init: CallModel<"sem_init"> = {
  touches: touchesSemaphore,
  perform(draft, _process, name, value) {
    if (value > SEM_VALUE_MAX) return fail("EINVAL");
    putShared(draft, { kind: "semaphore", name, value, openers: null, unlinked: false });
    return succeed(undefined);
  },
};

export const sem_destroy: CallModel<"sem_destroy"> = {
  touches: touchesSemaphore,
  perform(draft, process, name) {
    const semaphore = findSemaphore(draft.kernel, process, name);
    if (!semaphore || semaphore.openers) return fail("EINVAL");
    removeShared(draft, semaphore);
    return succeed(undefined);
  },
};

export const sem_wait: CallModel<"sem_wait"> = {
  touches: touchesSemaphore,
  blocks: findBlock,
  perform: take,
  object: objectOf,
};

export const sem_trywait: CallModel<"sem_trywait"> = {
  touches: (kernel, process, name) => [
    (findSemaphore(kernel, process, name)?.value === 0 ? reads : writes)(semaphoreName(name)),
  ],
  perform: take,
  object: objectOf,
};

/** signal(7) says that SA_RESTART counts here too; but glibc waits with a time, and Linux does not begin such a futex(2) again. */
export const sem_timedwait: CallModel<"sem_timedwait"> = {
  restarts: "never",
  touches: touchesSemaphore,
  blocks: (kernel, process, name, timeoutMs) => withTimeout(findBlock(kernel, process, name), timeoutMs),
  perform: take,
  expire: () => fail("ETIMEDOUT"),
  object: objectOf,
};

export const sem_post: CallModel<"sem_post"> = {
  touches: touchesSemaphore,
  choices: (kernel, _process, name) => countChoices(kernel, semaphoreName(name)),
  perform(draft, process, name) {
    const semaphore = findSemaphore(draft.kernel, process, name);
    if (!semaphore) return fail("EINVAL");
    if (semaphore.value === SEM_VALUE_MAX) return fail("EOVERFLOW");
    putShared(draft, { ...semaphore, value: semaphore.value + 1 });
    wakeOne(draft, semaphoreName(name), `${namePid(process.pid)} has posted ${semaphoreName(name)}`);
    return succeed(undefined);
  },
  object: objectOf,
};

const countWaiting = (kernel: Kernel, name: string): number =>
  kernel.sleepers.filter(({ channel }) => channel === semaphoreName(name)).length;

export const sem_getvalue: CallModel<"sem_getvalue"> = {
  touches: (_kernel, _process, name) => [reads(semaphoreName(name))],
  choices: (kernel, process, name) =>
    findSemaphore(kernel, process, name)?.value === 0 && countWaiting(kernel, name) > 0 ? 2 : 1,
  perform(draft, process, name) {
    const semaphore = findSemaphore(draft.kernel, process, name);
    if (!semaphore) return fail("EINVAL");
    return succeed(draft.choice === 0 ? semaphore.value : -countWaiting(draft.kernel, name));
  },
  object: objectOf,
};

/** Linux strips the slashes in front, and has none behind them; POSIX asks for exactly one. */
function checkName(name: string): "EINVAL" | "ENAMETOOLONG" | null {
  const stripped = name.replace(/^\/+/, "");
  if (stripped === "" || stripped.includes("/")) return "EINVAL";
  return stripped.length > longestName ? "ENAMETOOLONG" : null;
}

const canonical = (name: string) => `/${name.replace(/^\/+/, "")}`;

function touchesName(kernel: Kernel, _process: Process, name: string): readonly Access[] {
  const found = findShared(kernel, "semaphore name", canonical(name));
  return [writes(`semaphore name ${canonical(name)}`), ...(found ? [writes(semaphoreName(found.semaphore))] : [])];
}

export const sem_open: CallModel<"sem_open"> = {
  touches: touchesName,
  perform(draft, { group }, name, flags, value) {
    const wrong = checkName(name);
    if (wrong) return fail(wrong);
    const found = findShared(draft.kernel, "semaphore name", canonical(name));
    const existing = found && findShared(draft.kernel, "semaphore", found.semaphore);
    if (existing) {
      if (flags & O_CREAT && flags & O_EXCL) return fail("EEXIST");
      putShared(draft, { ...existing, openers: [...(existing.openers ?? []), group] });
      return succeed(existing.name);
    }
    if (!(flags & O_CREAT)) return fail("ENOENT");
    if (value > SEM_VALUE_MAX) return fail("EINVAL");
    const handle = findFreeHandle(draft.kernel, canonical(name));
    putShared(draft, { kind: "semaphore name", name: canonical(name), semaphore: handle });
    putShared(draft, { kind: "semaphore", name: handle, value, openers: [group], unlinked: false });
    return succeed(handle);
  },
};

/** One that is unlinked keeps its name here as long as somebody has it open; the next one is `/name#2`. */
function findFreeHandle(kernel: Kernel, name: string): string {
  let handle = name;
  for (let number = 2; findShared(kernel, "semaphore", handle); number += 1) handle = `${name}#${number}`;
  return handle;
}

/** Takes `group` out of the openers, once or for all times. */
function closeSemaphore(draft: Draft, semaphore: Semaphore, group: Pid, all: boolean): void {
  const openers = semaphore.openers ?? [];
  const first = openers.indexOf(group);
  const left = openers.filter((opener, index) => (all ? opener !== group : index !== first));
  if (left.length === 0 && semaphore.unlinked) removeShared(draft, semaphore);
  else putShared(draft, { ...semaphore, openers: left });
}

export const sem_close: CallModel<"sem_close"> = {
  touches: touchesSemaphore,
  perform(draft, process, name) {
    const semaphore = findSemaphore(draft.kernel, process, name);
    if (!semaphore?.openers) return fail("EINVAL");
    closeSemaphore(draft, semaphore, process.group, false);
    return succeed(undefined);
  },
};

export const sem_unlink: CallModel<"sem_unlink"> = {
  touches: touchesName,
  perform(draft, _process, name) {
    const found = findShared(draft.kernel, "semaphore name", canonical(name));
    if (!found) return fail("ENOENT");
    removeShared(draft, found);
    const semaphore = findShared(draft.kernel, "semaphore", found.semaphore);
    if (semaphore?.openers?.length === 0) removeShared(draft, semaphore);
    else if (semaphore) putShared(draft, { ...semaphore, unlinked: true });
    return succeed(undefined);
  },
};

const listOpen = (kernel: Kernel, { pid }: Process): Semaphore[] =>
  listShared(kernel, "semaphore").filter(({ openers }) => openers?.includes(pid));

/** A child has open what its parent has (sem_open(3)). */
function inheritSemaphores(draft: Draft, parent: Process, child: Process): void {
  if (child.group !== child.pid) return;
  for (const semaphore of listShared(draft.kernel, "semaphore")) {
    const inherited = semaphore.openers?.filter((opener) => opener === parent.group).map(() => child.pid) ?? [];
    if (inherited.length === 0) continue;
    putShared(draft, { ...semaphore, openers: [...(semaphore.openers ?? []), ...inherited] });
  }
}

/** The end of a process, or another program in it, closes them all. */
function closeSemaphores(draft: Draft, process: Process): void {
  for (const semaphore of listOpen(draft.kernel, process)) closeSemaphore(draft, semaphore, process.pid, true);
}

/** POSIX semaphores, as the kernel loads them. */
export const semaphores: Mechanism = {
  calls: {
    sem_init,
    sem_destroy,
    sem_open,
    sem_close,
    sem_unlink,
    sem_wait,
    sem_trywait,
    sem_timedwait,
    sem_post,
    sem_getvalue,
  },
  parameters: {
    sem_init: [...object, ["value", size]],
    sem_destroy: object,
    sem_open: [...object, ["flags", integer], ["value", size]],
    sem_close: object,
    sem_unlink: object,
    sem_wait: object,
    sem_trywait: object,
    sem_timedwait: timed,
    sem_post: object,
    sem_getvalue: object,
  },
  lifecycle: {
    fork: inheritSemaphores,
    exec: closeSemaphores,
    exit: closeSemaphores,
    touches: (kernel, process) => listOpen(kernel, process).map((semaphore) => writes(nameObject(semaphore))),
  },
};
