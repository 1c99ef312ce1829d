/** Queues of those that wait for a condition variable or on a futex. */
import type { Kernel, Pid } from "../kernel/kernel.ts";
import type { Lifecycle } from "../kernel/mechanism.ts";
import { writes } from "../kernel/model.ts";
import { listShared, nameObject, putShared, without } from "./shared.ts";

/** Who ends waits no longer. */
export function leavesQueues(kind: "condition" | "futex"): Lifecycle {
  const listQueues = (kernel: Kernel, pid: Pid) =>
    listShared(kernel, kind).filter(({ waiters }) => waiters.includes(pid));
  return {
    endThread(draft, { pid }) {
      for (const queue of listQueues(draft.kernel, pid)) {
        putShared(draft, { ...queue, waiters: without(queue.waiters, pid) });
      }
    },
    touches: (kernel, { common: { threads } }) =>
      threads.flatMap((thread) => listQueues(kernel, thread).map((queue) => writes(nameObject(queue)))),
  };
}
