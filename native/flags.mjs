/**
 * What Node needs on its command line (not in NODE_OPTIONS, nor later) for fork(): no helper threads that a child would lack.
 * `--single-threaded` is the essential one; the others leave two idle threads instead of six and SIGUSR1 to the program.
 */
export const forkFlags = Object.freeze(["--single-threaded", "--v8-pool-size=1", "--disable-sigusr1"]);

/**
 * The descriptors that belong to the program: a launcher holds them with any open file (/dev/null), so that Node takes higher ones for
 * itself, and `startAsC` closes them. Then the program's first pipe is 3 and 4, as in C and in the simulated kernel.
 */
export const programDescriptors = Object.freeze(Array.from({ length: 61 }, (_, index) => index + 3));
