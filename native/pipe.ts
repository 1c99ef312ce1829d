/** Pipes: pipe(2), pipe(7). */
import { addon } from "./addon.ts";

/** pipe(2): `[readEnd, writeEnd]`. EMFILE, ENFILE. */
export const pipe: () => [readEnd: number, writeEnd: number] = addon.pipe;

/** pipe2(2): with `O_NONBLOCK`, `O_CLOEXEC`, `O_DIRECT` (packets). EINVAL for other flags. */
export const pipe2: (flags: number) => [readEnd: number, writeEnd: number] = addon.pipe2;
