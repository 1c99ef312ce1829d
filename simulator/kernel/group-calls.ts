/** Process groups and sessions: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/process.ts";
import { loadMechanism } from "./mechanism.ts";
import { groups } from "./group.ts";

export const { getpgid, setpgid, getpgrp, setsid, getsid, prctl } = loadMechanism(groups, calls);
