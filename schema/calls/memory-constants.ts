/** The numbers of the calls of mapped and shared memory: Linux's on x86-64. */

export * from "./system-v-constants.ts";

/** What mmap(2) and mprotect(2) permit with a page. */
export const PROT_NONE = 0;
export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const PROT_EXEC = 4;

/** The flags of mmap(2). */
export const MAP_SHARED = 1;
export const MAP_PRIVATE = 2;
export const MAP_FIXED = 0x10;
export const MAP_ANONYMOUS = 0x20;
export const MFD_CLOEXEC = 1;
export const MS_ASYNC = 1;
export const MS_INVALIDATE = 2;
export const MS_SYNC = 4;

/** The flags of shmat(2), and what an address must be a multiple of. */
export const SHM_RDONLY = 0o10000;
export const SHM_RND = 0o20000;
export const SHMLBA = 4096;
