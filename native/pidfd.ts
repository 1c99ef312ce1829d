/** Processes as descriptors: pidfd_open(2). */
import { addon } from "./addon.ts";

/** pidfd_open(2): a descriptor that poll finds readable once `pid` has ended. Close-on-exec. EINVAL, ESRCH. */
export const pidfd_open: (pid: number, flags?: number) => number = addon.pidfd_open;
