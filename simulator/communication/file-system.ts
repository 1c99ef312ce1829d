/**
 * Paths: open, mkfifo, unlink, stat. A name leads to an object and is all that there is of a file system: every directory exists, the
 * working directory is `/`, and one user owns everything and may do everything.
 */
import { O_CREAT, O_EXCL, O_TRUNC } from "../../schema/constants.ts";
import type { FileStatus } from "../../schema/calls/communication.ts";
import type { ErrnoName } from "../../schema/errno.ts";
import { touchesObject } from "../kernel/accesses.ts";
import { findName, findOpen } from "../kernel/file.ts";
import {
  addObject,
  bindName,
  findNamed,
  getObject,
  unbindName,
  type Access,
  type Kernel,
  type KernelObject,
} from "../kernel/kernel.ts";
import { isFile, listLifecycles, operationsOf } from "../kernel/mechanism.ts";
import { fail, succeed, writes, type CallModel } from "../kernel/model.ts";
import { resize } from "./byte-file.ts";
import { createFifo, openBlocks, openFifo } from "./fifo.ts";
import { NAME_MAX, PATH_MAX } from "./limits.ts";
import { distinguishName, openObject } from "./open-object.ts";
import { createFile } from "./regular-file.ts";

/** A path in its shortest form from `/`: the key of `Kernel.names`. */
export const normalisePath = (path: string): string =>
  `/${path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`;

/** Why a path cannot lead anywhere; null where it can. */
export function checkPath(kernel: Kernel, path: string): ErrnoName | null {
  if (path === "") return "ENOENT";
  const parts = normalisePath(path).split("/").slice(1);
  if (path.length >= PATH_MAX || parts.some((part) => part.length > NAME_MAX)) return "ENAMETOOLONG";
  const above = parts.map((_, index) => `/${parts.slice(0, index).join("/")}`);
  if (above.some((directory) => findNamed(kernel, directory) !== undefined)) return "ENOTDIR";
  if (parts[0] === "") return "EISDIR";
  if (!path.endsWith("/")) return null;
  return findNamed(kernel, normalisePath(path)) === undefined ? "ENOENT" : "ENOTDIR";
}

/** A call that looks at a path, and at what it leads to; `isChange`: and may change where it leads. */
function touchesPath(kernel: Kernel, path: string, isChange: boolean): Access[] {
  const found = findNamed(kernel, normalisePath(path));
  const name: Access = { object: `path ${normalisePath(path)}`, writes: isChange };
  if (found === undefined) return [name];
  const behind = listLifecycles().flatMap(({ watchers }) => watchers?.(kernel, found) ?? []);
  return [name, writes(getObject(kernel, found).name), ...behind];
}

const findObject = (kernel: Kernel, path: string): KernelObject | undefined => {
  const found = findNamed(kernel, normalisePath(path));
  return found === undefined ? undefined : getObject(kernel, found);
};
const nameOf = (kernel: Kernel, path: string): string => findObject(kernel, path)?.name ?? `path ${path}`.slice(0, 200);

export const open: CallModel<"open"> = {
  touches: (kernel, _process, path, flags) => [writes("files"), ...touchesPath(kernel, path, (flags & O_CREAT) !== 0)],
  blocks(kernel, process, path, flags) {
    const found = findObject(kernel, path);
    const refused = checkPath(kernel, path) !== null || (flags & O_CREAT && flags & O_EXCL);
    return found?.kind === "fifo" && !refused ? openBlocks(kernel, process, found, flags) : null;
  },
  perform(draft, process, path, flags, mode) {
    // What ends in a slash can only be a directory, which open(2) does not make.
    const refused = flags & O_CREAT && path.endsWith("/") ? "EISDIR" : checkPath(draft.kernel, path);
    if (refused) return fail(refused);
    const name = normalisePath(path);
    const found = findNamed(draft.kernel, name);
    const kept = flags & ~(O_CREAT | O_EXCL | O_TRUNC);
    if (found === undefined) {
      if (!(flags & O_CREAT)) return fail("ENOENT");
      return openObject(
        draft,
        process,
        () => {
          const file = addObject(draft, createFile(distinguishName(draft, `file ${name}`), mode & 0o777));
          bindName(draft, name, file);
          return file;
        },
        kept,
      );
    }
    if (flags & O_CREAT && flags & O_EXCL) return fail("EEXIST");
    const object = getObject(draft.kernel, found);
    if (object.kind === "fifo") return openFifo(draft, process, found, kept);
    if (object.kind === "socket" || !isFile(object)) return fail("ENXIO");
    // Linux empties the file even if it is opened for reading only; POSIX leaves that open.
    const isBytes = operationsOf(object).bytes !== undefined;
    const outcome = openObject(draft, process, () => found, kept);
    if (outcome.kind === "return" && flags & O_TRUNC && isBytes) resize(draft, found, 0);
    return outcome;
  },
  object: (kernel, _process, path) => nameOf(kernel, path),
};

export const mkfifo: CallModel<"mkfifo"> = {
  touches: (kernel, _process, path) => [writes("files"), ...touchesPath(kernel, path, true)],
  perform(draft, _process, path, mode) {
    const refused = checkPath(draft.kernel, path);
    if (refused) return fail(refused);
    const name = normalisePath(path);
    if (findNamed(draft.kernel, name) !== undefined) return fail("EEXIST");
    bindName(draft, name, addObject(draft, createFifo(distinguishName(draft, `fifo ${name}`), mode & 0o777)));
    return succeed(undefined);
  },
};

export const unlink: CallModel<"unlink"> = {
  touches: (kernel, _process, path) => touchesPath(kernel, path, true),
  perform(draft, _process, path) {
    const refused = checkPath(draft.kernel, path);
    if (refused) return fail(refused);
    const name = normalisePath(path);
    if (findNamed(draft.kernel, name) === undefined) return fail("ENOENT");
    unbindName(draft, name);
    return succeed(undefined);
  },
  object: (kernel, _process, path) => nameOf(kernel, path),
};

function describeObject(object: KernelObject): FileStatus {
  const bytes = isFile(object) ? operationsOf(object).bytes : undefined;
  const size = bytes?.size(object) ?? 0;
  if (object.kind === "file" || object.kind === "fifo") return { type: object.kind, size, mode: object.mode };
  if (bytes) return { type: "file", size, mode: 0o600 };
  return { type: object.kind === "socket" ? "socket" : object.kind === "pipe" ? "fifo" : "other", size, mode: 0o600 };
}

export const stat: CallModel<"stat"> = {
  touches: (kernel, _process, path) =>
    touchesPath(kernel, path, false).map(({ object }) => ({ object, writes: false })),
  perform(draft, _process, path) {
    const refused = checkPath(draft.kernel, path);
    if (refused) return fail(refused);
    const found = findObject(draft.kernel, path);
    return found ? succeed(describeObject(found)) : fail("ENOENT");
  },
  object: (kernel, _process, path) => nameOf(kernel, path),
};

export const fstat: CallModel<"fstat"> = {
  touches: (kernel, process, fd) => touchesObject(kernel, process, fd).map(({ object }) => ({ object, writes: false })),
  perform(draft, process, fd) {
    const found = findOpen(draft.kernel, process, fd);
    return found ? succeed(describeObject(found.object)) : fail("EBADF");
  },
  object: findName,
};
