/** Where a traced process writes its events: JSON lines to a descriptor that all its children share. */
import { isSystemError } from "../schema/call.ts";
import type { TraceEvent } from "../schema/trace.ts";
import { addon } from "./addon.ts";
import { CLOCK_MONOTONIC, F_DUPFD_CLOEXEC, PIPE_BUF } from "./constants.ts";

type OneOf<Union> = Union extends unknown ? Omit<Union, "at" | "pid"> & { readonly pid?: number } : never;
/** An event, before it is stamped with the time and, unless it tells of another process, with this process. */
export type UnstampedEvent = OneOf<TraceEvent>;

export interface Report {
  /** Where it is written to; programs are told that nothing is open there. */
  readonly fd: number;
  /** Writes one event, in a single write of at most PIPE_BUF bytes, so that processes cannot mix theirs. */
  readonly emit: (event: UnstampedEvent) => void;
}

/** Far above what programs use, below the limits that boxes set. */
const lowestReportFd = 200;

/**
 * Moves `fd` out of the programs' way, closed when one executes another, and starts the clock at 0. An end of a pipe or socket whose
 * reader is gone ends the process by SIGPIPE, as everywhere: whoever traces reads until the end.
 */
export function openReport(fd: number): Report {
  const report = addon.fcntl(fd, F_DUPFD_CLOEXEC, lowestReportFd);
  addon.close(fd);
  const start = addon.clock_gettime(CLOCK_MONOTONIC);
  const encoder = new TextEncoder();
  return {
    fd: report,
    emit(event) {
      // Microseconds, with one decimal: the clock is not finer.
      const at = Math.round((addon.clock_gettime(CLOCK_MONOTONIC) - start) / 100) / 10;
      const line = encoder.encode(`${JSON.stringify({ at, pid: addon.getpid(), ...event })}\n`);
      if (line.length > PIPE_BUF) throw new RangeError(`An event of ${line.length} bytes is longer than PIPE_BUF`);
      writeLine(report, line);
    },
  };
}

function writeLine(fd: number, line: Uint8Array): void {
  for (;;)
    try {
      addon.write(fd, line);
      return;
    } catch (error) {
      if (!isSystemError(error) || error.code !== "EINTR") throw error;
    }
}
