/** The mechanism of memory: mappings and what a process does with them. */
import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_PRIVATE,
  MAP_SHARED,
  MS_ASYNC,
  MS_INVALIDATE,
  MS_SYNC,
} from "../../schema/calls/memory-constants.ts";
import { describeBytes, describeFlags } from "../../schema/describe.ts";
import type { Mechanism, Parameter } from "../kernel/mechanism.ts";
import { data, integer, size } from "../kernel/parameters.ts";
import { peek, poke } from "./access.ts";
import { lifecycle } from "./lifecycle.ts";
import { MAX_ACCESS } from "./limits.ts";
import { describeAddress, describeHint, describeProtection } from "./mapping.ts";
import { mmap, mprotect, msync, munmap } from "./mmap.ts";
import { memoryOperations } from "./shared-memory.ts";

const most = `at most ${MAX_ACCESS} bytes`;
const accessSize = (value: unknown) => size(value) ?? ((value as number) > MAX_ACCESS ? most : null);
const accessData = (value: unknown) => data(value) ?? ((value as Uint8Array).length > MAX_ACCESS ? most : null);

const address: Parameter = ["address", size];
/** An address, or null where the kernel may choose. */
const orNull = (value: unknown) => (value === null ? null : size(value) && "an address or null");
export const hint: Parameter = ["address", orNull];
const length: Parameter = ["length", integer];
const protection: Parameter = ["protection", integer];
const flags: Parameter = ["flags", integer];

/** A C `int` as a number, other bytes as strace has them. */
function describeData(bytes: Uint8Array): string {
  const isText = /^[\P{C}\n\t]*$/u.test(new TextDecoder().decode(bytes).replaceAll("\uFFFD", "\0"));
  if (bytes.length !== 4 || isText) return describeBytes(bytes);
  return String(new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true));
}

const mapFlags = { MAP_SHARED, MAP_PRIVATE, MAP_FIXED, MAP_ANONYMOUS };
const syncFlags = { MS_ASYNC, MS_INVALIDATE, MS_SYNC };

export const memory: Mechanism = {
  calls: { mmap, munmap, mprotect, msync, peek, poke },
  parameters: {
    mmap: [hint, length, protection, flags, ["fd", integer], ["offset", integer]], // prettier-ignore
    munmap: [address, length],
    mprotect: [address, length, protection],
    msync: [address, length, flags],
    peek: [address, ["count", accessSize]],
    poke: [address, ["data", accessData]],
  },
  files: { "shared memory": memoryOperations },
  descriptions: {
    arguments: {
      mmap: (at, count, access, value, file, offset) => [
        describeHint(at),
        String(count),
        describeProtection(access),
        describeFlags(value, mapFlags),
        String(file),
        String(offset),
      ],
      munmap: (at, count) => [describeAddress(at), String(count)],
      mprotect: (at, count, access) => [describeAddress(at), String(count), describeProtection(access)],
      msync: (at, count, value) => [describeAddress(at), String(count), describeFlags(value, syncFlags)],
      peek: (at, count) => [describeAddress(at), String(count)],
      poke: (at, bytes) => [describeAddress(at), describeData(bytes)],
    },
    results: { peek: describeData, mmap: describeAddress },
  },
  lifecycle,
};
