/** Pipes: bytes in a ring of page slots, readers and writers that wait for each other, and the end of both (pipe(7)). */
import {
  O_DIRECT,
  O_NONBLOCK,
  O_WRONLY,
  PAGE_SIZE,
  PIPE_PAGES,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
} from "../../schema/constants.ts";
import {
  getProcess,
  listProcesses,
  namePids,
  updateObject,
  type Draft,
  type Kernel,
  type OpenFile,
  type Pid,
} from "./kernel.ts";
import { isReader, isWriter } from "./file.ts";
import { MAX_PIPE_SIZE } from "./limits.ts";
import { fail, succeed, type FileOperations, type OpenObject, type Outcome } from "./model.ts";
import { countMergeable, drain, fill, isFull, type Ring } from "./ring.ts";
import { raise } from "./signal.ts";
import { announce, wakeAll, wakeOne, type Block } from "./sleep.ts";

export interface Pipe extends Ring {
  readonly kind: "pipe";
  /** `pipe 1` for the first that `main` makes; `pipe 1 of main.2` for the first of its second child. */
  readonly name: string;
  /** Open file descriptions of each end. */
  readonly readers: number;
  readonly writers: number;
}

export const createPipe = (name: string): Pipe => ({
  kind: "pipe",
  name,
  slots: [],
  capacity: PIPE_PAGES,
  readers: 1,
  writers: 1,
});

const readable = (pipe: Pipe) => `${pipe.name} readable`;
const writable = (pipe: Pipe) => `${pipe.name} writable`;

export const pipeOperations: FileOperations<"pipe"> = {
  readBlocks(kernel, { file, object: pipe }, count) {
    if (count === 0 || pipe.slots.length > 0 || pipe.writers === 0 || file.flags & O_NONBLOCK) return null;
    const holders = listHolders(kernel, file.object, isWriter);
    return {
      on: pipe.name,
      why: `the pipe is empty, and ${namePids(holders)} may still write`,
      channels: [readable(pipe)],
      exclusive: true,
      ...endedBy(kernel, holders),
    };
  },

  read(draft, { inside }, { file, object: pipe }, count) {
    if (count === 0) return succeed(new Uint8Array());
    if (pipe.slots.length === 0) return pipe.writers === 0 ? succeed(new Uint8Array()) : fail("EAGAIN");
    const { slots, data, emptied } = drain(pipe, count);
    updateObject(draft, file.object, { ...pipe, slots });
    if (isFull(pipe) && emptied > 0) wakeOne(draft, writable(pipe), "the pipe has a free slot");
    if (inside && slots.length > 0) wakeOne(draft, readable(pipe), "the pipe still has data");
    return succeed(data);
  },

  writeBlocks(kernel, { inside }, { file, object: pipe }, data) {
    if (data.length === 0 || !isFull(pipe) || pipe.readers === 0 || file.flags & O_NONBLOCK) return null;
    if (!inside && countMergeable(pipe, data.length) > 0) return null;
    const holders = listHolders(kernel, file.object, isReader);
    return {
      on: pipe.name,
      why: `no slot of ${pipe.capacity} is free, and ${namePids(holders)} may still read`,
      channels: [writable(pipe)],
      exclusive: true,
      ...endedBy(kernel, holders),
    };
  },

  write(draft, { pid, inside }, { file, object: pipe }, data) {
    if (data.length === 0) return succeed(0);
    const done = inside?.progress ?? 0;
    if (pipe.readers === 0) {
      raise(draft, pid, "SIGPIPE");
      return done > 0 ? succeed(done) : fail("EPIPE");
    }
    const packet = (file.flags & O_DIRECT) !== 0;
    const { slots, written } = fill(pipe, done > 0 ? data.subarray(done) : data, { merge: !inside, packet });
    const filled = { ...pipe, slots };
    updateObject(draft, file.object, filled);
    if (pipe.slots.length === 0) wakeOne(draft, readable(pipe), "the pipe has data");
    else announce(draft, readable(pipe), "the pipe has more data");
    const total = done + written;
    const finished = total === data.length || (file.flags & O_NONBLOCK) !== 0;
    if (!finished) return { kind: "continue", progress: total };
    if (inside && !isFull(filled)) wakeOne(draft, writable(pipe), "the pipe still has a free slot");
    return total > 0 ? succeed(total) : fail("EAGAIN");
  },

  ready({ file, object: pipe }) {
    if (isWriteEnd(file)) return (isFull(pipe) ? 0 : POLLOUT) | (pipe.readers === 0 ? POLLERR : 0);
    return (pipe.slots.length > 0 ? POLLIN : 0) | (pipe.writers === 0 ? POLLHUP : 0);
  },

  channels: ({ file, object: pipe }) => [isWriteEnd(file) ? writable(pipe) : readable(pipe)],

  release(draft, { file, object: pipe }) {
    const closed = isWriteEnd(file) ? { ...pipe, writers: pipe.writers - 1 } : { ...pipe, readers: pipe.readers - 1 };
    updateObject(draft, file.object, closed);
    if (closed.writers === 0 && closed.readers > 0) wakeAll(draft, readable(pipe), "nobody can write any more");
    if (closed.readers === 0 && closed.writers > 0) wakeAll(draft, writable(pipe), "nobody can read any more");
  },
};

const isWriteEnd = (file: OpenFile): boolean => (file.flags & O_WRONLY) !== 0;

/** The processes that have an end of the pipe open: to write, or to read. */
function listHolders(kernel: Kernel, object: number, isOpenFor: (flags: number) => boolean): Pid[] {
  const isEnd = (file: number) => {
    const open = kernel.files[file];
    return open?.object === object && isOpenFor(open.flags);
  };
  return listProcesses(kernel)
    .filter(({ common }) => common.descriptors.some((descriptor) => descriptor && isEnd(descriptor.file)))
    .map(({ pid }) => pid);
}

/** Any thread of those that have the other end open may end the wait. */
const endedBy = (kernel: Kernel, holders: readonly Pid[]): Pick<Block, "holders" | "anyHolder"> => ({
  holders: holders.flatMap((pid) => getProcess(kernel, pid).common.threads),
  anyHolder: true,
});

/** `F_GETPIPE_SZ`: bytes. */
export const getPipeSize = (pipe: Pipe): number => pipe.capacity * PAGE_SIZE;

/** `F_SETPIPE_SZ`: whole pages, a power of two of them; answers with the size in bytes. */
export function setPipeSize(
  draft: Draft,
  { file, object: pipe }: OpenObject<"pipe">,
  argument: number,
): Outcome<number> {
  const asked = argument >>> 0;
  if (asked > 2 ** 31) return fail("EINVAL");
  const capacity = Math.max(1, 2 ** Math.ceil(Math.log2(asked / PAGE_SIZE)));
  if (capacity > pipe.capacity && capacity * PAGE_SIZE > MAX_PIPE_SIZE) return fail("EPERM");
  if (capacity < pipe.slots.length) return fail("EBUSY");
  const resized = { ...pipe, capacity };
  updateObject(draft, file.object, resized);
  wakeOne(draft, writable(pipe), "the pipe may have more room");
  return succeed(getPipeSize(resized));
}
