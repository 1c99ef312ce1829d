/** Paths, regular files, FIFOs and file locks, as the kernel loads them. */
import type { RecordLock } from "../../schema/calls/communication.ts";
import {
  F_GETLK,
  F_OFD_GETLK,
  F_OFD_SETLK,
  F_OFD_SETLKW,
  F_RDLCK,
  F_SETLK,
  F_SETLKW,
  F_UNLCK,
  F_WRLCK,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
} from "../../schema/calls/communication-constants.ts";
import { describeFlags, nameOne } from "../../schema/describe.ts";
import type { Mechanism } from "../kernel/mechanism.ts";
import { integer, record } from "../kernel/parameters.ts";
import { argument, fd, flags, mode, path } from "./arguments.ts";
import { fifoOperations } from "./fifo.ts";
import { fcntl_lock, flock } from "./file-lock.ts";
import { fstat, mkfifo, open, stat, unlink } from "./file-system.ts";
import { fileOperations, fsync } from "./regular-file.ts";
import { describeOpen, octal, quote } from "./words.ts";

const lock = record({ type: integer, start: integer, length: integer, pid: integer }, "{ type, start, length, pid }");
const commands = { F_GETLK, F_SETLK, F_SETLKW, F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW };
const describeLock = ({ type, start, length, pid }: RecordLock) =>
  `{${nameOne(type, { F_RDLCK, F_WRLCK, F_UNLCK })}, ${start}, ${length}${pid === 0 ? "" : `, pid ${pid}`}}`;

export const files: Mechanism = {
  calls: {
    open,
    mkfifo,
    unlink,
    stat,
    fstat,
    fsync,
    flock,
    fcntl_lock,
  },
  parameters: {
    open: [path, flags, mode],
    mkfifo: [path, mode],
    unlink: [path],
    stat: [path],
    fstat: [fd],
    fsync: [fd],
    flock: [fd, argument("operation")],
    fcntl_lock: [fd, argument("command"), argument("lock", lock)],
  },
  files: { file: fileOperations, fifo: fifoOperations },
  descriptions: {
    arguments: {
      open: describeOpen,
      mkfifo: (name, bits) => [quote(name), octal(bits)],
      flock: (file, operation) => [String(file), describeFlags(operation, { LOCK_SH, LOCK_EX, LOCK_NB, LOCK_UN })],
      fcntl_lock: (file, command, wanted) => [String(file), nameOne(command, commands), describeLock(wanted)],
    },
    results: { fcntl_lock: (found) => (found ? describeLock(found) : "") },
  },
};
