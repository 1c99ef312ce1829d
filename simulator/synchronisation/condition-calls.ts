/** Condition variables: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/synchronisation.ts";
import { loadMechanism } from "../kernel/mechanism.ts";
import { conditions } from "./condition.ts";

export const { pthread_cond_wait, pthread_cond_timedwait, pthread_cond_signal, pthread_cond_broadcast } = loadMechanism(
  conditions,
  calls,
);
