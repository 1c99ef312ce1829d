/** Errors that a program does not catch: which process, at which call, on which line. */
import { findCell } from "../schema/cell-places.ts";
import { exit, isSystemError, type Call } from "../schema/call.ts";
import type { Pid } from "./kernel/kernel.ts";

export interface ProgramError {
  readonly pid: Pid;
  /** As an Error says it: `TypeError: …`. */
  readonly message: string;
  /** The call that failed, or at which the program stood. */
  readonly call: string;
  /** Where in the program; null where the engine's stacks do not tell. A `yield` of what is no call leaves no trace in a stack. */
  readonly place: Place | null;
  /** For those who know how the program's text was compiled; at most 4 000 characters. */
  readonly stack: string;
}

/** A line and a column, from 1: of a chapter's cell, or else of the script that `url` names. */
export interface Place {
  readonly url: string;
  /** The cell's id; absent where it is none. */
  readonly cell?: string;
  readonly line: number;
  readonly column: number;
}

const stackLength = 4_000;

export function describeProgramError(pid: Pid, error: unknown, at: Call | undefined): ProgramError {
  const stack = error instanceof Error && typeof error.stack === "string" ? error.stack : "";
  return {
    pid,
    message: error instanceof Error ? String(error) : `Uncaught ${String(error)}`,
    call: isSystemError(error) ? error.syscall : (at?.name ?? ""),
    place: findPlace(stack),
    stack: stack.slice(0, stackLength),
  };
}

/** The innermost frame that is the program's, not the simulator's. V8 writes `at f (url:line:column)`, others `f@url:line:column`. */
function findPlace(stack: string): Place | null {
  for (const place of readPlaces(stack)) {
    if (ownUrls().has(place.url)) continue;
    const found = findCell(place.url, place.line);
    return found ? { ...place, cell: found.id, line: found.line } : place;
  }
  return null;
}

function* readPlaces(stack: string): Generator<Place, void, undefined> {
  for (const frame of stack.split("\n")) {
    const match = /(?:^|[\s(@])([^\s()@]+):(\d+):(\d+)\)?$/.exec(frame);
    if (match?.[1]) yield { url: match[1], line: Number(match[2]), column: Number(match[3]) };
  }
}

let own: ReadonlySet<string> | null = null;

/** The scripts that the simulator and the calls are in: one for each module, or one bundle. */
function ownUrls(): ReadonlySet<string> {
  own ??= new Set(
    [...readPlaces(new Error("here").stack ?? "")]
      .slice(0, 1)
      .concat(placeOfCalls())
      .map(({ url }) => url),
  );
  return own;
}

/** Where an error that a call throws seems to come from, before the frames of its program. */
function placeOfCalls(): Place[] {
  const steps = exit(0)[Symbol.iterator]();
  steps.next();
  try {
    steps.throw(new Error("here"));
  } catch (error) {
    return error instanceof Error ? [...readPlaces(error.stack ?? "")].slice(0, 1) : [];
  }
  return [];
}
