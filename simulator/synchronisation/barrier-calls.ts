/** Barriers: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/synchronisation.ts";
import { loadMechanism } from "../kernel/mechanism.ts";
import { barriers } from "./barrier.ts";

export const { pthread_barrier_init, pthread_barrier_destroy, pthread_barrier_wait } = loadMechanism(barriers, calls);
