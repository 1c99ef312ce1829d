/** What the calls of communication take. */
import type { Parameter } from "../kernel/mechanism.ts";
import { data as bytes, integer, size, string } from "../kernel/parameters.ts";

type Check = Parameter[1];

/** An argument; a whole number unless something else is said. */
export const argument = (name: string, check: Check = integer): Parameter => [name, check];

export const fd = argument("fd");
export const flags = argument("flags");
export const mode = argument("mode");
export const path = argument("path", string);
export const name = argument("name", string);
export const count = argument("count", size);
export const data = argument("data", bytes);
export const timeoutMs = argument("timeoutMs");
