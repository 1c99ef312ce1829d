/** The calls that regular files and shared memory have in common: importing one teaches the kernel all of them. */
import * as calls from "../../schema/calls/communication.ts";
import { SEEK_CUR, SEEK_END, SEEK_SET } from "../../schema/constants.ts";
import { nameOne } from "../../schema/describe.ts";
import { loadMechanism, type Mechanism } from "../kernel/mechanism.ts";
import { argument, count, data, fd } from "./arguments.ts";
import { ftruncate as truncate, lseek as seek, pread as readAt, pwrite as writeAt } from "./byte-file.ts";

const offset = argument("offset");

const byteFiles: Mechanism = {
  calls: { ftruncate: truncate, lseek: seek, pread: readAt, pwrite: writeAt },
  parameters: {
    ftruncate: [fd, argument("length")],
    lseek: [fd, offset, argument("whence")],
    pread: [fd, count, offset],
    pwrite: [fd, data, offset],
  },
  descriptions: {
    arguments: {
      lseek: (file, to, whence) => [String(file), String(to), nameOne(whence, { SEEK_SET, SEEK_CUR, SEEK_END })],
    },
  },
};

export const { ftruncate, lseek, pread, pwrite } = loadMechanism(byteFiles, calls);
