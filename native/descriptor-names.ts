/** What each descriptor of a driven program names, as a trace calls it: `pipe 1`, `stdout`. */

/** The table is copied with the process by fork(2), as the kernel's own is. */
export interface DescriptorNames {
  readonly nameOf: (fd: number) => string | undefined;
  /** A pipe that the process `role` made; pipes that children make carry their role, since they count for themselves. */
  readonly addPipe: (role: string, ends: readonly [number, number]) => void;
  readonly copy: (oldFd: number, newFd: number) => void;
  readonly remove: (fd: number) => void;
  /** A child counts its own pipes. */
  readonly restartCount: () => void;
}

export function createDescriptorNames(): DescriptorNames {
  const names = new Map([
    [0, "stdin"],
    [1, "stdout"],
    [2, "stderr"],
  ]);
  let pipes = 0;
  return {
    nameOf: (fd) => names.get(fd),
    addPipe(role, ends) {
      pipes += 1;
      for (const end of ends) names.set(end, role === "main" ? `pipe ${pipes}` : `pipe ${pipes} of ${role}`);
    },
    copy(oldFd, newFd) {
      const name = names.get(oldFd);
      if (name === undefined) names.delete(newFd);
      else names.set(newFd, name);
    },
    remove: (fd) => void names.delete(fd),
    restartCount: () => void (pipes = 0),
  };
}
