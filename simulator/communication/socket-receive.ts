/** Receiving from sockets: recv, recvfrom, recvmsg and read are one. */
import type { ReceivedMessage, SocketAddress } from "../../schema/calls/communication.ts";
import { MSG_CTRUNC, MSG_PEEK, MSG_TRUNC } from "../../schema/calls/communication-constants.ts";
import { describeBytes } from "../../schema/describe.ts";
import type { ErrnoName } from "../../schema/errno.ts";
import { touchesObject } from "../kernel/accesses.ts";
import { findName } from "../kernel/file.ts";
import type { Access, Draft, Kernel, Process } from "../kernel/kernel.ts";
import { fail, succeed, writes, type CallModel, type OpenObject, type Outcome } from "../kernel/model.ts";
import { wakeOne, type Block } from "../kernel/sleep.ts";
import { MAX_DATAGRAMS } from "./limits.ts";
import { noteCopy } from "./open-object.ts";
import { duplicateRights, receiveRights } from "./rights.ts";
import { releasePackets } from "./socket-connection.ts";
import { waits } from "./socket-send.ts";
import {
  changeSocket,
  crowded,
  findSocket,
  getSocket,
  isConnectionBased,
  isStream,
  isUnix,
  readable,
  type Packet,
  type Socket,
} from "./socket.ts";

/** Why nothing can be received; null: something can, or the end has come. */
function checkReceive(socket: Socket): ErrnoName | null {
  if (isUnix(socket) && isStream(socket) && socket.state !== "connected") return "EINVAL";
  if (isUnix(socket) && isConnectionBased(socket) && socket.state !== "connected") return "ENOTCONN";
  // Streams give what has arrived before the error, all others the error first.
  if (!isStream(socket) && socket.error !== null) return socket.error;
  if (socket.packets.length > 0) return null;
  if (socket.error !== null && socket.error !== "EPIPE") return socket.error;
  return !isConnectionBased(socket) || socket.state === "connected" || socket.readClosed ? null : "ENOTCONN";
}

export function receiveBlocks(open: OpenObject<"socket">, flags: number): Block | null {
  const { object: socket } = open;
  if (!waits(open, flags) || socket.packets.length > 0 || socket.readClosed || checkReceive(socket)) return null;
  const why = isConnectionBased(socket)
    ? "nothing has arrived, and the other end may still send"
    : "no datagram has arrived";
  return { on: socket.name, why, channels: [readable(socket)], exclusive: !isStream(socket) };
}

interface Receiving {
  readonly count: number;
  /** For how many descriptors there is room. */
  readonly descriptors: number;
  readonly flags: number;
}

export function performReceive(
  draft: Draft,
  process: Process,
  open: OpenObject<"socket">,
  { count, descriptors, flags }: Receiving,
): Outcome<ReceivedMessage> {
  const { file, object: socket } = open;
  const refused = checkReceive(socket);
  if (refused) {
    if (socket.error === refused) changeSocket(draft, file.object, { error: null });
    return fail(refused);
  }
  const [first] = socket.packets;
  // To a datagram socket without blocking Linux says EAGAIN even if nothing will ever come.
  const isEnd = socket.readClosed && (isConnectionBased(socket) || waits(open, flags));
  if (!first)
    return isEnd ? succeed({ data: new Uint8Array(), from: null, descriptors: [], flags: 0 }) : fail("EAGAIN");
  const { taken, left } = isStream(socket) ? drain(socket.packets, count) : { taken: [cut(first, count)], left: null };
  const data = concatenate(taken.map((packet) => packet.data));
  noteCopy(draft, process, socket.name, "user", data.length);
  const isPeek = (flags & MSG_PEEK) !== 0;
  const rights = taken.flatMap((packet) => packet.rights);
  if (isPeek) duplicateRights(draft, rights);
  else take(draft, process, file.object, taken, left);
  const fds = receiveRights(draft, process, rights, descriptors);
  const isCut = !isStream(socket) && first.data.length > count;
  return succeed({
    data,
    from: nameSender(draft.kernel, socket, first),
    descriptors: fds,
    flags: (isCut ? MSG_TRUNC : 0) | (fds.length < rights.length ? MSG_CTRUNC : 0),
  });
}

/** UNIX sockets tell the name that the sender has now, UDP the one that it had. */
function nameSender(kernel: Kernel, socket: Socket, { from, socket: sender }: Packet): SocketAddress | null {
  if (isUnix(socket)) return getSocket(kernel, sender).address;
  return isStream(socket) ? null : from;
}

/** What was received is not in the socket any more, and its senders have room. */
function take(draft: Draft, process: Process, index: number, taken: readonly Packet[], left: Packet | null): void {
  const socket = getSocket(draft.kernel, index);
  const rest = socket.packets.slice(taken.length);
  changeSocket(draft, index, { packets: left ? [left, ...rest] : rest });
  releasePackets(draft, left ? taken.slice(0, -1) : taken);
  if (socket.packets.length > MAX_DATAGRAMS) wakeOne(draft, crowded(socket), "the queue has room");
  for (const packet of taken) if (packet.data.length > 0 || !isStream(socket)) noteMessage(draft, process, packet);
}

const cut = (packet: Packet, count: number): Packet => ({ ...packet, data: packet.data.subarray(0, count) });

/** At most `count` bytes of a stream, but not beyond a packet that carries descriptors: `left` is what remains of the last one. */
function drain(packets: readonly Packet[], count: number): { taken: Packet[]; left: Packet | null } {
  const taken: Packet[] = [];
  let room = count;
  for (const packet of packets) {
    taken.push(cut(packet, room));
    if (packet.data.length > room) return { taken, left: { ...packet, data: packet.data.subarray(room), rights: [] } };
    room -= packet.data.length;
    if (room === 0 || packet.rights.length > 0) break;
  }
  return { taken, left: null };
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function noteMessage(draft: Draft, { pid }: Process, { sender, socket, data }: Packet): void {
  const object = getSocket(draft.kernel, socket).name;
  draft.events.push({ kind: "message", pid, from: sender, text: describeBytes(data), object });
}

function modelReceive<Args extends readonly unknown[], Result>(
  parse: (...args: Args) => readonly [fd: number, receiving: Receiving],
  shape: (message: ReceivedMessage) => Result,
) {
  return {
    touches: (kernel: Kernel, process: Process, ...args: Args): Access[] => [
      writes("files"),
      ...touchesObject(kernel, process, parse(...args)[0]),
    ],
    blocks(kernel: Kernel, process: Process, ...args: Args): Block | null {
      const [fd, { flags }] = parse(...args);
      const open = findSocket(kernel, process, fd);
      return typeof open === "string" ? null : receiveBlocks(open, flags);
    },
    perform(draft: Draft, process: Process, ...args: Args): Outcome<Result> {
      const [fd, receiving] = parse(...args);
      const open = findSocket(draft.kernel, process, fd);
      const outcome = typeof open === "string" ? fail(open) : performReceive(draft, process, open, receiving);
      return outcome.kind === "return" ? succeed(shape(outcome.value)) : outcome;
    },
    object: (kernel: Kernel, process: Process, ...args: Args) => findName(kernel, process, parse(...args)[0]),
  };
}

const parseReceive = (fd: number, count: number, flags: number) => [fd, { count, descriptors: 0, flags }] as const;

export const recv: CallModel<"recv"> = modelReceive(parseReceive, ({ data }) => data);
export const recvfrom: CallModel<"recvfrom"> = modelReceive(parseReceive, ({ data, from }) => ({ data, from }));
export const recvmsg: CallModel<"recvmsg"> = modelReceive(
  (fd: number, count: number, descriptors: number, flags: number) => [fd, { count, descriptors, flags }],
  (message) => message,
);
