/** Browser-safe. A generator of values that come from outside: the latest one waits, older ones are forgotten. */

export interface Observed<Value> extends AsyncGenerator<Value, undefined> {
  readonly push: (value: Value) => void;
}

/** Starts with `first`; each `next()` waits for a value that was not yet given out. */
export function observe<Value>(first: Value): Observed<Value> {
  let latest: { value: Value } | null = { value: first };
  let waiting: ((result: IteratorResult<Value, undefined>) => void) | null = null;
  let done = false;
  const finish = (): Promise<IteratorReturnResult<undefined>> => {
    done = true;
    waiting?.({ done, value: undefined });
    waiting = null;
    return Promise.resolve({ done: true, value: undefined });
  };
  return {
    push: (value) => {
      if (waiting) waiting({ done: false, value });
      else latest = { value };
      waiting = null;
    },
    next: () => {
      if (done) return finish();
      if (!latest) return new Promise((resolve) => (waiting = resolve));
      const { value } = latest;
      latest = null;
      return Promise.resolve({ done: false, value });
    },
    return: finish,
    throw: finish,
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => void (await finish()),
  };
}
