/**
 * Synchronisation on the simulated kernel: `ring3/synchronisation`. Importing a call teaches the kernel its mechanism.
 *
 * ```ts
 * import { down, sem_init, up } from "ring3/synchronisation";
 * ```
 */
export * from "../../schema/calls/synchronisation-constants.ts";
export type { Comparison, MutexAttributes, SemaphoreOperation } from "../../schema/calls/synchronisation.ts";
export * from "./barrier-calls.ts";
export * from "./condition-calls.ts";
export * from "./futex-calls.ts";
export * from "./memory-calls.ts";
export { createMonitor, type Monitor, type MonitorOptions } from "./monitor.ts";
export * from "./mutex-calls.ts";
export * from "./nap-calls.ts";
export type { SynchronisationObject } from "./objects.ts";
export * from "./read-write-lock-calls.ts";
export * from "./semaphore-calls.ts";
export * from "./semaphore-set-calls.ts";
export * from "./spinlock-calls.ts";
