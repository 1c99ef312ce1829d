/**
 * What happened, as one list of events: the only thing that charts, metrics and tables read, so that they cannot contradict each other.
 * The simulated kernel and the native driver write the same events; only the clock differs.
 */
import * as v from "valibot";
import { fraction, integer, list, shortText, text } from "./limits.ts";

const base = { at: fraction, pid: integer, cpu: v.optional(integer), why: v.optional(text) };

/** One thing that happened to process `pid` at time `at`; `why` states the rule that was applied, where there was a choice. */
export const traceEventSchema = v.variant("kind", [
  /** The process begins. `role` names it apart from its pid: `main`, its first child `main.1`, that one's second child `main.1.2`. */
  v.object({ ...base, kind: v.literal("start"), role: shortText, parent: v.nullable(integer) }),
  /** ready → running */
  v.object({ ...base, kind: v.literal("run") }),
  /** running → ready */
  v.object({ ...base, kind: v.literal("preempt") }),
  /** A system call enters the kernel; `object` names what it touches (`pipe 1`), where that is known. */
  v.object({ ...base, kind: v.literal("call"), call: shortText, args: list(text, 16), object: v.optional(shortText) }),
  /** running → blocked, inside the call that entered last */
  v.object({ ...base, kind: v.literal("block"), on: shortText }),
  /** blocked → ready */
  v.object({ ...base, kind: v.literal("wake") }),
  /** The call that entered last comes back: with a result, or with an errno's name. */
  v.object({ ...base, kind: v.literal("return"), call: shortText, result: text, bytes: v.optional(integer) }),
  v.object({ ...base, kind: v.literal("fail"), call: shortText, errno: shortText }),
  v.object({
    ...base,
    kind: v.literal("signal"),
    signal: shortText,
    action: v.picklist(["terminate", "ignore", "handle", "stop", "continue"]),
  }),
  v.object({ ...base, kind: v.literal("output"), text }),
  /** The process ends and, until its parent waits for it, is a zombie. */
  v.object({ ...base, kind: v.literal("exit"), exitStatus: v.nullable(integer), termSignal: v.nullable(shortText) }),
  /** `pid` has waited for `child`, which is gone now. */
  v.object({ ...base, kind: v.literal("reap"), child: integer }),
  /** `cpu` begins to switch to `pid`, which does not run yet; the cost lasts until its `run`. */
  v.object({ ...base, kind: v.literal("switch") }),
  /** running → running: its quantum was over, and it got another one. */
  v.object({ ...base, kind: v.literal("renew") }),
  /** Where the process stands with the scheduler: `queue 2`, `on disk`. */
  v.object({ ...base, kind: v.literal("move"), to: shortText }),
  /** A periodic process is released: its job number `job`, counted from 1, is due at `deadline`. */
  v.object({ ...base, kind: v.literal("release"), job: integer, deadline: fraction }),
  /** Job number `job` is done, or has not been when its deadline came. */
  v.object({ ...base, kind: v.literal("complete"), job: integer }),
  v.object({ ...base, kind: v.literal("miss"), job: integer }),
  /** A page fault at a virtual address, and what the kernel did: which frame the page has now (null: none, it was an error). */
  v.object({
    ...base,
    kind: v.literal("fault"),
    page: integer,
    cause: v.picklist(["demand", "copy-on-write", "protection", "swap"]),
    frame: v.nullable(integer),
    evicted: v.optional(integer),
  }),
  /** A page of the process leads to another frame now (null: to none) without a fault of its own: unmapped, evicted, or brought back. */
  v.object({ ...base, kind: v.literal("remap"), page: integer, frame: v.nullable(integer) }),
  /** `bytes` were copied from one memory to another: user to kernel, page cache to user. */
  v.object({ ...base, kind: v.literal("copy"), from: shortText, to: shortText, bytes: integer }),
  /** A store of `pid` left its store buffer: everybody sees `value` in `object` now. */
  v.object({ ...base, kind: v.literal("flush"), object: shortText, value: integer }),
  /** A message went from process `from` to `pid`, which has it now. */
  v.object({ ...base, kind: v.literal("message"), from: integer, text, object: v.optional(shortText) }),
]);
export type TraceEvent = v.InferOutput<typeof traceEventSchema>;

/** Events in the order of their times. `unit` is what `at` counts: whole ticks when simulated, microseconds since the start when real. */
export const traceSchema = v.object({
  kernel: v.picklist(["sim", "live"]),
  unit: v.picklist(["tick", "µs"]),
  cpus: integer,
  events: list(traceEventSchema, 20_000),
});
export type Trace = v.InferOutput<typeof traceSchema>;
