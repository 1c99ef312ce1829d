/** Waiting for descriptors: poll(2). */
import type { PollRequest, PollResult } from "../schema/call.ts";
import { addon } from "./addon.ts";

/** poll(2): waits at most `timeoutMs` (-1: for ever) until an entry is ready; the entries that are. EINTR, EINVAL for too many. */
export const poll = (requests: readonly PollRequest[], timeoutMs = -1): PollResult[] => addon.poll(requests, timeoutMs);
