/** The baseline of `ring3 bench runner`: what a cell would cost if each were a Node of its own. */
import { getpid } from "ring3/posix";

const pid: number = getpid();
console.log("hi", pid > 0);
