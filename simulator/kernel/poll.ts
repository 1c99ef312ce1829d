/** poll(2): waiting for one of several descriptors. */
import type { PollRequest, PollResult } from "../../schema/call.ts";
import { POLLERR, POLLHUP, POLLNVAL } from "../../schema/constants.ts";
import { findOpen } from "./file.ts";
import { type Kernel, type Process } from "./kernel.ts";
import { MAX_DESCRIPTORS } from "./limits.ts";
import { operationsOf } from "./mechanism.ts";
import { fail, succeed, type BasicModel, type OpenObject } from "./model.ts";

export const poll: BasicModel<"poll"> = {
  blocks(kernel, process, requests, timeoutMs) {
    if (timeoutMs === 0 || requests.length > MAX_DESCRIPTORS) return null;
    if (findReady(kernel, process, requests).length > 0) return null;
    const open = listOpen(kernel, process, requests);
    const names = [...new Set(open.map(({ object }) => object.name))];
    return {
      on: names.length > 4 ? `${names.length} objects` : names.join(", ") || "time",
      why: "no descriptor is ready",
      channels: open.flatMap((entry) => operationsOf(entry.object).channels(entry, kernel)),
      exclusive: false,
      ...(timeoutMs > 0 ? { timeoutMs } : {}),
    };
  },
  restarts: "never",
  perform: (draft, process, requests) =>
    requests.length > MAX_DESCRIPTORS ? fail("EINVAL") : succeed(findReady(draft.kernel, process, requests)),
  expire: (draft, process, requests) => succeed(findReady(draft.kernel, process, requests)),
};

export const listOpen = (kernel: Kernel, process: Process, requests: readonly PollRequest[]): OpenObject[] =>
  requests.map(({ fd }) => findOpen(kernel, process, fd)).filter((open) => open !== null);

/** The entries that have something to report; a negative descriptor is passed over. */
function findReady(kernel: Kernel, process: Process, requests: readonly PollRequest[]): PollResult[] {
  return requests
    .filter(({ fd }) => fd >= 0)
    .map(({ fd, events }) => {
      const open = findOpen(kernel, process, fd);
      const ready = open ? operationsOf(open.object).ready(open, kernel) & (events | POLLERR | POLLHUP) : POLLNVAL;
      return { fd, events, revents: ready };
    })
    .filter(({ revents }) => revents !== 0);
}
