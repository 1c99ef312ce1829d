/** Memory when processes begin and end: fork shares every page until somebody writes, exec and exit give all back. */
import { PAGE_SIZE } from "../../schema/constants.ts";
import {
  getGroup,
  listProcesses,
  updateProcess,
  type Access,
  type Draft,
  type Kernel,
  type Process,
} from "../kernel/kernel.ts";
import type { Lifecycle } from "../kernel/mechanism.ts";
import { writes } from "../kernel/model.ts";
import { spaceName } from "./access.ts";
import { countEntry, PHYSICAL } from "./frames.ts";
import { findMapping, roundUp } from "./mapping.ts";
import { forgetPages } from "./page-table.ts";

/** Both have every page now; of a private one neither may write before it has made its copy. */
function share(draft: Draft, parent: Process, child: Process): void {
  const { pid, memory } = getGroup(draft.kernel, parent);
  if (!memory) return;
  const pages = Object.fromEntries(
    Object.entries(memory.pages).map(([page, entry]) => {
      const isShared = memory.mappings.some(
        ({ start, end, shared }) => shared && start <= Number(page) * PAGE_SIZE && Number(page) * PAGE_SIZE < end,
      );
      countEntry(draft, entry, 1);
      return [page, isShared ? entry : { ...entry, writable: false }];
    }),
  );
  updateProcess(draft, pid, { memory: { ...memory, pages } });
  updateProcess(draft, child.pid, { memory: { ...memory, pages, made: 0 } });
}

/** Another program begins with no memory; who watches is told of every page that it loses. */
function clear(draft: Draft, { pid, memory }: Process): void {
  if (!memory) return;
  forgetPages(draft, pid, () => true);
  updateProcess(draft, pid, { memory: { ...memory, mappings: [], pages: {} } });
}

/** Of a process that has ended everything is gone, which goes without saying. */
function giveBack(draft: Draft, { pid, memory }: Process): void {
  if (!memory) return;
  for (const entry of Object.values(memory.pages)) countEntry(draft, entry, -1);
  updateProcess(draft, pid, { memory: { ...memory, mappings: [], pages: {} } });
}

function touches(kernel: Kernel, process: Process): readonly Access[] {
  const { memory } = getGroup(kernel, process);
  if (!memory) return [];
  const segments = memory.mappings.map(({ name }) => writes(`${name} attachments`));
  return [writes(spaceName(kernel, process)), writes(PHYSICAL), ...segments];
}

/** Whoever has mapped what is beyond the new end of an object loses those pages; a private copy, too, as in Linux. */
function loseTail(draft: Draft, object: number, size: number): void {
  for (const { pid, memory } of listProcesses(draft.kernel)) {
    if (!memory) continue;
    forgetPages(draft, pid, (page) => {
      const mapping = findMapping(memory, page * PAGE_SIZE);
      return mapping?.object === object && mapping.offset + page * PAGE_SIZE - mapping.start >= roundUp(size);
    });
  }
}

/** A mapped file may be read, written and cut through descriptors too: that concerns all who have it mapped. */
export function touchesMappers(kernel: Kernel, object: number): Access[] {
  const mappers = listProcesses(kernel).filter(({ memory }) => memory?.mappings.some((one) => one.object === object));
  return mappers.length === 0
    ? []
    : [writes(PHYSICAL), ...mappers.map((process) => writes(spaceName(kernel, process)))];
}

export const lifecycle: Lifecycle = {
  fork: share,
  exec: clear,
  exit: giveBack,
  touches,
  resized: loseTail,
  watchers: touchesMappers,
};
