import type { Kernel } from "../../schema/cell.ts";
import type { Tree } from "../tree.ts";

/** The two kernels in words. Their colours never stand without the letter. */
export const kernelWords: Readonly<Record<Kernel, string>> = { sim: "simulated kernel", live: "your Linux kernel" };
export const kernelLetters: Readonly<Record<Kernel, string>> = { sim: "S", live: "L" };

/** The badge of a kernel: its letter on its colour. */
export function renderKernel(kernel: Kernel): Tree {
  return ["abbr", { class: `r3-kernel ${kernel}`, title: kernelWords[kernel] }, kernelLetters[kernel]];
}
