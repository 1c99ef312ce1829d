/** Which addresses of a process are mapped: finding, cutting and placing mappings. Nothing here knows of frames. */
import { PROT_EXEC, PROT_READ, PROT_WRITE } from "../../schema/calls/memory-constants.ts";
import { PAGE_SIZE } from "../../schema/constants.ts";
import { describeFlags } from "../../schema/describe.ts";
import { FIRST_PID, getGroup, getProcess, type Kernel, type Process } from "../kernel/kernel.ts";
import { ADDRESS_END, MAPPING_BASE, MAPPING_STRIDE } from "./limits.ts";
import type { AddressSpace, Mapping } from "./objects.ts";

/** The memory that the process of `thread` has now; empty where it has mapped none. Each process that begins so begins at its own address. */
export function getSpace(kernel: Kernel, thread: Process): AddressSpace {
  const { pid, memory } = getGroup(kernel, getProcess(kernel, thread.pid));
  const base = MAPPING_BASE + ((pid - FIRST_PID) % 64) * MAPPING_STRIDE;
  return memory ?? { mappings: [], pages: {}, base, made: 0 };
}

export const roundUp = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;
export const isAligned = (address: number): boolean => address % PAGE_SIZE === 0;
export const pageOf = (address: number): number => Math.floor(address / PAGE_SIZE);
/** `0x40001000`, as traces write addresses. */
export const describeAddress = (address: number): string => `0x${address.toString(16)}`;

export const describeHint = (address: number | null): string => (address === null ? "NULL" : describeAddress(address));
export const describeProtection = (protection: number): string =>
  protection === 0 ? "PROT_NONE" : describeFlags(protection, { PROT_READ, PROT_WRITE, PROT_EXEC });

export const findMapping = ({ mappings }: AddressSpace, address: number): Mapping | undefined =>
  mappings.find(({ start, end }) => start <= address && address < end);

/** How far every address from `start` on is mapped. */
export function findGap({ mappings }: AddressSpace, start: number): number {
  let reached = start;
  for (const mapping of mappings) if (mapping.start <= reached) reached = Math.max(reached, mapping.end);
  return reached;
}

/** The part of a mapping from `start` up to `end`. */
const cut = (mapping: Mapping, start: number, end: number): Mapping => ({
  ...mapping,
  start,
  end,
  offset: mapping.offset + start - mapping.start,
});

/** Cuts mappings at the edges of a range and gives what is inside to `change`: a changed mapping, or null to forget it. */
export function changeRange(
  mappings: readonly Mapping[],
  [from, to]: readonly [number, number],
  change: (mapping: Mapping) => Mapping | null,
): Mapping[] {
  return mappings.flatMap((mapping) => {
    const { start, end } = mapping;
    if (end <= from || to <= start) return [mapping];
    const inside = change(cut(mapping, Math.max(start, from), Math.min(end, to)));
    return [
      ...(start < from ? [cut(mapping, start, from)] : []),
      ...(inside ? [inside] : []),
      ...(to < end ? [cut(mapping, to, end)] : []),
    ];
  });
}

export const insertMapping = (mappings: readonly Mapping[], mapping: Mapping): Mapping[] =>
  [...mappings, mapping].toSorted((a, b) => a.start - b.start);

/** The lowest room for `length` bytes above the space's base, as Linux's bottom-up layout chooses; null (ENOMEM) where there is none. */
export function chooseAddress({ mappings, base }: AddressSpace, length: number): number | null {
  let address = base;
  for (const { start, end } of mappings) {
    if (start >= address + length) break;
    address = Math.max(address, end);
  }
  return address + length <= ADDRESS_END ? address : null;
}
