/** Tanenbaum's sleep and wakeup: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/synchronisation.ts";
import { loadMechanism } from "../kernel/mechanism.ts";
import { naps } from "./nap.ts";

export const { sleep, wakeup } = loadMechanism(naps, calls);
