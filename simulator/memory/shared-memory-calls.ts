/** POSIX shared memory and memfd: importing one of these calls teaches the kernel all of them, and mappings. */
import * as calls from "../../schema/calls/memory.ts";
import { MFD_CLOEXEC } from "../../schema/calls/memory-constants.ts";
import { O_CREAT, O_EXCL, O_RDWR, O_TRUNC } from "../../schema/constants.ts";
import { describeFlags } from "../../schema/describe.ts";
import { loadMechanism, type Mechanism, type Parameter } from "../kernel/mechanism.ts";
import { integer, string } from "../kernel/parameters.ts";
import { memory } from "./memory.ts";
import * as models from "./shared-memory.ts";

const name: Parameter = ["name", string];
const flags: Parameter = ["flags", integer];
const openFlags = { O_CREAT, O_EXCL, O_TRUNC };

const sharedMemory: Mechanism = {
  calls: { shm_open: models.shm_open, shm_unlink: models.shm_unlink, memfd_create: models.memfd_create },
  parameters: { shm_open: [name, flags], shm_unlink: [name], memfd_create: [name, flags] },
  descriptions: {
    arguments: {
      shm_open: (path, value) => [
        path,
        `${value & O_RDWR ? "O_RDWR" : "O_RDONLY"}${value & ~O_RDWR ? `|${describeFlags(value & ~O_RDWR, openFlags)}` : ""}`,
      ],
      memfd_create: (path, value) => [path, describeFlags(value, { MFD_CLOEXEC })],
    },
  },
};

export const { shm_open, shm_unlink, memfd_create } = loadMechanism(sharedMemory, loadMechanism(memory, calls));
