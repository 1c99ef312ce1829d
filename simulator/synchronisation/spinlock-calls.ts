/** Spinlocks: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/synchronisation.ts";
import { loadMechanism } from "../kernel/mechanism.ts";
import { spinlocks } from "./spinlock.ts";

export const { pthread_spin_lock, pthread_spin_trylock, pthread_spin_unlock } = loadMechanism(spinlocks, calls);
