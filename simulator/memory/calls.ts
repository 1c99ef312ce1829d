/** Mappings: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/memory.ts";
import { loadMechanism } from "../kernel/mechanism.ts";
import { memory } from "./memory.ts";

export const { mmap, munmap, mprotect, msync, peek, poke, peekWord, pokeWord } = loadMechanism(memory, calls);
