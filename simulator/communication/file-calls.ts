/** Paths, files, FIFOs and locks: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/communication.ts";
import { loadMechanism } from "../kernel/mechanism.ts";
import { files } from "./files.ts";

export const { open, mkfifo, unlink, stat, fstat, fsync, flock, fcntl_lock } = loadMechanism(files, calls);
