/** The calls about descriptors themselves: pipe2, close, dup2, fcntl. */
import {
  F_DUPFD,
  F_GETFD,
  F_GETFL,
  F_GETPIPE_SZ,
  F_SETFD,
  F_SETFL,
  F_SETPIPE_SZ,
  FD_CLOEXEC,
  O_APPEND,
  O_CLOEXEC,
  O_DIRECT,
  O_NONBLOCK,
  O_RDONLY,
  O_WRONLY,
} from "../../schema/constants.ts";
import {
  addFile,
  changeDescriptor,
  closeDescriptor,
  descriptorFlags,
  descriptorsOf,
  findName,
  findFreeDescriptors,
  findOpen,
  setDescriptor,
} from "./file.ts";
import { addObject, updateThread, type Draft, type KernelObject, type Process } from "./kernel.ts";
import { MAX_DESCRIPTORS } from "./limits.ts";
import { fail, succeed, type BasicModel, type OpenObject, type Outcome } from "./model.ts";
import { createPipe, getPipeSize, setPipeSize, type Pipe } from "./pipe.ts";

export const pipe2: BasicModel<"pipe2"> = {
  perform(draft, process, flags) {
    if (flags & ~(O_NONBLOCK | O_CLOEXEC | O_DIRECT)) return fail("EINVAL");
    const free = findFreeDescriptors(draft.kernel, process, 2);
    if (!free) return fail("EMFILE");
    const [readEnd, writeEnd] = free as [number, number];
    const number = process.thread.pipes + 1;
    const pipe = createPipe(process.role === "main" ? `pipe ${number}` : `pipe ${number} of ${process.role}`);
    const object = addObject(draft, pipe);
    updateThread(draft, process.pid, { pipes: number });
    const closeOnExec = (flags & O_CLOEXEC) !== 0;
    const readFile = addFile(draft, object, O_RDONLY | (flags & O_NONBLOCK));
    const writeFile = addFile(draft, object, O_WRONLY | (flags & (O_NONBLOCK | O_DIRECT)));
    setDescriptor(draft, process.pid, readEnd, { file: readFile, closeOnExec });
    setDescriptor(draft, process.pid, writeEnd, { file: writeFile, closeOnExec });
    return succeed([readEnd, writeEnd]);
  },
};

export const close: BasicModel<"close"> = {
  perform(draft, process, fd) {
    if (!findOpen(draft.kernel, process, fd)) return fail("EBADF");
    closeDescriptor(draft, process.pid, fd);
    return succeed(undefined);
  },
  object: findName,
};

export const dup2: BasicModel<"dup2"> = {
  perform(draft, process, oldFd, newFd) {
    const descriptor = descriptorsOf(draft.kernel, process)[oldFd];
    if (!descriptor || newFd < 0 || newFd >= MAX_DESCRIPTORS) return fail("EBADF");
    if (oldFd === newFd) return succeed(newFd);
    closeDescriptor(draft, process.pid, newFd);
    setDescriptor(draft, process.pid, newFd, { file: descriptor.file, closeOnExec: false });
    return succeed(newFd);
  },
  object: findName,
};

export const fcntl: BasicModel<"fcntl"> = {
  perform(draft, process, fd, command, argument) {
    const open = findOpen(draft.kernel, process, fd);
    return open ? control(draft, process, fd, open, command, argument) : fail("EBADF");
  },
  object: findName,
};

function control(
  draft: Draft,
  process: Process,
  fd: number,
  open: OpenObject,
  command: number,
  argument: number,
): Outcome<number> {
  const { file, fileIndex, object } = open;
  const descriptor = descriptorsOf(draft.kernel, process)[fd];
  if (!descriptor) return fail("EBADF");
  switch (command) {
    case F_DUPFD:
      return duplicate(draft, process, fileIndex, argument);
    case F_GETFD:
      return succeed(descriptorFlags(descriptor));
    case F_SETFD: {
      const changed = { ...descriptor, closeOnExec: (argument & FD_CLOEXEC) !== 0 };
      changeDescriptor(draft, process, fd, changed);
      return succeed(0);
    }
    case F_GETFL:
      return succeed(file.flags);
    case F_SETFL: {
      const settable = O_NONBLOCK | O_DIRECT | O_APPEND;
      const flags = (file.flags & ~settable) | (argument & settable);
      draft.kernel = { ...draft.kernel, files: draft.kernel.files.with(fileIndex, { ...file, flags }) };
      return succeed(0);
    }
    case F_GETPIPE_SZ:
      return isPipe(object) ? succeed(getPipeSize(object)) : fail("EBADF");
    case F_SETPIPE_SZ:
      return isPipe(object) ? setPipeSize(draft, { file, fileIndex, object }, argument) : fail("EBADF");
    default:
      return fail("EINVAL");
  }
}

/** A FIFO is the same with a name. */
const isPipe = (object: KernelObject): object is Pipe => object.kind === "pipe" || object.kind === ("fifo" as string);

function duplicate(draft: Draft, process: Process, file: number, from: number): Outcome<number> {
  if (from < 0 || from >= MAX_DESCRIPTORS) return fail("EINVAL");
  const fd = findFreeDescriptors(draft.kernel, process, 1, from)?.[0];
  if (fd === undefined) return fail("EMFILE");
  setDescriptor(draft, process.pid, fd, { file, closeOnExec: false });
  return succeed(fd);
}
