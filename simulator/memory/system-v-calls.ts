/** System V shared memory: importing one of these calls teaches the kernel all of them, and mappings. */
import * as calls from "../../schema/calls/memory.ts";
import { SHM_RDONLY, SHM_RND } from "../../schema/calls/memory-constants.ts";
import { IPC_CREAT, IPC_EXCL, IPC_PRIVATE, IPC_RMID, IPC_STAT } from "../../schema/calls/system-v-constants.ts";
import { describeFlags, nameOne } from "../../schema/describe.ts";
import { loadMechanism, type Mechanism, type Parameter } from "../kernel/mechanism.ts";
import { integer, size } from "../kernel/parameters.ts";
import { describeAddress, describeHint } from "./mapping.ts";
import { hint, memory } from "./memory.ts";
import * as models from "./system-v.ts";

const id: Parameter = ["id", integer];
const flags: Parameter = ["flags", integer];

const segments: Mechanism = {
  calls: { shmget: models.shmget, shmat: models.shmat, shmdt: models.shmdt, shmctl: models.shmctl },
  parameters: {
    shmget: [["key", integer], ["size", size], flags], // prettier-ignore
    shmat: [id, hint, flags],
    shmdt: [["address", size]],
    shmctl: [id, ["command", integer]],
  },
  descriptions: {
    arguments: {
      shmget: (key, length, value) => [
        nameOne(key, { IPC_PRIVATE }),
        String(length),
        describeFlags(value & ~0o777, { IPC_CREAT, IPC_EXCL }),
      ],
      shmat: (segment, at, value) => [String(segment), describeHint(at), describeFlags(value, { SHM_RDONLY, SHM_RND })],
      shmdt: (at) => [describeAddress(at)],
      shmctl: (segment, command) => [String(segment), nameOne(command, { IPC_RMID, IPC_STAT })],
    },
    results: { shmat: describeAddress },
  },
};

export const { shmget, shmat, shmdt, shmctl } = loadMechanism(segments, loadMechanism(memory, calls));
