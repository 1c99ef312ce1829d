/** Mutexes: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/synchronisation.ts";
import { loadMechanism } from "../kernel/mechanism.ts";
import { mutexes } from "./mutex.ts";

export const {
  pthread_mutex_init,
  pthread_mutex_destroy,
  pthread_mutex_lock,
  pthread_mutex_trylock,
  pthread_mutex_timedlock,
  pthread_mutex_unlock,
  pthread_mutex_consistent,
} = loadMechanism(mutexes, calls);
