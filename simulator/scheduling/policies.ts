/** Every policy by its name. To add one: a file beside this one, its name in schema/workload.ts, and a row here. */
import type { PolicyName, WorkloadOptions } from "../../schema/workload.ts";
import { alignQuanta } from "./align-quanta.ts";
import { WorkloadError } from "./check.ts";
import { deadlineMonotonic } from "./deadline-monotonic.ts";
import { edf } from "./edf.ts";
import { fair } from "./fair.ts";
import { fairShare } from "./fair-share.ts";
import { fcfs } from "./fcfs.ts";
import { lottery } from "./lottery.ts";
import { minix31 } from "./minix31.ts";
import { minix34 } from "./minix34.ts";
import { mlfq } from "./mlfq.ts";
import type { Policy } from "./policy.ts";
import { priority } from "./priority.ts";
import { rateMonotonic } from "./rate-monotonic.ts";
import { roundRobin } from "./round-robin.ts";
import { sjf } from "./sjf.ts";
import { srtn } from "./srtn.ts";
import { stride } from "./stride.ts";
import { threeLevel } from "./three-level.ts";
import { checkOptions } from "./options.ts";
import { checkPolicyName } from "./workload.ts";

/** Each takes from the options what it knows; `withQuantum` is for those that have one quantum and no list of them. */
const factories: { readonly [Name in PolicyName]: (options: WorkloadOptions) => Policy } = {
  fcfs,
  sjf,
  srtn,
  rr: withQuantum(({ alignQuanta: isAligned, ...options }) =>
    isAligned ? alignQuanta(roundRobin(options), options.quantum ?? 1) : roundRobin(options),
  ),
  priority: withQuantum(priority),
  mlfq,
  minix31: withQuantum(minix31),
  minix34: withQuantum(minix34),
  lottery: withQuantum(lottery),
  stride: withQuantum(stride),
  "three-level": withQuantum((options) => threeLevel({ ...options, cpuScheduler: roundRobin(options) })),
  "fair-share": withQuantum(fairShare),
  fair: withQuantum(fair),
  rm: rateMonotonic,
  dm: deadlineMonotonic,
  edf,
};

/**
 * @throws WorkloadError: there is no such policy or option, an option makes no sense, or a list of quanta is given to one that has no levels.
 */
export function createPolicy(name: PolicyName, options: WorkloadOptions = {}): Policy {
  checkPolicyName(name);
  checkOptions(options);
  return factories[name](options);
}

type OneQuantum = Omit<WorkloadOptions, "quantum"> & { readonly quantum?: number };

function withQuantum(create: (options: OneQuantum) => Policy): (options: WorkloadOptions) => Policy {
  return ({ quantum, ...options }) => {
    if (quantum === undefined) return create(options);
    if (typeof quantum === "number") return create({ ...options, quantum });
    throw new WorkloadError(
      "options: quantum must be one number here; a list, with one for each level, is for mlfq",
      "options.quantum",
    );
  };
}
