/** The layout and the limits of memory. Addresses are those of a 32-bit Linux with the bottom-up layout, so that they are short. */

/** Where a process's mappings begin (TASK_UNMAPPED_BASE), and how far the next process's begin above that. */
export const MAPPING_BASE = 0x4000_0000;
export const MAPPING_STRIDE = 0x100_0000;
/** Lowest address that may be mapped (vm.mmap_min_addr). */
export const ADDRESS_START = 0x1_0000;
/** Where the kernel's own addresses begin (TASK_SIZE). */
export const ADDRESS_END = 0xc000_0000;
/** Mappings of one process (vm.max_map_count is 65 530); one more is ENOMEM. */
export const MAX_MAPPINGS = 1_024;
/** Frames of a machine that nobody has limited, and slots of its swap space: 16 MiB each. */
export const DEFAULT_FRAMES = 4_096;
export const SWAP_SLOTS = 4_096;
/** System V segments at once (kernel.shmmni); one more is ENOSPC. */
export const SHMMNI = 4_096;
/** Largest object of shared memory, in bytes. */
export const MAX_OBJECT_SIZE = 67_108_864;
/** Most bytes of one peek or poke. */
export const MAX_ACCESS = 1_048_576;
/** Longest name of shared memory (NAME_MAX). */
export const NAME_MAX = 255;
