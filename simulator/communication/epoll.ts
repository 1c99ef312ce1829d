/**
 * epoll(7) as Linux builds it (fs/eventpoll.c): whoever makes a file ready puts it at the end of the ready list; a wait looks at the list
 * in order, drops what is not ready any more, and puts what is level-triggered at the end again. So a level is reported as long as it
 * lasts and everybody gets a turn, and an edge once for each time that something happened.
 */
import type { EpollEvent } from "../../schema/calls/communication.ts";
import {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLERR,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLHUP,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  EPOLLRDHUP,
} from "../../schema/calls/communication-constants.ts";
import { O_RDWR } from "../../schema/constants.ts";
import { touchesObject } from "../kernel/accesses.ts";
import { findName, findOpen } from "../kernel/file.ts";
import {
  accessName,
  addObject,
  getObject,
  updateObject,
  type Access,
  type Draft,
  type Kernel,
  type Process,
} from "../kernel/kernel.ts";
import { operationsOf } from "../kernel/mechanism.ts";
import {
  fail,
  reads,
  succeed,
  writes,
  type CallModel,
  type FileOperations,
  type OpenObject,
  type Outcome,
} from "../kernel/model.ts";
import { addListener, wakeOne } from "../kernel/sleep.ts";
import { MAX_ORDERS } from "./limits.ts";
import { findKind, getKind, numberName, openObject } from "./open-object.ts";

/** One registration: a descriptor number together with the open file description that it named then. */
interface EpollItem {
  readonly fd: number;
  /** Its place in `Kernel.files`; the registration ends with it, not with `fd`. */
  readonly file: number;
  /** What is asked for, `EPOLLET` and the like included; 0 once a one-shot has been reported. */
  readonly events: number;
  readonly data: number;
  /** Counts registrations: whoever came last hears first. */
  readonly since: number;
}

export interface Epoll {
  readonly kind: "epoll";
  readonly name: string;
  readonly items: readonly EpollItem[];
  /** Those of `items` that something has happened to, in that order. */
  readonly ready: readonly EpollItem[];
}

const channelOf = ({ name }: Epoll) => `${name} ready`;
/** JavaScript's bit operations make 2³¹ negative. */
const has = (events: number, flag: number) => (events & flag) !== 0;

function openOf(kernel: Kernel, { file: fileIndex }: EpollItem): OpenObject | null {
  const file = kernel.files[fileIndex];
  return file ? { file, fileIndex, object: getObject(kernel, file.object) } : null;
}

/** What an item has to report now. */
function pollItem(kernel: Kernel, item: EpollItem): number {
  const open = openOf(kernel, item);
  return open ? operationsOf(open.object).ready(open, kernel) & item.events : 0;
}

const listReady = (kernel: Kernel, { ready }: Epoll) => ready.filter((item) => pollItem(kernel, item) !== 0);

const listEpolls = ({ objects }: Kernel) =>
  [...objects.entries()].filter((entry): entry is [number, Epoll] => entry[1].kind === "epoll");

const nextSince = (kernel: Kernel): number =>
  1 + Math.max(0, ...listEpolls(kernel).flatMap(([, { items }]) => items.map(({ since }) => since)));

/** What a channel tells of: some wake-ups concern readers or writers only. */
const eventsOf = (channel: string): number =>
  channel.endsWith(" readable") ? EPOLLIN | EPOLLRDHUP : channel.endsWith(" writable") ? EPOLLOUT : ~0;

/**
 * Something happened on a channel: each registration that asked for it and finds it so goes to the end of its ready list; the latest
 * registration first, since a wait queue is a stack, and of exclusive ones, which come last, only one.
 */
addListener((draft, channel, why) => {
  const watching = listEpolls(draft.kernel)
    .filter(([, epoll]) => channel !== channelOf(epoll))
    .flatMap(([index, { items }]) => items.map((item) => ({ index, item, isExclusive: has(item.events, EPOLLEXCLUSIVE) })))
    .toSorted((a, b) => Number(a.isExclusive) - Number(b.isExclusive) || (a.isExclusive ? a.item.since - b.item.since : b.item.since - a.item.since)); // prettier-ignore
  let isTaken = false;
  for (const { index, item, isExclusive } of watching) {
    const open = openOf(draft.kernel, item);
    if (!open || !operationsOf(open.object).channels(open, draft.kernel).includes(channel)) continue;
    const isMeant = has(item.events, eventsOf(channel)) || has(pollItem(draft.kernel, item), EPOLLERR | EPOLLHUP);
    if (!isMeant || (isExclusive && isTaken) || pollItem(draft.kernel, item) === 0) continue;
    const name = channelOf(getKind(draft.kernel, index, "epoll"));
    isTaken ||= isExclusive && draft.kernel.sleepers.some((sleeper) => sleeper.channel === name);
    makeReady(draft, index, item, why);
  }
});

function makeReady(draft: Draft, index: number, item: EpollItem, why: string): void {
  const epoll = getKind(draft.kernel, index, "epoll");
  if (!epoll.ready.includes(item)) updateObject(draft, index, { ...epoll, ready: [...epoll.ready, item] });
  wakeOne(draft, channelOf(epoll), why);
}

export const epoll_create1: CallModel<"epoll_create1"> = {
  touches: () => [writes("files")],
  perform(draft, process, flags) {
    if (flags & ~EPOLL_CLOEXEC) return fail("EINVAL");
    const create = () =>
      addObject(draft, { kind: "epoll", name: numberName(draft, process, "epoll"), items: [], ready: [] });
    return openObject(draft, process, create, O_RDWR | flags);
  },
};

export const epoll_ctl: CallModel<"epoll_ctl"> = {
  touches: (kernel, process, epfd, _operation, fd) => [
    ...touchesObject(kernel, process, epfd),
    ...touchesObject(kernel, process, fd),
  ],
  perform(draft, process, epfd, operation, fd, events, data): Outcome<undefined> {
    const target = findOpen(draft.kernel, process, fd);
    if (!findOpen(draft.kernel, process, epfd) || !target) return fail("EBADF");
    // Regular files are always ready, so that waiting for them makes no sense.
    if (operationsOf(target.object).bytes) return fail("EPERM");
    const open = findKind(draft.kernel, process, epfd, "epoll");
    if (!open || open.fileIndex === target.fileIndex) return fail("EINVAL");
    const { object: epoll, file } = open;
    const registered = epoll.items.find((item) => item.fd === fd && item.file === target.fileIndex);
    const item: EpollItem = {
      fd,
      file: target.fileIndex,
      events: (events | EPOLLERR | EPOLLHUP) >>> 0,
      data,
      since: registered?.since ?? nextSince(draft.kernel),
    };
    if (operation === EPOLL_CTL_ADD) {
      if (has(events, EPOLLEXCLUSIVE) && !isExclusiveAllowed(events, target)) return fail("EINVAL");
      if (leadsTo(draft.kernel, target.file.object, file.object)) return fail("ELOOP");
      if (registered) return fail("EEXIST");
      register(draft, file.object, { ...epoll, items: [...epoll.items, item] }, item);
      return succeed(undefined);
    }
    if (operation !== EPOLL_CTL_DEL && operation !== EPOLL_CTL_MOD) return fail("EINVAL");
    if (operation === EPOLL_CTL_MOD && has(events, EPOLLEXCLUSIVE)) return fail("EINVAL");
    if (!registered) return fail("ENOENT");
    const ready = epoll.ready.filter((one) => one !== registered);
    if (operation === EPOLL_CTL_DEL) {
      updateObject(draft, file.object, { ...epoll, items: epoll.items.filter((one) => one !== registered), ready });
      return succeed(undefined);
    }
    if (has(registered.events, EPOLLEXCLUSIVE)) return fail("EINVAL");
    const items = epoll.items.map((one) => (one === registered ? item : one));
    register(draft, file.object, { ...epoll, items, ready }, item);
    return succeed(undefined);
  },
  object: findName,
};

const isExclusiveAllowed = (events: number, { object }: OpenObject) =>
  object.kind !== "epoll" &&
  !has(events, EPOLLONESHOT) &&
  (events & 0xffff & ~(EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP)) === 0;

/** What is ready when it is registered is reported, edge or not. */
function register(draft: Draft, index: number, epoll: Epoll, item: EpollItem): void {
  updateObject(draft, index, epoll);
  if (pollItem(draft.kernel, item) !== 0) makeReady(draft, index, item, "a descriptor that is ready was registered");
}

/** Whether the epoll at `from` watches, itself or through others, the one at `to`. */
function leadsTo(kernel: Kernel, from: number, to: number): boolean {
  const object = getObject(kernel, from);
  if (object.kind !== "epoll") return false;
  return from === to || object.items.some((item) => {
    const open = openOf(kernel, item);
    return open !== null && leadsTo(kernel, open.file.object, to);
  }); // prettier-ignore
}

const touchesItems = (kernel: Kernel, process: Process, epfd: number): Access[] => {
  const items = findKind(kernel, process, epfd, "epoll")?.object.items ?? [];
  const watched = items.map((item) => openOf(kernel, item)).filter((open) => open !== null);
  return [...touchesObject(kernel, process, epfd), ...watched.map(({ object }) => reads(accessName(object)))];
};

export const epoll_wait: CallModel<"epoll_wait"> = {
  restarts: "never",
  touches: touchesItems,
  blocks(kernel, process, epfd, maxevents, timeoutMs) {
    const open = findKind(kernel, process, epfd, "epoll");
    if (!open || maxevents <= 0 || timeoutMs === 0 || listReady(kernel, open.object).length > 0) return null;
    const { object: epoll } = open;
    return {
      on: epoll.name,
      why: `none of ${epoll.items.length} registered descriptors is ready`,
      channels: [channelOf(epoll)],
      exclusive: true,
      ...(timeoutMs > 0 ? { timeoutMs } : {}),
    };
  },
  /** Linux goes by its ready list; nobody promises an order, so that any rotation of it is permitted. */
  choices(kernel, process, epfd) {
    const open = findKind(kernel, process, epfd, "epoll");
    return open ? Math.max(1, Math.min(MAX_ORDERS, listReady(kernel, open.object).length)) : 1;
  },
  perform(draft, process, epfd, maxevents): Outcome<readonly EpollEvent[]> {
    if (!findOpen(draft.kernel, process, epfd)) return fail("EBADF");
    const open = findKind(draft.kernel, process, epfd, "epoll");
    if (!open || maxevents <= 0) return fail("EINVAL");
    const { object: epoll, file } = open;
    const listed = listReady(draft.kernel, epoll);
    const rotated = [...listed.slice(draft.choice), ...listed.slice(0, draft.choice)];
    const reported = rotated.slice(0, maxevents);
    const rest = rotated.slice(maxevents);
    const events = reported.map((item) => ({ events: pollItem(draft.kernel, item), data: item.data }));
    const disarm = (item: EpollItem) =>
      reported.includes(item) && has(item.events, EPOLLONESHOT) ? { ...item, events: 0 } : item;
    const again = reported.filter((item) => !has(item.events, EPOLLET) && !has(item.events, EPOLLONESHOT));
    const items = epoll.items.map(disarm);
    updateObject(draft, file.object, { ...epoll, items, ready: [...rest, ...again] });
    if (rest.length > 0 || again.length > 0) wakeOne(draft, channelOf(epoll), "there is more to report");
    return succeed(events);
  },
  expire: () => succeed([]),
  object: findName,
};

export const epollOperations: FileOperations<"epoll"> = {
  readBlocks: () => null,
  read: () => fail("EINVAL"),
  writeBlocks: () => null,
  write: () => fail("EINVAL"),
  ready: ({ object }, kernel) => (listReady(kernel, object).length > 0 ? EPOLLIN : 0),
  channels: ({ object }) => [channelOf(object)],
  release: (draft, { file, object }) => updateObject(draft, file.object, { ...object, items: [], ready: [] }),
};

/** What happens to an object reaches the ready lists of those epolls that watch it. */
export const touchesWatchers = (kernel: Kernel, index: number): Access[] =>
  kernel.objects
    .filter((object) => object.kind === "epoll")
    .filter(({ items }) => items.some((item) => kernel.files[item.file]?.object === index))
    .map(({ name }) => writes(name));
