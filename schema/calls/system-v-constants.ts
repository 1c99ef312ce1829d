/** What System V queues, semaphores and segments have in common: Linux's numbers (sysvipc(7)). */

/** A key of one's own. */
export const IPC_PRIVATE = 0;
/** Flags of msgget(2), semget(2) and shmget(2), and of their operations. */
export const IPC_CREAT = 0o1000;
export const IPC_EXCL = 0o2000;
export const IPC_NOWAIT = 0o4000;
/** Commands of msgctl(2), semctl(2) and shmctl(2). */
export const IPC_RMID = 0;
export const IPC_STAT = 2;
