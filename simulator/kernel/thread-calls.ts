/** Threads: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/process.ts";
import { loadMechanism } from "./mechanism.ts";
import { threads } from "./thread.ts";

export const { pthread_create, pthread_join, pthread_exit, pthread_self, pthread_detach, pthread_kill, gettid } =
  loadMechanism(threads, calls);
