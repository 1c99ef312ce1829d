/** Sending through sockets: send, sendto, sendmsg and write are one. */
import type { SocketAddress, SocketMessage } from "../../schema/calls/communication.ts";
import { MSG_DONTWAIT, MSG_NOSIGNAL } from "../../schema/calls/communication-constants.ts";
import { O_NONBLOCK, PAGE_SIZE } from "../../schema/constants.ts";
import type { ErrnoName } from "../../schema/errno.ts";
import { touchesObject } from "../kernel/accesses.ts";
import { findName, findOpen } from "../kernel/file.ts";
import type { Access, Draft, Kernel, Process } from "../kernel/kernel.ts";
import { fail, succeed, writes, type CallModel, type OpenObject, type Outcome } from "../kernel/model.ts";
import { raise } from "../kernel/signal.ts";
import { wakeAll, wakeOne, type Block } from "../kernel/sleep.ts";
import { MAX_DATAGRAMS, MAX_PASSED_DESCRIPTORS, MAX_UDP_SIZE, SOCKET_BUFFER, TCP_BUFFER } from "./limits.ts";
import { noteCopy, type Description } from "./open-object.ts";
import { takeRights } from "./rights.ts";
import { ANY, findAnswering, LOCALHOST, nameForSending, touchesAddress } from "./socket-address.ts";
import { dropPackets, isBarred, resetConnection } from "./socket-connection.ts";
import {
  changeSocket,
  countWaiting,
  crowded,
  findSocket,
  getSocket,
  hasRoom,
  isConnectionBased,
  isStream,
  isUnix,
  readable,
  writable,
  type Packet,
  type Socket,
} from "./socket.ts";

/** Linux's sizes on x86-64: of what it keeps for a packet, of what it keeps behind the data, and of the most data in one piece. */
const packetOverhead = 256;
const dataOverhead = 320;
const streamHead = PAGE_SIZE - dataOverhead;
const datagramHead = 4 * PAGE_SIZE - dataOverhead;
/** Most bytes that a stream puts into one packet: a head and eight pages. */
const streamPacket = streamHead + 8 * PAGE_SIZE;

const roundUp = (size: number, unit: number) => Math.ceil(size / unit) * unit;

/** What `length` bytes take of the sender's buffer (skb->truesize): that is why 212 992 bytes of buffer hold only 278 single bytes. */
function chargeOf(socket: Socket, length: number): number {
  const most = isStream(socket) ? streamHead : datagramHead;
  const inPages = Math.min(length, length > most ? roundUp(length - most, PAGE_SIZE) : 0);
  const head = roundUp(length - inPages, 64) + dataOverhead;
  return packetOverhead + 2 ** Math.ceil(Math.log2(head)) + roundUp(inPages, PAGE_SIZE);
}

interface Sending {
  readonly open: OpenObject<"socket">;
  /** Where it goes, as a place in `Kernel.objects`; null: UDP to nobody. */
  readonly target: number | null;
  /** The address that was given. */
  readonly to?: SocketAddress | null;
}
type Found = Sending | ErrnoName;

/** Where a message would go, or why it cannot; each kind of socket looks at its reasons in its own order. */
function findTarget(kernel: Kernel, open: OpenObject<"socket">, { data, address }: SocketMessage): Found {
  const { object: socket } = open;
  if (!isUnix(socket)) return (isStream(socket) ? findTcpTarget : findUdpTarget)(kernel, open, data, address ?? null);
  return isStream(socket) ? findStreamTarget(open, address ?? null) : findPacketTarget(kernel, open, data, address);
}

function findStreamTarget(open: OpenObject<"socket">, to: SocketAddress | null): Found {
  const { state, peer, writeClosed } = open.object;
  if (to !== null) return state === "connected" ? "EISCONN" : "EOPNOTSUPP";
  if (peer === null) return "ENOTCONN";
  return writeClosed ? "EPIPE" : { open, target: peer };
}

/** Datagrams and records of UNIX sockets; those with connections do not mind an address. */
function findPacketTarget(
  kernel: Kernel,
  open: OpenObject<"socket">,
  data: Uint8Array,
  address: SocketAddress | null = null,
): Found {
  const { object: socket } = open;
  const to = isConnectionBased(socket) ? null : address;
  if (data.length > SOCKET_BUFFER - 32) return "EMSGSIZE";
  if (socket.error !== null) return socket.error;
  if (socket.writeClosed) return "EPIPE";
  const peer = socket.state === "connected" ? socket.peer : null;
  const target = to === null ? (peer ?? "ENOTCONN") : findAnswering(kernel, socket, to);
  if (typeof target === "string") return target;
  const other = getSocket(kernel, target);
  if (isBarred(other, open.file.object)) return "EPERM";
  if (other.state === "closed") return "ECONNREFUSED";
  return other.readClosed ? "EPIPE" : { open, target };
}

function findTcpTarget(_kernel: Kernel, open: OpenObject<"socket">): Found {
  const { error, peer, state, writeClosed } = open.object;
  if (error !== null) return error;
  return peer === null || state !== "connected" || writeClosed ? "EPIPE" : { open, target: peer };
}

function findUdpTarget(kernel: Kernel, open: OpenObject<"socket">, data: Uint8Array, to: SocketAddress | null): Found {
  const { object: socket } = open;
  const address = to ?? socket.peerAddress;
  if (address === null) return "EDESTADDRREQ";
  if (typeof address !== "string" && address.port === 0) return "EINVAL";
  const found = findAnswering(kernel, socket, address);
  if (typeof found === "string" && found !== "ECONNREFUSED") return found;
  if (data.length > MAX_UDP_SIZE) return "EMSGSIZE";
  if (socket.error !== null) return socket.error;
  return socket.writeClosed ? "EPIPE" : { open, to, target: typeof found === "number" ? found : null };
}

/** Datagrams that are not a pair's wait for the receiver too. */
const isCrowded = (kernel: Kernel, { open, target }: Sending): boolean => {
  if (target === null || isConnectionBased(open.object) || !isUnix(open.object)) return false;
  const other = getSocket(kernel, target);
  return target !== open.file.object && other.peer !== open.file.object && other.packets.length > MAX_DATAGRAMS;
};

/** Whether a call on this socket may wait. */
export const waits = ({ file }: Description, flags: number): boolean =>
  ((file.flags & O_NONBLOCK) | (flags & MSG_DONTWAIT)) === 0;

export function sendBlocks(
  kernel: Kernel,
  open: OpenObject<"socket">,
  message: SocketMessage,
  flags: number,
): Block | null {
  const sending = findTarget(kernel, open, message);
  const { object: socket } = open;
  if (typeof sending === "string" || !waits(open, flags) || (isStream(socket) && message.data.length === 0))
    return null;
  const isFull = !hasRoom(kernel, socket);
  const target = sending.target === null ? null : getSocket(kernel, sending.target);
  if (!target || (!isFull && !isCrowded(kernel, sending))) return null;
  const why = isFull
    ? "what was sent has not been received"
    : `${target.packets.length} datagrams wait at ${target.name}`;
  return { on: socket.name, why, channels: [isFull ? writable(socket) : crowded(target)], exclusive: !isFull };
}

/** Puts a message, or as much of it as a stream has room for. */
export function performSend(
  draft: Draft,
  process: Process,
  open: OpenObject<"socket">,
  message: SocketMessage,
  flags: number,
): Outcome<number> {
  const { file, object: socket } = open;
  const { data, descriptors = [] } = message;
  const done = process.inside?.progress ?? 0;
  if (descriptors.length > MAX_PASSED_DESCRIPTORS || (descriptors.length > 0 && !isUnix(socket))) return fail("EINVAL");
  if (isUnix(socket) && isConnectionBased(socket) && !isStream(socket)) {
    if (socket.error !== null) return refuse(draft, process, open, socket.error, flags);
    if (socket.state !== "connected") return fail("ENOTCONN");
  }
  if (descriptors.some((fd) => !findOpen(draft.kernel, process, fd))) return fail("EBADF");
  // A socket of UDP has a port as soon as it tries to send.
  const unnamed = isConnectionBased(socket) ? null : nameForSending(draft, file.object);
  if (unnamed) return fail(unnamed);
  const sending = findTarget(draft.kernel, open, message);
  if (typeof sending === "string" && done > 0) {
    // What has been sent is the answer; the error is told by it and not again.
    changeSocket(draft, file.object, { error: null });
    return succeed(done);
  }
  if (typeof sending === "string") return refuse(draft, process, open, sending, flags);
  if (isStream(socket) && data.length === 0) return succeed(0);
  if (sending.target !== null && refusesData(draft.kernel, socket, sending.target)) {
    for (const index of [file.object, sending.target]) resetConnection(draft, index);
    return succeed(data.length);
  }
  if (isCrowded(draft.kernel, sending)) return fail("EAGAIN");
  const rest = data.subarray(done);
  const sent = (isStream(socket) ? putStream : putPacket)(draft, process, sending, rest, descriptors);
  if (sent === null) return done > 0 ? succeed(done) : fail("EAGAIN");
  noteCopy(draft, process, "user", socket.name, sent);
  if (done + sent === data.length || !waits(open, flags)) return succeed(done + sent);
  return { kind: "continue", progress: done + sent };
}

/** TCP whose other end is closed, or shut down both ways, learns that from what it sends: the first send succeeds, and is answered by a reset. */
function refusesData(kernel: Kernel, socket: Socket, target: number): boolean {
  const { state, readClosed, writeClosed } = getSocket(kernel, target);
  return isStream(socket) && !isUnix(socket) && (state === "closed" || (readClosed && writeClosed));
}

/** An error is told once; EPIPE of a stream comes with SIGPIPE, unless MSG_NOSIGNAL asks for the errno alone. */
function refuse(
  draft: Draft,
  { pid }: Process,
  { file, object: socket }: OpenObject<"socket">,
  errno: ErrnoName,
  flags: number,
): Outcome<never> {
  if (socket.error === errno && !(isUnix(socket) && isStream(socket)))
    changeSocket(draft, file.object, { error: null });
  const isGone = socket.peer !== null && getSocket(draft.kernel, socket.peer).state === "closed";
  if (errno === "ECONNREFUSED" && isUnix(socket) && isGone && !isConnectionBased(socket)) {
    changeSocket(draft, file.object, { peer: null, peerAddress: null, state: "unconnected" });
    dropPackets(draft, file.object, socket.peer);
  }
  if (errno === "EPIPE" && isStream(socket) && !(flags & MSG_NOSIGNAL)) raise(draft, pid, "SIGPIPE");
  return fail(errno);
}

type Put = (
  draft: Draft,
  process: Process,
  sending: Sending,
  data: Uint8Array,
  fds: readonly number[],
) => number | null;

/** Fills the buffer with packets; null where it has no room. */
const putStream: Put = (draft, process, { open: { file, object: socket }, target }, data, fds) => {
  if (target === null) return null;
  let sent = 0;
  while (sent < data.length && hasRoom(draft.kernel, getSocket(draft.kernel, file.object))) {
    const most = isUnix(socket) ? streamPacket : TCP_BUFFER - countWaiting(getSocket(draft.kernel, target));
    const part = data.subarray(sent, sent + most);
    deliver(draft, process, file.object, target, part, sent === 0 ? fds : []);
    sent += part.length;
  }
  return sent === 0 ? null : sent;
};

/** Datagrams and records go whole or not at all. What UDP has no room for is lost; whether more is lost, or overtakes, is a choice. */
const putPacket: Put = (draft, process, { open: { file, object: socket }, target, to }, data, fds) => {
  if (isUnix(socket)) {
    if (!hasRoom(draft.kernel, socket) || target === null) return null;
    deliver(draft, process, file.object, target, data, fds);
    return data.length;
  }
  const receiver = target === null ? null : getSocket(draft.kernel, target);
  const isForeign =
    receiver?.peerAddress && !isSameAddress(receiver.peerAddress, getSocket(draft.kernel, file.object).address);
  if (target === null || !receiver || isForeign) {
    const isToPeer = socket.peerAddress !== null && isSameAddress(socket.peerAddress, to ?? socket.peerAddress);
    if (isToPeer) {
      changeSocket(draft, file.object, { error: "ECONNREFUSED" });
      wakeAll(draft, readable(socket), "nobody is at that port");
    }
    return data.length;
  }
  const taken = receiver.packets.reduce((sum, { charge }) => sum + charge, 0);
  const isLost = draft.choice === 1 || taken + chargeOf(socket, data.length) > SOCKET_BUFFER;
  if (!isLost) deliver(draft, process, file.object, target, data, [], draft.choice === 2);
  return data.length;
};

const isSameAddress = (a: SocketAddress, b: SocketAddress | null) =>
  typeof a === "string" || typeof b === "string" || b === null ? a === b : a.address === b.address && a.port === b.port;

/** On loopback what leaves a socket of all addresses comes from 127.0.0.1. */
const sourceOf = ({ address }: Socket): SocketAddress | null =>
  address === null || typeof address === "string" || address.address !== ANY
    ? address
    : { ...address, address: LOCALHOST };

function deliver(
  draft: Draft,
  process: Process,
  from: number,
  to: number,
  data: Uint8Array,
  fds: readonly number[],
  overtakes = false,
): void {
  const sender = getSocket(draft.kernel, from);
  const receiver = getSocket(draft.kernel, to);
  const charge = isUnix(sender) || !isStream(sender) ? chargeOf(sender, data.length) : 0;
  const rights = takeRights(draft, process, fds) ?? [];
  const packet: Packet = { data, from: sourceOf(sender), sender: process.pid, socket: from, charge, rights };
  const last = receiver.packets.length - 1;
  const packets = receiver.packets.toSpliced(overtakes ? last : last + 1, 0, packet);
  changeSocket(draft, to, { packets });
  changeSocket(draft, from, { charged: getSocket(draft.kernel, from).charged + charge });
  wakeOne(draft, readable(receiver), "something has arrived");
}

/** Whom a message touches: by address, by connection; and the sender itself, where SIGPIPE may end it. */
function touchesSending(kernel: Kernel, process: Process, fd: number, { address }: SocketMessage): Access[] {
  const open = findSocket(kernel, process, fd);
  const raises = typeof open !== "string" && (open.object.writeClosed || open.object.peer === null);
  return [
    writes("files"),
    ...touchesObject(kernel, process, fd),
    ...(address ? touchesAddress(kernel, address, typeof address !== "string") : []),
    ...(raises ? [writes(`process ${process.pid}`)] : []),
  ];
}

/** UDP promises nothing: a datagram arrives in its turn (Linux on loopback), or is lost, or overtakes the one before it. */
function countChoices(kernel: Kernel, process: Process, fd: number, message: SocketMessage): number {
  const open = findSocket(kernel, process, fd);
  if (typeof open === "string" || isUnix(open.object) || isStream(open.object)) return 1;
  const sending = findTarget(kernel, open, message);
  if (typeof sending === "string" || sending.target === null) return 1;
  return getSocket(kernel, sending.target).packets.length > 0 ? 3 : 2;
}

function modelSend<Args extends readonly unknown[]>(
  parse: (...args: Args) => readonly [fd: number, message: SocketMessage, flags: number],
) {
  return {
    touches(kernel: Kernel, process: Process, ...args: Args): Access[] {
      const [fd, message] = parse(...args);
      return touchesSending(kernel, process, fd, message);
    },
    blocks(kernel: Kernel, process: Process, ...args: Args): Block | null {
      const [fd, message, flags] = parse(...args);
      const open = findSocket(kernel, process, fd);
      return typeof open === "string" ? null : sendBlocks(kernel, open, message, flags);
    },
    choices(kernel: Kernel, process: Process, ...args: Args): number {
      const [fd, message] = parse(...args);
      return countChoices(kernel, process, fd, message);
    },
    perform(draft: Draft, process: Process, ...args: Args): Outcome<number> {
      const [fd, message, flags] = parse(...args);
      const open = findSocket(draft.kernel, process, fd);
      return typeof open === "string" ? fail(open) : performSend(draft, process, open, message, flags);
    },
    /** What is sent stays sent: a handler makes it a short send. */
    interrupt: (_draft: Draft, { inside }: Process) => (inside?.progress ? succeed(inside.progress) : null),
    object: (kernel: Kernel, process: Process, ...args: Args) => findName(kernel, process, parse(...args)[0]),
  };
}

export const send: CallModel<"send"> = modelSend((fd: number, data: Uint8Array, flags: number) => [
  fd,
  { data },
  flags,
]);
export const sendto: CallModel<"sendto"> = modelSend(
  (fd: number, data: Uint8Array, flags: number, address: SocketAddress) => [fd, { data, address }, flags],
);
export const sendmsg: CallModel<"sendmsg"> = modelSend((fd: number, message: SocketMessage, flags: number) => [
  fd,
  message,
  flags,
]);
