/** Numbers by their names, as strace(1) has them. */
import { O_APPEND, O_CLOEXEC, O_CREAT, O_EXCL, O_NONBLOCK, O_TRUNC } from "../../schema/constants.ts";
import { describeFlags } from "../../schema/describe.ts";

export const withBits = (first: string, value: number, names: Readonly<Record<string, number>>): string =>
  value === 0 ? first : `${first}|${describeFlags(value, names)}`;

const accessModes = ["O_RDONLY", "O_WRONLY", "O_RDWR"];
const openFlags = { O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_NONBLOCK, O_CLOEXEC };

export const quote = (text: string): string => JSON.stringify(text.slice(0, 100));
export const octal = (mode: number): string => `0${mode.toString(8)}`;

/** The arguments of open(2) and of mq_open(3), where the mode counts only if something is made. */
export const describeOpen = (name: string, flags: number, mode: number): string[] => [
  quote(name),
  withBits(accessModes[flags & 3] ?? String(flags & 3), flags & ~3, openFlags),
  ...(flags & O_CREAT ? [octal(mode)] : []),
];
