/**
 * Communication between processes on the simulated kernel: files, FIFOs, sockets, message queues, epoll, locks. Importing this module
 * teaches the kernel their calls: `ring3/communication`.
 *
 * ```ts
 * const run = simulate(function* () {
 *   const [one, other] = yield* socketpair(AF_UNIX, SOCK_STREAM);
 *   yield* send(one, "hello");
 *   yield* print(text(yield* recv(other, 64)));
 * });
 * display(showSequence(run));
 * ```
 *
 * It was compared with Linux call by call (recorded.test.ts). Where it does less: every directory exists and one user may do everything; only
 * regular files can be locked; TCP has no TIME_WAIT and does not connect to itself; its buffers keep their first size; sockets that are in
 * flight only to each other are collected at once; a UNIX stream that waits for room is not woken by what arrives for it; and O_NONBLOCK that
 * another process sets counts for a call that waits already.
 */
export * from "../../schema/calls/communication-constants.ts";
export type {
  Credentials,
  EpollEvent,
  FileStatus,
  QueueAttributes,
  QueueStatus,
  ReceivedMessage,
  RecordLock,
  SocketAddress,
  SocketMessage,
} from "../../schema/calls/communication.ts";
export { countCosts, type Cost } from "./count-costs.ts";
export { foldMessages, type Message } from "./fold-messages.ts";
export { select, type Selection } from "./select.ts";
export { showCosts, showSequence } from "./views.ts";
export * from "./byte-file-calls.ts";
export * from "./file-calls.ts";
export * from "./queue-calls.ts";
export * from "./socket-calls.ts";
export * from "./waiting-calls.ts";
