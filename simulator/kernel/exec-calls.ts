/** Programs in place of programs: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/process.ts";
import { loadMechanism } from "./mechanism.ts";
import { programs } from "./exec.ts";

export const { exec } = loadMechanism(programs, calls);
