/** Connections: listen, accept, connect, shutdown, and the end of a socket. */
import type { SocketAddress } from "../../schema/calls/communication.ts";
import {
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SO_ERROR,
  SO_TYPE,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
} from "../../schema/calls/communication-constants.ts";
import { O_NONBLOCK } from "../../schema/constants.ts";
import { errnoTable, type ErrnoName } from "../../schema/errno-table.ts";
import { touchesObject } from "../kernel/accesses.ts";
import { findName } from "../kernel/file.ts";
import { addObject, type Draft, type Kernel, type Process } from "../kernel/kernel.ts";
import { fail, succeed, writes, type CallModel, type OpenObject, type Outcome } from "../kernel/model.ts";
import { wakeAll, wakeOne } from "../kernel/sleep.ts";
import { MAX_BACKLOG, SOCKET_BUFFER } from "./limits.ts";
import { openObject } from "./open-object.ts";
import { collectGarbage, dropRights } from "./rights.ts";
import { findAnswering, forgetAddress, LOCALHOST, nameForSending, touchesAddress } from "./socket-address.ts";
import {
  changeSocket,
  createSocket,
  crowded,
  findSocket,
  getSocket,
  hasFailed,
  isConnectionBased,
  isOver,
  isUnix,
  readable,
  toOpenFlags,
  writable,
  type Socket,
} from "./socket.ts";

export const listen: CallModel<"listen"> = {
  touches: touchesObject,
  perform(draft, process, fd, backlog) {
    const open = findSocket(draft.kernel, process, fd);
    if (typeof open === "string") return fail(open);
    const { object: socket, file } = open;
    if (!isConnectionBased(socket)) return fail("EOPNOTSUPP");
    if (socket.state === "connected" || (isUnix(socket) && !socket.address)) return fail("EINVAL");
    const failed = nameForSending(draft, file.object);
    if (failed) return fail(failed);
    const most = backlog < 0 ? MAX_BACKLOG : Math.min(backlog, MAX_BACKLOG);
    changeSocket(draft, file.object, { state: "listening", backlog: most, credentials: process.group });
    wakeAll(draft, crowded(socket), "the backlog may have room");
    return succeed(undefined);
  },
  object: findName,
};

export const accept4: CallModel<"accept4"> = {
  touches: (kernel, process, fd) => [writes("files"), ...touchesObject(kernel, process, fd)],
  blocks(kernel, process, fd) {
    const open = findSocket(kernel, process, fd);
    if (typeof open === "string" || open.object.state !== "listening" || open.file.flags & O_NONBLOCK) return null;
    const { object: socket } = open;
    if (socket.connections.length > 0 || socket.readClosed) return null;
    return { on: socket.name, why: "nobody has connected", channels: [readable(socket)], exclusive: true };
  },
  perform(draft, process, fd, flags) {
    const open = findSocket(draft.kernel, process, fd);
    if (typeof open === "string") return fail(open);
    const { object: socket, file } = open;
    if (flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) return fail("EINVAL");
    if (!isConnectionBased(socket)) return fail("EOPNOTSUPP");
    if (socket.state !== "listening") return fail("EINVAL");
    const [first, ...connections] = socket.connections;
    if (first === undefined) return fail(socket.readClosed ? "EINVAL" : "EAGAIN");
    const outcome = openObject(draft, process, () => first, toOpenFlags(flags));
    if (outcome.kind !== "return") return outcome;
    changeSocket(draft, file.object, { connections });
    wakeOne(draft, crowded(socket), "the backlog has room");
    return outcome;
  },
  object: findName,
};

const isFull = ({ connections, backlog }: Socket) => connections.length > backlog;

/** The listening socket that a connect finds, or the errno. */
function findListener(
  kernel: Kernel,
  socket: Socket,
  address: SocketAddress,
): { readonly index: number; readonly listener: Socket } | ErrnoName {
  const index = findAnswering(kernel, socket, address);
  if (typeof index === "string") return index;
  const listener = getSocket(kernel, index);
  const isOpen = listener.state === "listening" && !listener.readClosed;
  return isOpen ? { index, listener } : "ECONNREFUSED";
}

/** Both ends of a connection; the one that will be accepted is there at once. */
function join(draft: Draft, process: Process, index: number, listenerIndex: number): void {
  const listener = getSocket(draft.kernel, listenerIndex);
  const number = listener.accepted + 1;
  const { domain, type, address } = getSocket(draft.kernel, index);
  const name = `connection ${number} of ${listener.name}`.slice(0, 200);
  const other = addObject(draft, {
    ...createSocket(name, domain, type),
    state: "connected",
    address: listener.address,
    peer: index,
    peerAddress: address,
    credentials: process.group,
  });
  const announced = getSocket(draft.kernel, index).announced;
  changeSocket(draft, index, {
    state: "connected",
    peer: other,
    peerAddress: listener.address,
    credentials: listener.credentials,
    announced,
  });
  changeSocket(draft, listenerIndex, { connections: [...listener.connections, other], accepted: number });
  wakeOne(draft, readable(listener), "somebody has connected");
}

/**
 * connect(2). Without blocking, TCP says EINPROGRESS even on loopback, and 0 when it is asked again; a UNIX socket is connected at once or
 * says EAGAIN. Where the backlog is full, Linux tries a TCP connection again by itself; here whoever does not wait has to ask again.
 */
export const connect: CallModel<"connect"> = {
  touches: (kernel, process, fd, address) => [
    writes("files"),
    ...touchesObject(kernel, process, fd),
    ...touchesAddress(kernel, address, typeof address !== "string"),
  ],
  blocks(kernel, process, fd, address) {
    const open = findSocket(kernel, process, fd);
    if (typeof open === "string" || open.file.flags & O_NONBLOCK) return null;
    const { object: socket } = open;
    if (!isConnectionBased(socket) || (!isUnix(socket) && socket.state !== "unconnected")) return null;
    const found = findListener(kernel, socket, address);
    if (typeof found === "string" || !isFull(found.listener)) return null;
    const { listener } = found;
    const why = `${listener.connections.length} connections wait to be accepted`;
    return { on: listener.name, why, channels: [crowded(listener)], exclusive: true };
  },
  perform(draft, process, fd, address) {
    const open = findSocket(draft.kernel, process, fd);
    if (typeof open === "string") return fail(open);
    if (!isConnectionBased(open.object)) return connectDatagrams(draft, open, address);
    return (isUnix(open.object) ? connectUnix : connectTcp)(draft, process, open, address);
  },
  object: findName,
};

type Connect = (
  draft: Draft,
  process: Process,
  open: OpenObject<"socket">,
  address: SocketAddress,
) => Outcome<undefined>;

/** A UNIX socket looks for the other end before it looks at itself. */
const connectUnix: Connect = (draft, process, { object: socket, file }, address) => {
  const found = findListener(draft.kernel, socket, address);
  if (typeof found === "string") return fail(found);
  if (isFull(found.listener)) return fail("EAGAIN");
  if (socket.state !== "unconnected") return fail(socket.state === "connected" ? "EISCONN" : "EINVAL");
  join(draft, process, file.object, found.index);
  return succeed(undefined);
};

const connectTcp: Connect = (draft, process, { object: socket, file }, address) => {
  const change = (changes: Partial<Socket>) => changeSocket(draft, file.object, changes);
  if (socket.state === "listening" || (socket.state === "connected" && socket.announced)) return fail("EISCONN");
  if (socket.state === "connected") {
    change({ announced: true });
    return succeed(undefined);
  }
  if (hasFailed(socket)) {
    change({ state: "unconnected", error: null, readClosed: false, writeClosed: false });
    return fail(socket.error ?? "ECONNABORTED");
  }
  const waits = (file.flags & O_NONBLOCK) === 0;
  const begins = !waits && socket.state === "unconnected";
  const found = findListener(draft.kernel, socket, address);
  if (typeof found === "string") {
    const isLate = begins && found === "ECONNREFUSED";
    change(isLate ? failed(found) : { state: "unconnected", readClosed: false, writeClosed: false });
    return fail(isLate ? "EINPROGRESS" : found);
  }
  if (isFull(found.listener)) {
    change({ state: "connecting" });
    return fail(begins ? "EINPROGRESS" : "EALREADY");
  }
  const unnamed = nameForSending(draft, file.object, LOCALHOST);
  if (unnamed) return fail(unnamed);
  change({ announced: !begins });
  join(draft, process, file.object, found.index);
  return begins ? fail("EINPROGRESS") : succeed(undefined);
};

/** A TCP connect that did not wait, and was refused: the next connect says so. */
const failed = (error: ErrnoName): Partial<Socket> => ({
  state: "connecting",
  error,
  readClosed: true,
  writeClosed: true,
});

/** For datagrams a connection is only where they go, and from whom alone they come. UDP does not ask whether anybody is there. */
function connectDatagrams(
  draft: Draft,
  { object: socket, file }: OpenObject<"socket">,
  address: SocketAddress,
): Outcome<undefined> {
  const found = findAnswering(draft.kernel, socket, address);
  if (typeof found === "string" && (isUnix(socket) || found !== "ECONNREFUSED")) return fail(found);
  if (typeof found === "number" && isUnix(socket) && isBarred(getSocket(draft.kernel, found), file.object)) {
    return fail("EPERM");
  }
  const unnamed = nameForSending(draft, file.object, LOCALHOST);
  if (unnamed) return fail(unnamed);
  const peer = typeof found === "number" && isUnix(socket) ? found : null;
  changeSocket(draft, file.object, { state: "connected", peer, peerAddress: address });
  if (socket.peer !== peer) dropPackets(draft, file.object, socket.peer);
  return succeed(undefined);
}

/** A UNIX datagram socket that leaves its peer loses what it has not received; a peer that is connected to it hears of that. */
export function dropPackets(draft: Draft, index: number, peerIndex: number | null): void {
  const { packets } = getSocket(draft.kernel, index);
  if (peerIndex === null || packets.length === 0) return;
  changeSocket(draft, index, { packets: [] });
  releasePackets(draft, packets);
  dropRights(draft, packets.flatMap(({ rights }) => rights)); // prettier-ignore
  wakeAll(draft, crowded(getSocket(draft.kernel, index)), "the queue has room");
  const peer = getSocket(draft.kernel, peerIndex);
  if (peer.state === "closed" || peer.peer !== index) return;
  changeSocket(draft, peerIndex, { error: "ECONNRESET" });
  announceEnd(draft, peerIndex, "the other end has another peer");
}

/** A UNIX datagram socket that is connected hears only the one that it is connected to. */
export const isBarred = ({ peer }: Socket, sender: number): boolean => peer !== null && peer !== sender;

export const shutdown: CallModel<"shutdown"> = {
  touches: touchesObject,
  perform(draft, process, fd, how) {
    const open = findSocket(draft.kernel, process, fd);
    if (typeof open === "string") return fail(open);
    const { object: socket, file } = open;
    if (how !== SHUT_RD && how !== SHUT_WR && how !== SHUT_RDWR) return fail("EINVAL");
    const [reads, sends] = [how !== SHUT_WR, how !== SHUT_RD];
    if (!isUnix(socket) && socket.state === "listening") {
      if (reads) stopListening(draft, file.object, "unconnected");
      return succeed(undefined);
    }
    // A socket of the internet that is not connected is shut down too, although it says that it cannot be.
    const refused = !isUnix(socket) && (socket.state !== "connected" || isOver(draft.kernel, socket));
    const own = { readClosed: socket.readClosed || reads, writeClosed: socket.writeClosed || sends };
    changeSocket(draft, file.object, own);
    announceEnd(draft, file.object, "the socket was shut down");
    if (refused) return fail("ENOTCONN");
    if (socket.peer === null || !isConnectionBased(socket)) return succeed(undefined);
    const peer = getSocket(draft.kernel, socket.peer);
    // TCP does not tell the other end that nobody reads any more.
    const barred = reads && isUnix(socket);
    changeSocket(draft, socket.peer, {
      readClosed: peer.readClosed || sends,
      writeClosed: peer.writeClosed || barred,
    });
    announceEnd(draft, socket.peer, "the other end was shut down");
    return succeed(undefined);
  },
  object: findName,
};

function announceEnd(draft: Draft, index: number, why: string): void {
  const socket = getSocket(draft.kernel, index);
  wakeAll(draft, readable(socket), why);
  wakeAll(draft, writable(socket), why);
}

/** The other end is told: the end of what was sent, or ECONNRESET where something was not received. */
function disconnect(draft: Draft, index: number, peerIndex: number, wasReset: boolean): void {
  const peer = getSocket(draft.kernel, peerIndex);
  if (peer.state === "closed" || peer.peer !== index) return;
  // TCP learns that nobody is there only when it sends.
  const knows = isUnix(peer) || wasReset;
  changeSocket(draft, peerIndex, {
    readClosed: true,
    writeClosed: peer.writeClosed || knows,
    error: wasReset ? (peer.readClosed && !isUnix(peer) ? "EPIPE" : "ECONNRESET") : peer.error,
  });
  announceEnd(draft, peerIndex, wasReset ? "the connection was reset" : "the other end was closed");
}

/** TCP's RST has come: what was received may still be read, nothing else. */
export function resetConnection(draft: Draft, index: number): void {
  const { state, readClosed, writeClosed } = getSocket(draft.kernel, index);
  if (state === "closed") return;
  const error = readClosed && !writeClosed ? "EPIPE" : "ECONNRESET";
  changeSocket(draft, index, { error, readClosed: true, writeClosed: true });
  announceEnd(draft, index, "the connection was reset");
}

/** Whoever connected and was not accepted is told that there is nobody. */
function stopListening(draft: Draft, index: number, state: "unconnected" | "closed"): void {
  const socket = getSocket(draft.kernel, index);
  changeSocket(draft, index, { state, connections: [] });
  for (const connection of socket.connections) {
    const other = getSocket(draft.kernel, connection).peer;
    if (other !== null) disconnect(draft, connection, other, true);
    closeSocket(draft, connection);
  }
  announceEnd(draft, index, "nobody listens any more");
  wakeAll(draft, crowded(socket), "nobody listens any more");
}

/** The last descriptor is gone, or the listening socket that had the connection. */
export function closeSocket(draft: Draft, index: number): void {
  const socket = getSocket(draft.kernel, index);
  if (socket.state === "closed") return;
  forgetAddress(draft, index);
  const { packets, peer } = socket;
  stopListening(draft, index, "closed");
  changeSocket(draft, index, { packets: [] });
  // One empty record does not count as something that was lost.
  const isLost = packets.length > 1 || (packets[0]?.data.length ?? 0) > 0;
  if (peer !== null && isConnectionBased(socket)) disconnect(draft, index, peer, isLost);
  releasePackets(draft, packets);
  dropRights(draft, packets.flatMap(({ rights }) => rights)); // prettier-ignore
  collectGarbage(draft);
}

/** What senders had in their buffers is free again, since it was received or lost. */
export function releasePackets(draft: Draft, packets: readonly { socket: number; charge: number }[]): void {
  for (const { socket: index, charge } of packets) {
    const sender = getSocket(draft.kernel, index);
    const charged = sender.charged - charge;
    changeSocket(draft, index, { charged });
    // A sender is woken when a quarter of its buffer is in use, not for every byte (sock_writeable).
    if (isUnix(sender) && charged * 4 <= SOCKET_BUFFER) wakeAll(draft, writable(sender), "its buffer has room");
    if (!isUnix(sender)) wakeAll(draft, writable(sender), "the other end has room");
  }
}

export const getsockopt: CallModel<"getsockopt"> = {
  touches: touchesObject,
  perform(draft, process, fd, option) {
    const open = findSocket(draft.kernel, process, fd);
    if (typeof open === "string") return fail(open);
    const { object: socket, file } = open;
    if (option === SO_TYPE) return succeed(socket.type);
    if (option !== SO_ERROR) return fail("ENOPROTOOPT");
    changeSocket(draft, file.object, { error: null });
    return succeed(socket.error ? errnoTable[socket.error][0] : 0);
  },
  object: findName,
};

export const getpeercred: CallModel<"getpeercred"> = {
  touches: touchesObject,
  perform(draft, process, fd) {
    const open = findSocket(draft.kernel, process, fd);
    if (typeof open === "string") return fail(open);
    const pid = isUnix(open.object) && open.object.state !== "listening" ? open.object.credentials : null;
    return succeed(pid === null ? { pid: 0, uid: -1, gid: -1 } : { pid, uid: 1000, gid: 1000 });
  },
  object: findName,
};
