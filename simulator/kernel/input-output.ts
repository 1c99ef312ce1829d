/** read, write and print: EBADF here, the rest by the kind of file. */
import { bytes } from "../../schema/call.ts";
import { findName, findOpenFor } from "./file.ts";
import { operationsOf } from "./mechanism.ts";
import { fail, succeed, type BasicModel } from "./model.ts";

export const read: BasicModel<"read"> = {
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

export const write: BasicModel<"write"> = {
  /** What is put stays put: a handler makes it a short write. */
  interrupt: (_draft, { inside }) => (inside && inside.progress > 0 ? succeed(inside.progress) : null),
  blocks(kernel, process, fd, data) {
    const open = findOpenFor(kernel, process, fd, "write");
    return open && operationsOf(open.object).writeBlocks(kernel, process, open, data);
  },
  perform(draft, process, fd, data) {
    const open = findOpenFor(draft.kernel, process, fd, "write");
    if (open) return operationsOf(open.object).write(draft, process, open, data);
    // Another thread has closed it meanwhile; Linux goes on writing even then.
    return process.inside?.progress ? succeed(process.inside.progress) : fail("EBADF");
  },
  object: findName,
};

/** The descriptor that print writes to. */
export const standardOutput = 1;
const encodeLine = (line: string): Uint8Array => bytes(`${line}\n`);

/** A line to descriptor 1, wherever that leads. */
export const print: BasicModel<"print"> = {
  blocks: (kernel, process, line) => write.blocks?.(kernel, process, standardOutput, encodeLine(line)) ?? null,
  perform(draft, process, line) {
    const outcome = write.perform(draft, process, standardOutput, encodeLine(line));
    return outcome.kind === "return" ? succeed(undefined) : outcome;
  },
  object: (kernel, process) => findName(kernel, process, standardOutput),
  silent: (kernel, process) => findOpenFor(kernel, process, standardOutput, "write")?.object.kind === "output",
};
