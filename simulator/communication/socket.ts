/** Sockets (socket(7), unix(7), ip(7)): what one is, and what it is as a file. Addresses, connections and messages have files of their own. */
import type { SocketAddress } from "../../schema/calls/communication.ts";
import {
  AF_INET,
  AF_UNIX,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from "../../schema/calls/communication-constants.ts";
import { O_CLOEXEC, O_NONBLOCK, O_RDWR, POLLERR, POLLHUP, POLLIN, POLLOUT, POLLRDHUP } from "../../schema/constants.ts";
import type { ErrnoName } from "../../schema/errno.ts";
import { findFreeDescriptors, findOpen } from "../kernel/file.ts";
import { addObject, updateObject, type Draft, type Kernel, type Pid, type Process } from "../kernel/kernel.ts";
import { fail, succeed, writes, type CallModel, type OpenObject, type Outcome } from "../kernel/model.ts";
import { SOCKET_BUFFER, TCP_BUFFER } from "./limits.ts";
import { getKind, numberName, openObject } from "./open-object.ts";

/** Bytes on their way: a datagram, a record, or what one go at a stream put. */
export interface Packet {
  readonly data: Uint8Array;
  readonly from: SocketAddress | null;
  /** Who sent it, through which socket (its place in `Kernel.objects`), and what it takes of that one's buffer. */
  readonly sender: Pid;
  readonly socket: number;
  readonly charge: number;
  /** Open file descriptions in flight (SCM_RIGHTS), as places in `Kernel.files`. */
  readonly rights: readonly number[];
}

export interface Socket {
  readonly kind: "socket";
  readonly name: string;
  readonly domain: number;
  readonly type: number;
  readonly state: "unconnected" | "connecting" | "listening" | "connected" | "closed";
  readonly address: SocketAddress | null;
  /** Whom it is connected to: the place of the other socket in `Kernel.objects`, and the name that this had. */
  readonly peer: number | null;
  readonly peerAddress: SocketAddress | null;
  /** Who connected, for SO_PEERCRED. */
  readonly credentials: Pid | null;
  /** What has arrived and was not received. */
  readonly packets: readonly Packet[];
  /** Of a listening socket: connections that nobody has accepted, as places in `Kernel.objects`, and how many may wait. */
  readonly connections: readonly number[];
  readonly backlog: number;
  /** How many connections it has had; counts in their names. */
  readonly accepted: number;
  /** What it has sent and nobody has received takes so much of its buffer. */
  readonly charged: number;
  /** Nothing more will arrive; nothing more may be sent. */
  readonly readClosed: boolean;
  readonly writeClosed: boolean;
  /** To be reported once. */
  readonly error: ErrnoName | null;
  /** false: a connect that did not wait is done, and its second call has not said so yet. */
  readonly announced: boolean;
}

export const createSocket = (name: string, domain: number, type: number): Socket => ({
  kind: "socket",
  name,
  domain,
  type,
  state: "unconnected",
  address: null,
  peer: null,
  peerAddress: null,
  credentials: null,
  packets: [],
  connections: [],
  backlog: 0,
  accepted: 0,
  charged: 0,
  readClosed: false,
  writeClosed: false,
  error: null,
  announced: true,
});

export const isUnix = ({ domain }: Socket): boolean => domain === AF_UNIX;
export const isStream = ({ type }: Socket): boolean => type === SOCK_STREAM;
/** Whether both ends belong together, as in all but datagram sockets. */
export const isConnectionBased = ({ type }: Socket): boolean => type !== SOCK_DGRAM;

export const readable = ({ name }: Socket): string => `${name} readable`;
export const writable = ({ name }: Socket): string => `${name} writable`;
/** Who waits to connect to a full backlog, or to send to a full queue. */
export const crowded = ({ name }: Socket): string => `${name} crowded`;

export const getSocket = (kernel: Kernel, index: number): Socket => getKind(kernel, index, "socket");

export function changeSocket(draft: Draft, index: number, changes: Partial<Socket>): void {
  updateObject(draft, index, { ...getSocket(draft.kernel, index), ...changes });
}

/** The socket of a descriptor, or why there is none. */
export function findSocket(kernel: Kernel, process: Process, fd: number): OpenObject<"socket"> | ErrnoName {
  const open = findOpen(kernel, process, fd);
  if (!open) return "EBADF";
  return open.object.kind === "socket" ? (open as OpenObject<"socket">) : "ENOTSOCK";
}

/** A TCP connection of which both ends have sent their FIN, or that was reset. */
export function isOver(kernel: Kernel, socket: Socket): boolean {
  if (isUnix(socket) || !isStream(socket) || socket.peer === null || !socket.writeClosed) return false;
  const peer = getSocket(kernel, socket.peer);
  return peer.state === "closed" || peer.writeClosed;
}

/** A TCP connect that did not wait was refused, and nobody has asked again. */
export const hasFailed = ({ state, readClosed }: Socket): boolean => state === "connecting" && readClosed;

/** Bytes that have arrived and wait. */
export const countWaiting = ({ packets }: Socket): number => packets.reduce((sum, { data }) => sum + data.length, 0);

/** Whether a send may begin: UNIX sockets go by what they have sent, TCP by what the other end has room for, UDP never waits. */
export function hasRoom(kernel: Kernel, socket: Socket): boolean {
  if (isUnix(socket)) return socket.charged < SOCKET_BUFFER;
  if (!isStream(socket) || socket.peer === null) return true;
  return countWaiting(getSocket(kernel, socket.peer)) < TCP_BUFFER;
}

/** poll(2) is stricter than a send for UNIX sockets: only a quarter of the buffer may be in use, so that writers do not wake for little. */
const isWritable = (kernel: Kernel, socket: Socket): boolean =>
  isUnix(socket) ? socket.charged * 4 <= SOCKET_BUFFER : hasRoom(kernel, socket);

export function pollSocket({ object: socket }: OpenObject<"socket">, kernel: Kernel): number {
  const isListening = socket.state === "listening";
  if (isListening && !isUnix(socket)) return socket.connections.length > 0 ? POLLIN : 0;
  if (socket.state === "connecting" && !hasFailed(socket)) return 0;
  const hungUp =
    (socket.readClosed && socket.writeClosed) || (isConnectionBased(socket) && socket.state === "unconnected");
  return (
    (socket.packets.length > 0 || socket.connections.length > 0 || socket.readClosed ? POLLIN : 0) |
    (socket.error !== null ? POLLERR : 0) |
    (socket.readClosed ? POLLRDHUP : 0) |
    (hungUp ? POLLHUP : 0) |
    (!isListening && isWritable(kernel, socket) ? POLLOUT : 0)
  );
}

const typeFlags = SOCK_NONBLOCK | SOCK_CLOEXEC;

/** Why there is no such socket; null where there is. */
function checkKind(domain: number, flags: number): ErrnoName | null {
  const type = flags & ~typeFlags;
  if (domain !== AF_UNIX && domain !== AF_INET) return "EAFNOSUPPORT";
  if (type !== SOCK_STREAM && type !== SOCK_DGRAM && type !== SOCK_SEQPACKET) return "EINVAL";
  return domain === AF_INET && type === SOCK_SEQPACKET ? "ESOCKTNOSUPPORT" : null;
}

/** The flags of a descriptor, from those of socket(2). */
export const toOpenFlags = (flags: number) =>
  O_RDWR | (flags & SOCK_NONBLOCK ? O_NONBLOCK : 0) | (flags & SOCK_CLOEXEC ? O_CLOEXEC : 0);

const create = (draft: Draft, process: Process, domain: number, flags: number) => () =>
  addObject(draft, createSocket(numberName(draft, process, "socket"), domain, flags & ~typeFlags));

export const socket: CallModel<"socket"> = {
  touches: () => [writes("files")],
  perform(draft, process, domain, flags) {
    const refused = checkKind(domain, flags);
    return refused
      ? fail(refused)
      : openObject(draft, process, create(draft, process, domain, flags), toOpenFlags(flags));
  },
};

export const socketpair: CallModel<"socketpair"> = {
  touches: () => [writes("files")],
  perform(draft, process, domain, flags): Outcome<readonly [number, number]> {
    const refused = checkKind(domain, flags);
    if (refused) return fail(refused);
    if (domain !== AF_UNIX) return fail("EOPNOTSUPP");
    if (!findFreeDescriptors(draft.kernel, process, 2)) return fail("EMFILE");
    const fds = [0, 1].map(() => openObject(draft, process, create(draft, process, domain, flags), toOpenFlags(flags)));
    const other = draft.kernel.objects.length - 1;
    const pair = { state: "connected", credentials: process.group } as const;
    changeSocket(draft, other - 1, { ...pair, peer: other });
    changeSocket(draft, other, { ...pair, peer: other - 1 });
    return succeed(
      fds.map((outcome) => (outcome.kind === "return" ? outcome.value : -1)) as unknown as [number, number],
    );
  },
};
