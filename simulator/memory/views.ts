/** What a cell displays of memory. */
import { PROT_EXEC, PROT_READ, PROT_WRITE } from "../../schema/calls/memory-constants.ts";
import { PAGE_SIZE } from "../../schema/constants.ts";
import { describeBytes } from "../../schema/describe.ts";
import type { View } from "../../schema/view.ts";
import { getObject, listProcesses, type Kernel, type Process } from "../kernel/kernel.ts";
import type { Run } from "../simulate.ts";
import { foldMemory } from "./fold.ts";
import { getPhysical, readFrame } from "./frames.ts";
import { getSpace, pageOf } from "./mapping.ts";
import type { Mapping, PageEntry } from "./objects.ts";

type MemoryView = Extract<View, { view: "memory" }>;
type PageOfView = MemoryView["spaces"][number]["pages"][number];

/** The most that one view holds. */
const MAX_SPACES = 16;
const MAX_PAGES = 256;

export interface MemoryViewOptions {
  readonly title?: string;
  /** The moment, in ticks, which only a run has; default: the last one. */
  readonly at?: number;
}

/**
 * Page tables and frames. Without `at` it is the last state of a run, or any kernel, in which processes that have ended have nothing
 * left; with `at` it is what the run's trace tells about that moment: pages in frames, without their protection.
 */
export function showMemory(from: Run | Kernel, { title = "memory", at }: MemoryViewOptions = {}): MemoryView {
  if (!("kernel" in from)) {
    if (at !== undefined) throw new RangeError("showMemory: a kernel is one moment; `at` is for a run");
    return showKernel(from, title);
  }
  return at === undefined ? showKernel(from.kernel, title) : showMoment(from, title, at);
}

function showKernel(kernel: Kernel, title: string): MemoryView {
  const mapped = listProcesses(kernel).filter(({ memory }) => (memory?.mappings.length ?? 0) > 0);
  const frames = getPhysical(kernel).frames.flatMap((frame, index) =>
    frame ? [{ frame: index, text: describeFrame(kernel, index), users: frame.references }] : [],
  );
  const spaces = mapped.map((process) => ({ process: nameProcess(process), pages: listPages(kernel, process) }));
  return createView(title, spaces, frames);
}

function createView(title: string, spaces: MemoryView["spaces"], frames: MemoryView["frames"]): MemoryView {
  const isCut = spaces.length > MAX_SPACES || frames.length > MAX_PAGES;
  return {
    view: "memory",
    title: isCut ? `${title} · the first ${MAX_SPACES} processes and ${MAX_PAGES} frames` : title,
    pageSize: PAGE_SIZE,
    spaces: spaces.slice(0, MAX_SPACES),
    frames: frames.slice(0, MAX_PAGES),
  };
}

const nameProcess = ({ pid, role }: Pick<Process, "pid" | "role">): string => `P${pid} (${role})`;

/** Every mapped page; of very many those that are in use. */
function listPages(kernel: Kernel, process: Process): PageOfView[] {
  const { mappings, pages } = getSpace(kernel, process);
  const count = mappings.reduce((sum, { start, end }) => sum + (end - start) / PAGE_SIZE, 0);
  const used = Object.keys(pages).map(Number);
  return mappings
    .flatMap((mapping) => {
      const [first, end] = [pageOf(mapping.start), pageOf(mapping.end)];
      const all = count <= MAX_PAGES ? Array.from({ length: end - first }, (_, index) => first + index) : used;
      const inside = all.filter((page) => page >= first && page < end);
      return inside.map((page) => describePage(kernel, mapping, page, pages[page]));
    })
    .slice(0, MAX_PAGES);
}

function describePage(kernel: Kernel, mapping: Mapping, page: number, entry: PageEntry | undefined): PageOfView {
  const frame = entry?.place === "frames" ? entry.index : null;
  const shown = { page, frame, protection: describeRights(mapping), mapping: mapping.name };
  if (entry?.place === "swap") return { ...shown, mark: "swapped" };
  if (entry && !entry.writable && !mapping.shared) return { ...shown, mark: "copy-on-write" };
  const isDirty = frame !== null && getPhysical(kernel).frames[frame]?.dirty;
  return isDirty ? { ...shown, mark: "dirty" } : shown;
}

/** As /proc/PID/maps has it: `rw-p`, `r--s`. */
const describeRights = ({ protection, shared }: Mapping): string =>
  [
    protection & PROT_READ ? "r" : "-",
    protection & PROT_WRITE ? "w" : "-",
    protection & PROT_EXEC ? "x" : "-",
    shared ? "s" : "p",
  ].join("");

/** The beginning of what a frame holds, and of which object. */
function describeFrame(kernel: Kernel, index: number): string {
  const bytes = readFrame(kernel, index, 0, PAGE_SIZE);
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  const content = end === 0 ? "zeros" : describeBytes(bytes.slice(0, end));
  const source = getPhysical(kernel).frames[index]?.source;
  return source ? `${getObject(kernel, source.object).name}, page ${source.page}: ${content}` : content;
}

function showMoment({ trace }: Run, title: string, at: number): MemoryView {
  const moment = foldMemory(trace, at);
  const mappings = new Map<number, string>();
  const users = new Map<number, number>();
  const spaces = moment.spaces
    .filter(({ pages }) => pages.length > 0)
    .map(({ pages, ...process }) => ({
      process: nameProcess(process),
      pages: pages
        .toSorted((a, b) => a.page - b.page)
        .slice(0, MAX_PAGES)
        .map(({ page, frame, mapping }) => ({ page, frame, protection: "", mapping })),
    }));
  for (const { pages } of moment.spaces) {
    for (const { frame, mapping } of pages) {
      mappings.set(frame, mapping);
      users.set(frame, (users.get(frame) ?? 0) + 1);
    }
  }
  const frames = [...users].map(([frame, count]) => ({ frame, text: mappings.get(frame) ?? "", users: count }));
  return createView(
    `${title} at ${at}`,
    spaces,
    frames.toSorted((a, b) => a.frame - b.frame),
  );
}

/** Page faults by process and cause, and what was copied and evicted. */
export function showFaults({ trace }: Run, { title = "page faults" }: { readonly title?: string } = {}): View {
  const { faults, copies, evictions } = foldMemory(trace);
  const causes = ["demand", "copy-on-write", "swap", "protection"] as const;
  const rows = faults.map((one) => {
    const row: (string | number)[] = [nameProcess(one)];
    return row.concat(
      causes.map((cause) => one[cause]),
      one.total,
    );
  });
  const sum = `${copies} pages copied, ${evictions} evicted`;
  return { view: "table", title: `${title} · ${sum}`, columns: ["process", ...causes, "all"], rows };
}
