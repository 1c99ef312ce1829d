/** FIFOs (fifo(7)): the core's pipe under a path. What is new is the opening, in which the two ends wait for each other. */
import { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY, POLLHUP } from "../../schema/constants.ts";
import { isReader, isWriter, O_ACCMODE } from "../kernel/file.ts";
import {
  getObject,
  listProcesses,
  updateObject,
  type Draft,
  type Kernel,
  type Pid,
  type Process,
} from "../kernel/kernel.ts";
import { fail, type FileOperations, type OpenObject, type Outcome } from "../kernel/model.ts";
import { createPipe, pipeOperations, type Pipe } from "../kernel/pipe.ts";
import { wakeAll, type Block } from "../kernel/sleep.ts";
import { openObject } from "./open-object.ts";

export interface Fifo extends Omit<Pipe, "kind"> {
  readonly kind: "fifo";
  readonly mode: number;
  /** Who waited in open(2) when the other end was opened: these count as open already, whatever happens until they run. */
  readonly admitted: readonly Pid[];
  /** Open file descriptions that could read when nobody could write, and have not seen a writer since: to them poll(2) says no POLLHUP. */
  readonly early: readonly number[];
}

export const createFifo = (name: string, mode: number): Fifo => ({
  ...createPipe(name),
  kind: "fifo",
  mode,
  readers: 0,
  writers: 0,
  admitted: [],
  early: [],
});

const opening = (fifo: Fifo) => `${fifo.name} opening`;
const openReadable = (fifo: Fifo) => `${fifo.name} readable`;
const openWritable = (fifo: Fifo) => `${fifo.name} writable`;

/** Those who wait in open(2) for the end `isEnd`. */
const listOpeners = (kernel: Kernel, fifo: Fifo, isEnd: (flags: number) => boolean): Process[] =>
  listProcesses(kernel).filter(({ pid, call, inside, blocked }) => {
    if (call?.name !== "open" || !inside || !blocked || fifo.admitted.includes(pid)) return false;
    return blocked.channels.includes(opening(fifo)) && isEnd(call.args[1] as number);
  });

/** open(2) of a FIFO waits until the other end is open or is being opened. */
export function openBlocks(kernel: Kernel, { pid }: Process, fifo: Fifo, flags: number): Block | null {
  const mode = flags & O_ACCMODE;
  if (flags & O_NONBLOCK || mode === O_RDWR || fifo.admitted.includes(pid)) return null;
  const [others, isOther] = mode === O_RDONLY ? [fifo.writers, isWriter] : [fifo.readers, isReader];
  if (others > 0 || listOpeners(kernel, fifo, isOther).length > 0) return null;
  const wanted = mode === O_RDONLY ? "writing" : "reading";
  return { on: fifo.name, why: `nobody has it open for ${wanted}`, channels: [opening(fifo)], exclusive: false };
}

/** Opens an end. ENXIO: with O_NONBLOCK for writing, where nobody reads. */
export function openFifo(draft: Draft, process: Process, index: number, flags: number): Outcome<number> {
  const fifo = getObject(draft.kernel, index) as Fifo;
  const [reads, writes] = [isReader(flags), isWriter(flags)];
  if (fifo.admitted.includes(process.pid)) {
    const admitted = fifo.admitted.filter((pid) => pid !== process.pid);
    updateObject(draft, index, { ...fifo, admitted });
    return openObject(draft, process, () => index, flags);
  }
  const readers = writes ? listOpeners(draft.kernel, fifo, isReader) : [];
  const writers = reads ? listOpeners(draft.kernel, fifo, isWriter) : [];
  if (flags & O_NONBLOCK && !reads && fifo.readers + readers.length === 0) return fail("ENXIO");
  const outcome = openObject(draft, process, () => index, flags);
  if (outcome.kind !== "return") return outcome;
  const fileIndex = draft.kernel.files.length - 1;
  const opened: Fifo = {
    ...fifo,
    readers: fifo.readers + readers.length + (reads ? 1 : 0),
    writers: fifo.writers + writers.length + (writes ? 1 : 0),
    admitted: [...fifo.admitted, ...readers.map(({ pid }) => pid), ...writers.map(({ pid }) => pid)],
  };
  const early = opened.writers > 0 ? [] : [...fifo.early, fileIndex];
  updateObject(draft, index, { ...opened, early });
  if (opened.admitted.length > 0) wakeAll(draft, opening(fifo), "the other end is open");
  return outcome;
}

/** The core's operations do not ask what kind of pipe they work on. */
const asPipe = (open: OpenObject<"fifo">) => open as unknown as OpenObject<"pipe">;

export const fifoOperations: FileOperations<"fifo"> = {
  readBlocks: (kernel, open, count) => pipeOperations.readBlocks(kernel, asPipe(open), count),
  read: (draft, process, open, count) => pipeOperations.read(draft, process, asPipe(open), count),
  writeBlocks: (kernel, process, open, data) => pipeOperations.writeBlocks(kernel, process, asPipe(open), data),
  write: (draft, process, open, data) => pipeOperations.write(draft, process, asPipe(open), data),
  ready(open, kernel) {
    const { flags } = open.file;
    const as = (mode: number): OpenObject<"pipe"> => ({ ...asPipe(open), file: { ...open.file, flags: mode } });
    const readable = isReader(flags) ? pipeOperations.ready(as(O_RDONLY), kernel) : 0;
    const heard = open.object.early.includes(open.fileIndex) ? readable & ~POLLHUP : readable;
    return heard | (isWriter(flags) ? pipeOperations.ready(as(O_WRONLY), kernel) : 0);
  },
  channels: ({ file, object }) => [
    ...(isReader(file.flags) ? [openReadable(object)] : []),
    ...(isWriter(file.flags) ? [openWritable(object)] : []),
  ],
  release(draft, { file, fileIndex, object }) {
    const readers = object.readers - (isReader(file.flags) ? 1 : 0);
    const writers = object.writers - (isWriter(file.flags) ? 1 : 0);
    const early = object.early.filter((one) => one !== fileIndex);
    // What nobody has open has no buffer: what was not read is gone.
    const slots = readers + writers === 0 ? [] : object.slots;
    updateObject(draft, file.object, { ...object, readers, writers, early, slots });
    if (writers === 0 && readers > 0) wakeAll(draft, openReadable(object), "nobody can write any more");
    if (readers === 0 && writers > 0) wakeAll(draft, openWritable(object), "nobody can read any more");
  },
};
