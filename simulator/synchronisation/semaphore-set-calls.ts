/** System V semaphores: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/synchronisation.ts";
import { loadMechanism } from "../kernel/mechanism.ts";
import { semaphoreSets } from "./semaphore-set.ts";

export const { semget, semop, semtimedop, semctl } = loadMechanism(semaphoreSets, calls);
