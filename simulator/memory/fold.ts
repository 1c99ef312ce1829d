/** Who had which frame, and what that took: from a trace alone. */
import type { Trace, TraceEvent } from "../../schema/trace.ts";

type Cause = Extract<TraceEvent, { kind: "fault" }>["cause"];

/** Of a process, or of each of its threads. */
export interface ProcessFaults extends Readonly<Record<Cause, number>> {
  readonly pid: number;
  readonly role: string;
  /** Page faults of all causes. */
  readonly total: number;
}

export interface MappedPage {
  readonly page: number;
  readonly frame: number;
  /** What is mapped there, as far as the trace tells. */
  readonly mapping: string;
}

/** A moment of memory, and what had happened until then. */
export interface MemoryMoment {
  /** Of each process that lives: the pages that are in frames. */
  readonly spaces: readonly { readonly pid: number; readonly role: string; readonly pages: readonly MappedPage[] }[];
  readonly faults: readonly ProcessFaults[];
  /** Pages that were copied because somebody wrote. */
  readonly copies: number;
  /** Pages that had to make room. */
  readonly evictions: number;
}

/** What memory was like at time `until`, in the trace's unit, events of that time included; default: at the end. */
export function foldMemory(trace: Trace, until = Infinity): MemoryMoment {
  const spaces = new Map<number, Map<number, MappedPage>>();
  const faults = new Map<number, ProcessFaults>();
  /** The process of each thread that lives. */
  const owners = new Map<number, number>();
  const inside = new Map<number, string>();
  let copies = 0;
  let evictions = 0;

  for (const event of trace.events) {
    if (event.at > until) break;
    const { pid } = event;
    if (event.kind === "start") {
      const parent = event.parent === null ? undefined : ownerOf(event.parent);
      // `main/1` is a thread, `main.1` a process.
      const isThread = /\/\d+$/.test(event.role);
      owners.set(pid, isThread ? (parent ?? pid) : pid);
      if (!isThread) spaces.set(pid, new Map(parent === undefined ? undefined : spaces.get(parent)));
      const none = { demand: 0, "copy-on-write": 0, protection: 0, swap: 0 };
      faults.set(pid, { pid, role: event.role, total: 0, ...none });
    } else if (event.kind === "exit") endThread(pid);
    else if (event.kind === "call") inside.set(pid, event.object ?? "");
    else if (event.kind === "remap") setFrame(pid, event.page, event.frame);
    else if (event.kind === "fault") noteFault(event);
    else if (event.kind === "copy" && event.to.startsWith("frame ")) copies += 1;
  }
  const living = [...spaces].map(([pid, pages]) => ({
    pid,
    role: faults.get(pid)?.role ?? "",
    pages: [...pages.values()],
  }));
  return { spaces: living, faults: [...faults.values()], copies, evictions };

  function ownerOf(pid: number): number {
    return owners.get(pid) ?? pid;
  }

  /** With its last thread a process loses its memory. */
  function endThread(pid: number): void {
    const owner = ownerOf(pid);
    owners.delete(pid);
    if (![...owners.values()].includes(owner)) spaces.delete(owner);
  }

  function noteFault({ pid, page, cause, frame, evicted }: Extract<TraceEvent, { kind: "fault" }>): void {
    const counts = faults.get(pid);
    if (counts) faults.set(pid, { ...counts, total: counts.total + 1, [cause]: counts[cause] + 1 });
    if (evicted !== undefined) evictions += 1;
    if (frame !== null) setFrame(pid, page, frame);
  }

  function setFrame(pid: number, page: number, frame: number | null): void {
    const pages = spaces.get(ownerOf(pid));
    if (frame === null) pages?.delete(page);
    else pages?.set(page, { page, frame, mapping: pages.get(page)?.mapping ?? inside.get(pid) ?? "" });
  }
}
