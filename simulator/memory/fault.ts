/** Page faults: what an access finds in the page table, and what the kernel does about it. */
import { PROT_READ, PROT_WRITE } from "../../schema/calls/memory-constants.ts";
import { PAGE_SIZE } from "../../schema/constants.ts";
import type { SignalName } from "../../schema/signal.ts";
import {
  getGroup,
  getObject,
  getProcess,
  namePid,
  updateCommon,
  updateSignals,
  type Draft,
  type Kernel,
  type Pid,
  type StepEvent,
} from "../kernel/kernel.ts";
import { raiseThread } from "../kernel/signal.ts";
import {
  bytesOf,
  findSource,
  getFrame,
  getPhysical,
  loadFrame,
  readFrame,
  swapIn,
  updateFrame,
  updatePhysical,
  type Loaded,
} from "./frames.ts";
import { describeAddress, findMapping, getSpace, roundUp } from "./mapping.ts";
import type { AddressSpace, Mapping } from "./objects.ts";
import { changeEntries, setEntry } from "./page-table.ts";

type Cause = Extract<StepEvent, { kind: "fault" }>["cause"];

interface Fault {
  readonly cause: Cause;
  readonly why: string;
  /** It is an error, and this is what the process gets. */
  readonly signal?: SignalName;
}

/** The page of its object that a page of a mapping shows. */
const objectPage = ({ start, offset }: Mapping, page: number): number =>
  (offset + page * PAGE_SIZE - start) / PAGE_SIZE;

/** Why an access to a page cannot go on; null where it can. */
export function findFault(kernel: Kernel, space: AddressSpace, page: number, isWrite: boolean): Fault | null {
  const address = describeAddress(page * PAGE_SIZE);
  const mapping = findMapping(space, page * PAGE_SIZE);
  if (!mapping) return { cause: "protection", why: `nothing is mapped at ${address}`, signal: "SIGSEGV" };
  const { name, protection, object, shared } = mapping;
  // What may be written may be read on the processors that Linux knows.
  const needed = isWrite ? PROT_WRITE : PROT_READ | PROT_WRITE;
  if (!(protection & needed)) {
    const verb = isWrite ? "written" : "read";
    return { cause: "protection", why: `${name} at ${address} may not be ${verb}`, signal: "SIGSEGV" };
  }
  const entry = space.pages[page];
  if (!entry) {
    if (object === null) return { cause: "demand", why: "first use of the page: a frame of zeros" };
    const behind = getObject(kernel, object);
    if (objectPage(mapping, page) * PAGE_SIZE >= roundUp(bytesOf(behind)?.size(behind) ?? 0)) {
      return { cause: "demand", why: `${name} ends before the page at ${address}`, signal: "SIGBUS" };
    }
    if (isWrite && !shared) return { cause: "copy-on-write", why: `a private copy of a page of ${name}` };
    return { cause: "demand", why: `first use of a page of ${name}` };
  }
  if (entry.place === "swap") return { cause: "swap", why: `the page is in slot ${entry.index} of the swap space` };
  return isWrite && !entry.writable
    ? { cause: "copy-on-write", why: "the first write to a page that was shared" }
    : null;
}

/** Makes a page accessible, however many faults it takes; gives its frame, or null where the access is an error. */
export function reachPage(draft: Draft, pid: Pid, page: number, isWrite: boolean): number | null {
  for (;;) {
    const process = getProcess(draft.kernel, pid);
    const space = getSpace(draft.kernel, process);
    const fault = findFault(draft.kernel, space, page, isWrite);
    if (!fault) {
      const index = space.pages[page]?.index ?? null;
      if (index !== null) noteUse(draft, index, isWrite);
      return index;
    }
    if (fault.signal) return refuse(draft, pid, page, fault, fault.signal);
    const handled = handle[fault.cause](draft, getGroup(draft.kernel, process).pid, page);
    if (!handled) {
      const why = "no frame is free, and the swap space is full";
      return refuse(draft, pid, page, { cause: fault.cause, why }, "SIGKILL");
    }
    const { frame, evicted, note, copiedFrom } = handled;
    const why = [fault.why, note, evicted?.why].filter((part) => part).join("; ");
    const base = { kind: "fault", pid, page, cause: fault.cause, frame, why } as const;
    draft.events.push(evicted ? { ...base, evicted: evicted.page } : base);
    if (copiedFrom) draft.events.push({ kind: "copy", pid, from: copiedFrom, to: `frame ${frame}`, bytes: PAGE_SIZE });
  }
}

interface Handled extends Loaded {
  readonly note?: string;
  /** What was copied, in words. */
  readonly copiedFrom?: string;
}

type Handle = (draft: Draft, pid: Pid, page: number) => Handled | null;

const handle: Readonly<Record<Cause, Handle>> = {
  demand(draft, pid, page) {
    const mapping = mappingOf(draft, pid, page);
    const { object, shared } = mapping;
    if (object === null) return fill(draft, pid, page, { source: null, data: new Uint8Array() });
    const source = { object, page: objectPage(mapping, page) };
    const loaded = findSource(draft.kernel, object, source.page);
    if (loaded?.place === "frames") {
      setEntry(draft, pid, page, { ...loaded, writable: shared });
      return { frame: loaded.index, evicted: null, note: `it is in frame ${loaded.index} already` };
    }
    if (!loaded) return fill(draft, pid, page, { source, data: new Uint8Array() }, shared);
    const brought = swapIn(draft, loaded.index);
    if (brought) setEntry(draft, pid, page, { place: "frames", index: brought.frame, writable: shared });
    return brought;
  },

  "copy-on-write"(draft, pid, page) {
    const entry = getSpace(draft.kernel, getProcess(draft.kernel, pid)).pages[page];
    if (!entry) return copyObject(draft, pid, page);
    const { data, source, references } = getFrame(draft.kernel, entry);
    if (!source && references === 1) {
      changeEntries(draft, pid, (pages) => ({ ...pages, [page]: { ...entry, writable: true } }));
      return { frame: entry.index, evicted: null, note: "nobody else has it any more: nothing is copied" };
    }
    const bytes = source ? readFrame(draft.kernel, entry.index, 0, PAGE_SIZE) : data;
    const filled = fill(draft, pid, page, { source: null, data: bytes });
    // The original itself may have been what had to go.
    const isGone = filled?.frame === entry.index;
    return filled && { ...filled, copiedFrom: isGone ? "the swap space" : `frame ${entry.index}` };
  },

  swap(draft, pid, page) {
    const entry = getSpace(draft.kernel, getProcess(draft.kernel, pid)).pages[page];
    return entry ? swapIn(draft, entry.index) : null;
  },

  protection: () => null,
};

function copyObject(draft: Draft, pid: Pid, page: number): Handled | null {
  const mapping = mappingOf(draft, pid, page);
  const object = getObject(draft.kernel, mapping.object ?? 0);
  const data = bytesOf(object)?.readAt(object, objectPage(mapping, page) * PAGE_SIZE, PAGE_SIZE) ?? new Uint8Array();
  const filled = fill(draft, pid, page, { source: null, data });
  return filled && { ...filled, copiedFrom: object.name };
}

function mappingOf(draft: Draft, pid: Pid, page: number): Mapping {
  const mapping = findMapping(getSpace(draft.kernel, getProcess(draft.kernel, pid)), page * PAGE_SIZE);
  if (!mapping) throw new RangeError(`nothing is mapped at ${describeAddress(page * PAGE_SIZE)} of ${namePid(pid)}`);
  return mapping;
}

/** Gives the page a frame of its own. */
function fill(
  draft: Draft,
  pid: Pid,
  page: number,
  content: { readonly source: { readonly object: number; readonly page: number } | null; readonly data: Uint8Array },
  writable = true,
): Handled | null {
  const loaded = loadFrame(draft, { ...content, dirty: false, references: 0 });
  if (loaded) setEntry(draft, pid, page, { place: "frames", index: loaded.frame, writable });
  return loaded;
}

/** What the processor notes of an access; which use was earlier is kept only where the policy asks. */
function noteUse(draft: Draft, index: number, isWrite: boolean): void {
  const place = { place: "frames", index } as const;
  const { referenced, dirty } = getFrame(draft.kernel, place);
  if (!referenced || (isWrite && !dirty)) {
    updateFrame(draft, place, { referenced: true, dirty: dirty || isWrite });
  }
  const { policy, now } = getPhysical(draft.kernel);
  if (policy !== "lru") return;
  updateFrame(draft, place, { usedAt: now });
  updatePhysical(draft, { now: now + 1 });
}

/** An access that cannot be: the thread gets a signal that it can neither ignore nor block (Linux's force_sig). */
function refuse(draft: Draft, pid: Pid, page: number, { cause, why }: Fault, signal: SignalName): null {
  draft.events.push({ kind: "fault", pid, page, cause, frame: null, why });
  const { mask } = getProcess(draft.kernel, pid).signals;
  const group = getGroup(draft.kernel, getProcess(draft.kernel, pid));
  if (mask.includes(signal) || group.common.dispositions[signal] === "SIG_IGN") {
    const { [signal]: _before, ...dispositions } = group.common.dispositions;
    updateCommon(draft, group.pid, { dispositions });
    updateSignals(draft, pid, { mask: mask.filter((one) => one !== signal) });
  }
  raiseThread(draft, pid, signal);
  return null;
}
