/** Deadlock: `ring3/deadlock`. Who waits for whom, the banker, detection, and locks that are taken in both orders. */
export {
  detectDeadlock,
  findNeed,
  findSafety,
  isSafeSequence,
  requestResources,
  type Claims,
  type Decision,
  type Detection,
  type Requests,
  type Safety,
} from "./banker.ts";
export { findOrderViolations, type OrderViolation } from "./lock-order.ts";
export { findWaitForGraph, showWaitForGraph, type Wait, type WaitForGraph } from "./wait-for.ts";
