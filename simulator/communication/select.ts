/** select(2) as what it is beside poll(2): the same waiting with sets of descriptors, below a limit. */
import { poll, POLLERR, POLLHUP, POLLIN, POLLOUT, type Call } from "../../schema/call.ts";

/** The descriptors that are ready. */
export interface Selection {
  readonly readable: readonly number[];
  readonly writable: readonly number[];
}

/** Descriptors that fit into an fd_set. C writes beyond its end; here it is a RangeError. */
const FD_SETSIZE = 1024;

/**
 * Waits until one of `reading` can be read or one of `writing` written without waiting, or for `timeoutMs` (-1: for ever).
 * @throws RangeError: a descriptor does not fit into an fd_set. EBADF is not told apart: such a descriptor counts as ready.
 */
export function* select(
  reading: readonly number[],
  writing: readonly number[] = [],
  timeoutMs = -1,
): Generator<Call, Selection, unknown> {
  const highest = Math.max(...reading, ...writing, 0);
  if (highest >= FD_SETSIZE)
    throw new RangeError(`select: ${highest} does not fit into a set of ${FD_SETSIZE}; use poll`);
  const requests = [
    ...reading.map((fd) => ({ fd, events: POLLIN })),
    ...writing.map((fd) => ({ fd, events: POLLOUT })),
  ];
  const results = yield* poll(requests, timeoutMs);
  const isReady = (fd: number, events: number) =>
    results.some((one) => one.fd === fd && one.events === events && (one.revents & readyFor(events)) !== 0);
  return {
    readable: reading.filter((fd) => isReady(fd, POLLIN)),
    writable: writing.filter((fd) => isReady(fd, POLLOUT)),
  };
}

const readyFor = (events: number) => events | POLLERR | (events === POLLIN ? POLLHUP : 0);
