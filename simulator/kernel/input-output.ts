/** read, write and print: EBADF here, the rest by the kind of file. */
import { POLLERR } from "../../schema/constants.ts";
import { findName, findOpenFor, operationsOf, touchesObject } from "./file.ts";
import type { Access, Kernel, Process } from "./kernel.ts";
import { fail, succeed, writes, type CallModel } from "./model.ts";

export const read: CallModel<"read"> = {
  touches: touchesObject,
  blocks(kernel, process, fd, count) {
    const open = findOpenFor(kernel, process, fd, "read");
    return open && operationsOf(open.object).readBlocks(kernel, open, count);
  },
  perform(draft, process, fd, count) {
    const open = findOpenFor(draft.kernel, process, fd, "read");
    return open ? operationsOf(open.object).read(draft, process, open, count) : fail("EBADF");
  },
  object: findName,
};

/** A write that will raise SIGPIPE (which poll foretells by POLLERR) may end the writer. */
function touchesWriting(kernel: Kernel, process: Process, fd: number): Access[] {
  const touched = touchesObject(kernel, process, fd);
  const open = findOpenFor(kernel, process, fd, "write");
  const raises = open && (operationsOf(open.object).ready(open) & POLLERR) !== 0;
  return raises ? [...touched, writes(`process ${process.pid}`)] : touched;
}

export const write: CallModel<"write"> = {
  touches: touchesWriting,
  blocks(kernel, process, fd, data) {
    const open = findOpenFor(kernel, process, fd, "write");
    return open && operationsOf(open.object).writeBlocks(kernel, process, open, data);
  },
  perform(draft, process, fd, data) {
    const open = findOpenFor(draft.kernel, process, fd, "write");
    return open ? operationsOf(open.object).write(draft, process, open, data) : fail("EBADF");
  },
  object: findName,
};

const standardOutput = 1;
const encodeLine = (line: string): Uint8Array => new TextEncoder().encode(`${line}\n`);

/** A line to descriptor 1, wherever that leads. */
export const print: CallModel<"print"> = {
  touches: (kernel, process) => touchesWriting(kernel, process, standardOutput),
  blocks: (kernel, process, line) => write.blocks?.(kernel, process, standardOutput, encodeLine(line)) ?? null,
  perform(draft, process, line) {
    const outcome = write.perform(draft, process, standardOutput, encodeLine(line));
    return outcome.kind === "return" ? succeed(undefined) : outcome;
  },
  object: (kernel, process) => findName(kernel, process, standardOutput),
  silent: (kernel, process) => findOpenFor(kernel, process, standardOutput, "write")?.object.kind === "output",
};
