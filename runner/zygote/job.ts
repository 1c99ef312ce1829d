import type { RunRequest } from "../../schema/protocol.ts";
import type { Script } from "./script.ts";

/** Where a program seems to stand in the box: it begins in `folder`, and errors name it `name`. */
export interface Placement {
  readonly folder: string;
  readonly name: string;
}

/** A run as the runner asks the zygote for it. */
export interface RunOrder {
  readonly type: "run";
  readonly run: string;
  readonly request: RunRequest;
  /** Absent: a cell, in the home of the box. */
  readonly placement?: Placement;
}
export const cellPlacement: Placement = { folder: "/home/reader", name: "cell" };

/** What a forked child is to do. */
export interface Job {
  readonly request: RunRequest;
  readonly placement: Placement;
  /** A TypeScript program, stripped; null for another language. */
  readonly script: Script | null;
  /** The run's number in its box, from 1. */
  readonly number: number;
  /** Write end of the pipe that both standard output and standard error go to. */
  readonly output: number;
  /** The program's channel to the page: one packet a report. */
  readonly reports: number;
}
