/** The size of the machine's memory: importing this call teaches the kernel it. */
import * as calls from "../../schema/calls/memory.ts";
import { loadMechanism, type Mechanism } from "../kernel/mechanism.ts";
import { integer } from "../kernel/parameters.ts";
import { limit_memory as model } from "./limit-memory.ts";
import { memory } from "./memory.ts";
import { chooseVictim } from "./victim.ts";

const isPolicy = (value: unknown) =>
  Object.hasOwn(chooseVictim, value as string) ? null : `one of ${Object.keys(chooseVictim).join(", ")}`;

const limits: Mechanism = {
  calls: { limit_memory: model },
  parameters: { limit_memory: [["frames", integer], ["policy", isPolicy]] }, // prettier-ignore
};

export const { limit_memory } = loadMechanism(limits, loadMechanism(memory, calls));
