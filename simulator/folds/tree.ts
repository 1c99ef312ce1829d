/** Who made whom, and how each ended, from a trace of either kernel. */
import type { Trace } from "../../schema/trace.ts";

export interface ProcessNode {
  readonly pid: number;
  readonly role: string;
  /** The process that forked it; null for the first. */
  readonly parent: number | null;
  readonly children: readonly ProcessNode[];
  /** Both are null while it lives. */
  readonly exitStatus: number | null;
  readonly termSignal: string | null;
}

/** The first process with its descendants; null for a trace in which nothing starts. */
export function foldTree(trace: Trace): ProcessNode | null {
  const nodes = new Map<number, ProcessNode & { children: ProcessNode[] }>();
  for (const event of trace.events) {
    if (event.kind === "start") {
      const { pid, role, parent } = event;
      const node = { pid, role, parent, children: [], exitStatus: null, termSignal: null };
      nodes.set(pid, node);
      if (parent !== null) nodes.get(parent)?.children.push(node);
    }
    const ended = event.kind === "exit" && nodes.get(event.pid);
    if (ended) Object.assign(ended, { exitStatus: event.exitStatus, termSignal: event.termSignal });
  }
  return nodes.values().next().value ?? null;
}
