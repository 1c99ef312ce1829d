/** Futexes: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/synchronisation.ts";
import { loadMechanism } from "../kernel/mechanism.ts";
import { futexes } from "./futex.ts";

export const { futex_wait, futex_wake } = loadMechanism(futexes, calls);
