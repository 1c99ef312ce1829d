/** The page table of a process: leading pages to frames and forgetting them, with every reference counted. */
import { getProcess, updateProcess, type Draft, type Pid } from "../kernel/kernel.ts";
import { countEntry } from "./frames.ts";
import { changeRange, getSpace, pageOf } from "./mapping.ts";
import type { AddressSpace, PageEntry } from "./objects.ts";

/** Leads a page somewhere else than before. */
export function setEntry(draft: Draft, pid: Pid, page: number, entry: PageEntry): void {
  const before = getSpace(draft.kernel, getProcess(draft.kernel, pid)).pages[page];
  countEntry(draft, entry, 1);
  changeEntries(draft, pid, (pages) => ({ ...pages, [page]: entry }));
  if (before) countEntry(draft, before, -1);
}

export function changeEntries(
  draft: Draft,
  pid: Pid,
  change: (pages: AddressSpace["pages"]) => AddressSpace["pages"],
): void {
  const space = getSpace(draft.kernel, getProcess(draft.kernel, pid));
  updateProcess(draft, pid, { memory: { ...space, pages: change(space.pages) } });
}

/** Forgets what is mapped from `start` up to `end`, and gives back the frames that nobody else has. */
export function unmap(draft: Draft, pid: Pid, start: number, end: number): void {
  forgetPages(draft, pid, (page) => page >= pageOf(start) && page < pageOf(end));
  const space = getSpace(draft.kernel, getProcess(draft.kernel, pid));
  updateProcess(draft, pid, { memory: { ...space, mappings: changeRange(space.mappings, [start, end], () => null) } });
}

/** Empties page-table entries. */
export function forgetPages(draft: Draft, pid: Pid, isMeant: (page: number) => boolean): void {
  const entries = Object.entries(getSpace(draft.kernel, getProcess(draft.kernel, pid)).pages);
  const gone = entries.filter(([page]) => isMeant(Number(page)));
  if (gone.length === 0) return;
  for (const [page, entry] of gone) {
    countEntry(draft, entry, -1);
    draft.events.push({ kind: "remap", pid, page: Number(page), frame: null });
  }
  changeEntries(draft, pid, () => Object.fromEntries(entries.filter(([page]) => !isMeant(Number(page)))));
}
