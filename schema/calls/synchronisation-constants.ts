/** The numbers of the calls of synchronisation: Linux's on x86-64. */

export * from "./system-v-constants.ts";

/** What the one thread gets that a barrier singles out (pthread_barrier_wait(3)). */
export const PTHREAD_BARRIER_SERIAL_THREAD = -1;
/** The largest value of a POSIX semaphore and of a System V one (sem_post(3), semop(2)). */
export const SEM_VALUE_MAX = 2_147_483_647;
export const SEMVMX = 32_767;
/** Flags of semop(2), and commands of semctl(2). */
export const SEM_UNDO = 0x1000;
export const GETPID = 11;
export const GETVAL = 12;
export const GETALL = 13;
export const GETNCNT = 14;
export const GETZCNT = 15;
export const SETVAL = 16;
export const SETALL = 17;
