/** For tests of memory. */
import { exit, fork, wait, type Call } from "../../schema/call.ts";

/** Runs `child` in a process of its own; gives the signal that ended it. */
export function* endOf(child: () => Generator<Call, void, unknown>): Generator<Call, string | null, unknown> {
  if ((yield* fork()) === 0) {
    yield* child();
    yield* exit(0);
  }
  return (yield* wait()).termSignal;
}
