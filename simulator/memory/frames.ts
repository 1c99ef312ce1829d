/** Physical memory: frames with reference counts, and the swap space for what no longer fits. */
import { PAGE_SIZE } from "../../schema/constants.ts";
import {
  addObject,
  bindName,
  findNamed,
  getObject,
  listProcesses,
  updateObject,
  updateProcess,
  type Access,
  type Draft,
  type Kernel,
  type KernelObject,
} from "../kernel/kernel.ts";
import { operationsOf } from "../kernel/mechanism.ts";
import { writes, type ByteOperations } from "../kernel/model.ts";
import { DEFAULT_FRAMES, SWAP_SLOTS } from "./limits.ts";
import type { Frame, PageEntry, PhysicalMemory } from "./objects.ts";
import { chooseVictim } from "./victim.ts";

/** Its name among the kernel's objects, and in what a transition touches. */
export const PHYSICAL = "physical memory";

/** What a call touches that may take or give back frames; the first one adds an object to the kernel. */
export const touchesPhysical = (kernel: Kernel): Access[] =>
  findNamed(kernel, PHYSICAL) === undefined ? [writes(PHYSICAL), writes("files")] : [writes(PHYSICAL)];

const untouched: PhysicalMemory = {
  kind: "physical memory",
  name: PHYSICAL,
  capacity: DEFAULT_FRAMES,
  policy: "clock",
  frames: [],
  swap: [],
  hand: 0,
  now: 0,
};

export function getPhysical(kernel: Kernel): PhysicalMemory {
  const index = findNamed(kernel, PHYSICAL);
  return index === undefined ? untouched : (getObject(kernel, index) as PhysicalMemory);
}

export function updatePhysical(draft: Draft, changes: Partial<PhysicalMemory>): void {
  const memory = { ...getPhysical(draft.kernel), ...changes };
  const index = findNamed(draft.kernel, PHYSICAL);
  if (index === undefined) bindName(draft, PHYSICAL, addObject(draft, memory));
  else updateObject(draft, index, memory);
}

/** The frame or slot that a page-table entry leads to. */
export function getFrame(kernel: Kernel, { place, index }: Pick<PageEntry, "place" | "index">): Frame {
  const frame = getPhysical(kernel)[place][index];
  if (!frame) throw new RangeError(`nothing is in place ${index} of the ${place} of this kernel`);
  return frame;
}

export function updateFrame(
  draft: Draft,
  { place, index }: Pick<PageEntry, "place" | "index">,
  changes: Partial<Frame>,
): void {
  const frame = { ...getFrame(draft.kernel, { place, index }), ...changes };
  const list = getPhysical(draft.kernel)[place].with(index, frame.references === 0 ? null : frame);
  updatePhysical(draft, { [place]: list });
}

/** One more or one less page-table entry leads there; with the last one the place is free. */
export function countEntry(draft: Draft, entry: PageEntry, change: 1 | -1): void {
  updateFrame(draft, entry, { references: getFrame(draft.kernel, entry).references + change });
}

/** Where a page of an object is in memory, or was moved to. */
export function findSource(kernel: Kernel, object: number, page: number): Omit<PageEntry, "writable"> | null {
  const memory = getPhysical(kernel);
  for (const place of ["frames", "swap"] as const) {
    const index = memory[place].findIndex((frame) => frame?.source?.object === object && frame.source.page === page);
    if (index !== -1) return { place, index };
  }
  return null;
}

export interface Loaded {
  readonly frame: number;
  /** The frame was full: the page that had to go, by its number where it is mapped first, and why. */
  readonly evicted: { readonly page: number; readonly why: string } | null;
}

/** Puts something into the lowest free frame, or into one that is emptied for it; null where memory and swap space are full. */
export function loadFrame(
  draft: Draft,
  content: Pick<Frame, "source" | "data" | "dirty" | "references">,
): Loaded | null {
  const { frames, capacity } = getPhysical(draft.kernel);
  const free = frames.indexOf(null);
  const evicted = free === -1 && frames.length >= capacity ? evict(draft) : null;
  const index = evicted?.frame ?? (free === -1 ? frames.length : free);
  const { frames: left, now } = getPhysical(draft.kernel);
  if (left[index]) return null;
  const frame = { ...content, referenced: true, loadedAt: now, usedAt: now };
  const filled = index === left.length ? [...left, frame] : left.with(index, frame);
  updatePhysical(draft, { frames: filled, now: now + 1 });
  return { frame: index, evicted };
}

/** Empties a frame by the machine's policy; null where the swap space is full. */
function evict(draft: Draft): { readonly frame: number; readonly page: number; readonly why: string } | null {
  const { frames, swap, policy, hand } = getPhysical(draft.kernel);
  const victim = chooseVictim[policy](
    frames.filter((frame) => frame !== null),
    hand,
  );
  const content = frames[victim.index];
  const slot = swap.includes(null) ? swap.indexOf(null) : swap.length;
  if (!content || slot >= SWAP_SLOTS) return null;
  for (const index of victim.spared) updateFrame(draft, { place: "frames", index }, { referenced: false });
  const isFile = content.source !== null && getObject(draft.kernel, content.source.object).kind !== "shared memory";
  if (!isFile) updatePhysical(draft, { swap: Object.assign([...swap], { [slot]: content }) });
  const emptied = getPhysical(draft.kernel).frames.with(victim.index, null);
  updatePhysical(draft, { frames: emptied, hand: victim.hand });
  const page = relocate(
    draft,
    { place: "frames", index: victim.index },
    isFile ? null : { place: "swap", index: slot },
  );
  const where = isFile ? "it can be read from its file again" : `it is in slot ${slot} of the swap space now`;
  return { frame: victim.index, page, why: `the page in frame ${victim.index} had to go: ${victim.why}; ${where}` };
}

/** Brings a page back from the swap space, for all that had it; null where there is no room. */
export function swapIn(draft: Draft, slot: number): Loaded | null {
  const loaded = loadFrame(draft, getFrame(draft.kernel, { place: "swap", index: slot }));
  if (!loaded) return null;
  updatePhysical(draft, { swap: getPhysical(draft.kernel).swap.with(slot, null) });
  relocate(draft, { place: "swap", index: slot }, { place: "frames", index: loaded.frame });
  return loaded;
}

type Place = Pick<PageEntry, "place" | "index">;

/**
 * Changes every page-table entry that leads to `from` (what Linux finds by its reverse mapping); `to` null: it is forgotten. Gives the
 * number of the first such page.
 */
function relocate(draft: Draft, from: Place, to: Place | null): number {
  const frame = to?.place === "frames" ? to.index : null;
  const moved: number[] = [];
  for (const { pid, memory } of listProcesses(draft.kernel)) {
    const entries = Object.entries(memory?.pages ?? {});
    const found = entries.filter(([, { place, index }]) => place === from.place && index === from.index);
    if (!memory || found.length === 0) continue;
    const pages: Record<number, PageEntry> = { ...memory.pages };
    for (const [key, entry] of found) {
      const page = Number(key);
      if (to) pages[page] = { ...entry, ...to };
      else delete pages[page];
      draft.events.push({ kind: "remap", pid, page, frame });
      moved.push(page);
    }
    updateProcess(draft, pid, { memory: { ...memory, pages } });
  }
  return moved[0] ?? -1;
}

/** How the bytes of an object are read and written; undefined where it has none by their place. */
export const bytesOf = (object: KernelObject): ByteOperations<KernelObject["kind"]> | undefined =>
  operationsOf(object).bytes;

/** What is in a frame from `offset` on. */
export function readFrame(kernel: Kernel, index: number, offset: number, count: number): Uint8Array {
  const { source, data } = getFrame(kernel, { place: "frames", index });
  const bytes = new Uint8Array(count);
  if (!source) bytes.set(data.subarray(offset, offset + count));
  else {
    const object = getObject(kernel, source.object);
    bytes.set(bytesOf(object)?.readAt(object, source.page * PAGE_SIZE + offset, count) ?? []);
  }
  return bytes;
}

/** Writes into a frame; beyond the end of an object's last page nothing is kept. */
export function writeFrame(draft: Draft, index: number, offset: number, bytes: Uint8Array): void {
  const { source, data } = getFrame(draft.kernel, { place: "frames", index });
  if (!source) return updateFrame(draft, { place: "frames", index }, { data: overwrite(data, offset, bytes) });
  const object = getObject(draft.kernel, source.object);
  const at = source.page * PAGE_SIZE + offset;
  const operations = bytesOf(object);
  const kept = bytes.subarray(0, Math.max(0, (operations?.size(object) ?? 0) - at));
  if (kept.length > 0) operations?.writeAt(draft, source.object, at, kept);
}

/** New bytes with `bytes` at `offset`, no longer than they must be. */
export function overwrite(data: Uint8Array, offset: number, bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.max(data.length, offset + bytes.length));
  whole.set(data);
  whole.set(bytes, offset);
  return whole;
}
