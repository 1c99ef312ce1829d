/** Reader–writer locks: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/synchronisation.ts";
import { loadMechanism } from "../kernel/mechanism.ts";
import { readWriteLocks } from "./read-write-lock.ts";

export const {
  pthread_rwlock_init,
  pthread_rwlock_destroy,
  pthread_rwlock_rdlock,
  pthread_rwlock_wrlock,
  pthread_rwlock_tryrdlock,
  pthread_rwlock_trywrlock,
  pthread_rwlock_timedrdlock,
  pthread_rwlock_timedwrlock,
  pthread_rwlock_unlock,
} = loadMechanism(readWriteLocks, calls);
