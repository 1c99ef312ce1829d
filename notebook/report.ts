/** Browser-safe. Says what happens to one cell, from the moment its body begins: `pending`, what it shows, and `done` or `failed`. */
import type { Observer } from "@observablehq/runtime";
import type { CellError, FromFence } from "../schema/protocol.ts";
import type { LoadedCell } from "./module.ts";
import type { createOutbox } from "./outbox.ts";
import { showValue } from "./show.ts";

export interface Report {
  /** A new evaluation begins. Gives the way in which it shows things; what an older evaluation still shows is void. */
  readonly begin: () => (message: FromFence) => void;
  readonly observer: Observer;
}

/** Reports for `cell`. `isCurrent`: is this definition of the cell still the one in force? `describe` words what it throws. */
export function createReport(
  { id: cell, outputs }: LoadedCell,
  outbox: ReturnType<typeof createOutbox>,
  isCurrent: () => boolean,
  describe: (error: unknown) => CellError,
): Report {
  let evaluation = 0;
  let startedAt = 0;
  let begun = false; // does what ends next belong to an evaluation that has begun?

  const begin = (): ((message: FromFence) => void) => {
    const current = ++evaluation;
    begun = true;
    startedAt = performance.now();
    const put = (message: FromFence): void => {
      if (current === evaluation && isCurrent()) outbox.put(cell, message);
    };
    outbox.begin(cell);
    put({ type: "pending", cell });
    return put;
  };

  /** Ends the evaluation, or a whole one for a later value of a generator and for an input that failed before the body ran. */
  const end = (messages: () => readonly FromFence[]): void => {
    if (!isCurrent()) return; // a variable that is deleted is computed once more
    if (!begun) begin();
    begun = false;
    for (const message of messages()) outbox.put(cell, message);
  };
  const fail = (error: unknown): readonly FromFence[] => [{ type: "failed", cell, error: describe(error) }];
  const finish = (value: unknown): readonly FromFence[] => {
    const done: FromFence = { type: "done", cell, ms: performance.now() - startedAt };
    return outputs.length > 0 || value === undefined
      ? [done]
      : [{ type: "display", cell, view: showValue(value) }, done];
  };
  const attempt = (value: unknown): readonly FromFence[] => {
    try {
      return finish(value);
    } catch (error) {
      return fail(error);
    }
  };

  return {
    begin,
    observer: {
      pending: () => (begun = false),
      fulfilled: (value) => end(() => attempt(value)),
      rejected: (error) => end(() => fail(error)),
    },
  };
}
