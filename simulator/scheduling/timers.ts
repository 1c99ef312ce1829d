/** Timers in the order of their times, and of their setting where times are equal: a binary heap in plain arrays. */
import type { Tick } from "./policy.ts";

export interface Timers {
  /** Infinity: none is set. */
  next(): Tick;
  set(at: Tick, payload: number): void;
  /** Takes out the first timer; gives its payload. There must be one. */
  take(): number;
}

export function createTimers(): Timers {
  const times: Tick[] = [];
  const orders: number[] = [];
  const payloads: number[] = [];
  let set = 0;

  const isBefore = (time: Tick, order: number, place: number) => {
    const other = times[place] as Tick;
    return time < other || (time === other && order < (orders[place] as number));
  };
  function put(place: number, time: Tick, order: number, payload: number): void {
    times[place] = time;
    orders[place] = order;
    payloads[place] = payload;
  }
  const copy = (from: number, to: number) =>
    put(to, times[from] as Tick, orders[from] as number, payloads[from] as number);

  return {
    next: () => (times.length === 0 ? Infinity : (times[0] as Tick)),
    set(at, payload) {
      const order = set++;
      let place = times.length;
      put(place, at, order, payload);
      while (place > 0) {
        const parent = (place - 1) >> 1;
        if (!isBefore(at, order, parent)) break;
        copy(parent, place);
        place = parent;
      }
      put(place, at, order, payload);
    },
    take() {
      const first = payloads[0] as number;
      const time = times.pop() as Tick;
      const order = orders.pop() as number;
      const payload = payloads.pop() as number;
      const { length } = times;
      if (length === 0) return first;
      let place = 0;
      for (;;) {
        let child = 2 * place + 1;
        if (child >= length) break;
        if (child + 1 < length && isBefore(times[child + 1] as Tick, orders[child + 1] as number, child)) child += 1;
        if (isBefore(time, order, child)) break;
        copy(child, place);
        place = child;
      }
      put(place, time, order, payload);
      return first;
    },
  };
}
