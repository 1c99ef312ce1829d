/** What each mechanism cost each process: calls, switches to kernel mode and back, copies and the bytes in them. */
import type { Trace, TraceEvent } from "../../schema/trace.ts";

type CallEvent = Extract<TraceEvent, { kind: "call" }>;

export interface Cost {
  readonly pid: number;
  /** The kind of object that the calls were about: `pipe`, `fifo`, `socket`, `mq`, `msg`, `file`, `shared memory`; `other` for none of a name. */
  readonly mechanism: string;
  /** An access to memory is no call, but an instruction. */
  readonly calls: number;
  /** Two for each call and each page fault: into the kernel and back; one for a call that has not come back. */
  readonly modeSwitches: number;
  readonly copies: number;
  readonly bytes: number;
}

/** A pipe's copies show as the bytes of its reads and writes; all others are events of their own. */
const isCounted = (mechanism: string) => mechanism === "pipe" || mechanism === "fifo";

const instructions = new Set(["peek", "poke", "load", "store", "xchg", "cas", "fetch_add", "fence", "until"]);
/** What an object is called, where that is not its kind. A path is that of a file which is not there yet. */
const kinds: Readonly<Record<string, string>> = {
  connection: "socket",
  path: "file",
  shared: "shared memory",
  memfd: "shared memory",
  segment: "shared memory",
};

function mechanismOf({ call, object = "" }: CallEvent): string {
  if (instructions.has(call) || object.startsWith("/")) return "shared memory";
  const [word = "other"] = /^[a-z]+/.exec(object) ?? [];
  return Object.hasOwn(kinds, word) ? (kinds[word] ?? word) : word;
}

/** By process, then by mechanism in the order of their first calls. A print to the screen is no call here. */
export function countCosts({ events }: Trace): readonly Cost[] {
  const costs = new Map<string, { -readonly [Key in keyof Cost]: Cost[Key] }>();
  const inside = new Map<number, { readonly mechanism: string; readonly isCall: boolean }>();

  for (const event of events) {
    const { pid } = event;
    if (event.kind === "call") {
      inside.set(pid, { mechanism: mechanismOf(event), isCall: !instructions.has(event.call) });
      enter(pid);
    }
    if (event.kind === "fault") findCost(pid).modeSwitches += 2;
    if (event.kind === "copy") addCopy(pid, event.bytes);
    if (event.kind !== "return" && event.kind !== "fail") continue;
    const left = inside.get(pid);
    if (!left) continue;
    if (left.isCall) findCost(pid).modeSwitches += 1;
    if (event.kind === "return" && event.bytes && isCounted(left.mechanism)) addCopy(pid, event.bytes);
    inside.delete(pid);
  }
  return [...costs.values()].toSorted((a, b) => a.pid - b.pid);

  function enter(pid: number): void {
    const cost = findCost(pid);
    if (!inside.get(pid)?.isCall) return;
    cost.calls += 1;
    cost.modeSwitches += 1;
  }

  function addCopy(pid: number, bytes: number): void {
    const cost = findCost(pid);
    cost.copies += 1;
    cost.bytes += bytes;
  }

  function findCost(pid: number) {
    const mechanism = inside.get(pid)?.mechanism ?? "other";
    const key = `${pid} ${mechanism}`;
    const cost = costs.get(key) ?? { pid, mechanism, calls: 0, modeSwitches: 0, copies: 0, bytes: 0 };
    costs.set(key, cost);
    return cost;
  }
}
