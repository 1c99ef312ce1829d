/** POSIX semaphores: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/synchronisation.ts";
import { loadMechanism } from "../kernel/mechanism.ts";
import { semaphores } from "./semaphore.ts";

export const {
  sem_init,
  sem_destroy,
  sem_open,
  sem_close,
  sem_unlink,
  sem_wait,
  sem_trywait,
  sem_timedwait,
  sem_post,
  sem_getvalue,
  down,
  up,
} = loadMechanism(semaphores, calls);
