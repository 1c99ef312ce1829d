/** Words of shared memory: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/synchronisation.ts";
import { loadMechanism } from "../kernel/mechanism.ts";
import { sharedWords } from "./memory.ts";

export const { shared, load, store, xchg, cas, fetch_add, fence, until } = loadMechanism(sharedWords, calls);
