/** peek and poke: a process's own memory, byte by byte through its page table. */
import { PAGE_SIZE } from "../../schema/constants.ts";
import { accessName, getGroup, getObject, type Access, type Kernel, type Process } from "../kernel/kernel.ts";
import { reads, succeed, writes, type CallModel } from "../kernel/model.ts";
import { findFault, reachPage } from "./fault.ts";
import { getPhysical, PHYSICAL, readFrame, touchesPhysical, writeFrame } from "./frames.ts";
import { DEFAULT_FRAMES } from "./limits.ts";
import { findMapping, getSpace, pageOf } from "./mapping.ts";

/** The parts of a range that lie in one page each. */
function splitByPage(address: number, count: number): { page: number; offset: number; at: number; length: number }[] {
  const parts = [];
  for (let at = 0; at < count;) {
    const offset = (address + at) % PAGE_SIZE;
    const length = Math.min(PAGE_SIZE - offset, count - at);
    parts.push({ page: pageOf(address + at), offset, at, length });
    at += length;
  }
  return parts;
}

/** The table of mappings and pages of the process, which threads change for each other. */
export const spaceName = (kernel: Kernel, process: Process): string => `memory of ${getGroup(kernel, process).pid}`;

const WORD = 8;
/** An access to more words than this is taken for one to the whole page. */
const MAX_WORDS = 8;

/**
 * What an access to part of a page touches: each word, so that two variables on one page are independent, and the page itself, which
 * larger accesses name alone.
 */
function touchesPart(name: string, offset: number, length: number, isWrite: boolean): Access[] {
  const page = `${name} page ${pageOf(offset)}`;
  const first = Math.floor(offset / WORD);
  const last = Math.floor((offset + length - 1) / WORD);
  if (last - first >= MAX_WORDS) return [writes(page)];
  const words = Array.from({ length: last - first + 1 }, (_, index) => `${name} word ${first + index}`);
  return [reads(page), ...words.map(isWrite ? writes : reads)];
}

function touchesMemory(
  kernel: Kernel,
  process: Process,
  address: number,
  count: number,
  isWrite: boolean,
): readonly Access[] {
  const space = getSpace(kernel, process);
  const own = spaceName(kernel, process);
  const accesses = [reads(own)];
  // Where memory is scarce, every use has a say in who is evicted.
  if (getPhysical(kernel).capacity !== DEFAULT_FRAMES) accesses.push(writes(PHYSICAL));
  for (const { page, offset, at, length } of splitByPage(address, count)) {
    const fault = findFault(kernel, space, page, isWrite);
    if (fault) accesses.push(writes(own), ...touchesPhysical(kernel));
    if (fault?.signal) return [...accesses, writes(`process ${process.pid}`)];
    const mapping = findMapping(space, address + at);
    if (!mapping) return accesses;
    const { object, shared, start } = mapping;
    const entry = space.pages[page];
    const isCopy = !shared && entry !== undefined && entry.writable;
    if (object === null || isCopy) accesses.push(...touchesPart(own, page * PAGE_SIZE + offset, length, isWrite));
    else {
      const place = mapping.offset + page * PAGE_SIZE + offset - start;
      accesses.push(...touchesPart(accessName(getObject(kernel, object)), place, length, isWrite && shared));
    }
  }
  return accesses;
}

/** A signal has to be acted on first; after its handler the access begins again, as an instruction does. */
const interrupted = { kind: "continue", progress: 0, pause: true } as const;
const asInstruction = { computes: true, restarts: "always" } as const;

export const peek: CallModel<"peek"> = {
  ...asInstruction,
  touches: (kernel, process, address, count) => touchesMemory(kernel, process, address, count, false),
  perform(draft, { pid }, address, count) {
    const bytes = new Uint8Array(count);
    for (const { page, offset, at, length } of splitByPage(address, count)) {
      const frame = reachPage(draft, pid, page, false);
      if (frame === null) return interrupted;
      bytes.set(readFrame(draft.kernel, frame, offset, length), at);
    }
    return succeed(bytes);
  },
  object: findMappingName,
};

export const poke: CallModel<"poke"> = {
  ...asInstruction,
  touches: (kernel, process, address, data) => touchesMemory(kernel, process, address, data.length, true),
  perform(draft, { pid }, address, data) {
    for (const { page, offset, at, length } of splitByPage(address, data.length)) {
      const frame = reachPage(draft, pid, page, true);
      if (frame === null) return interrupted;
      writeFrame(draft, frame, offset, data.subarray(at, at + length));
    }
    return succeed(undefined);
  },
  object: findMappingName,
};

/** What is mapped at an address, for the trace. */
export function findMappingName(kernel: Kernel, process: Process, address: number): string | undefined {
  return findMapping(getSpace(kernel, process), address)?.name;
}
