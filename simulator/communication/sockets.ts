/** Sockets, as the kernel loads them. */
import type { SocketAddress } from "../../schema/calls/communication.ts";
import {
  AF_INET,
  AF_UNIX,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  MSG_PEEK,
  MSG_TRUNC,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SO_ERROR,
  SO_TYPE,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from "../../schema/calls/communication-constants.ts";
import { describeBytes, describeFlags, nameOne } from "../../schema/describe.ts";
import type { Mechanism } from "../kernel/mechanism.ts";
import { data as bytes, integer, optional, record, size, string } from "../kernel/parameters.ts";
import { argument, count, data, fd, flags } from "./arguments.ts";
import { touchesConnected } from "./rights.ts";
import { bind, getpeername, getsockname } from "./socket-address.ts";
import { accept4, connect, getpeercred, getsockopt, listen, shutdown } from "./socket-connection.ts";
import { socketOperations } from "./socket-file.ts";
import { recv, recvfrom, recvmsg } from "./socket-receive.ts";
import { send, sendmsg, sendto } from "./socket-send.ts";
import { socket, socketpair } from "./socket.ts";
import { quote, withBits } from "./words.ts";

const internetAddress = record({ address: string, port: integer }, "a path, a name or { address, port }");
const isAddress = (value: unknown) => (typeof value === "string" ? null : internetAddress(value));
const integers = (value: unknown) =>
  Array.isArray(value) && value.every((one) => !integer(one)) ? null : "a list of descriptors";
const message = record(
  { data: bytes, descriptors: optional(integers), address: optional(isAddress) },
  "{ data, descriptors?, address? }",
);
const address = argument("address", isAddress);
const domain = argument("domain");
const type = argument("type");

const describeKind = (family: number, kind: number) => [
  nameOne(family, { AF_UNIX, AF_INET }),
  withBits(nameOne(kind & 0xf, { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET }), kind & ~0xf, socketFlags),
];
const socketFlags = { SOCK_NONBLOCK, SOCK_CLOEXEC };
const nameFlags = (value: number) =>
  describeFlags(value, { MSG_PEEK, MSG_CTRUNC, MSG_TRUNC, MSG_DONTWAIT, MSG_NOSIGNAL });
function describeAddress(value: SocketAddress | null): string {
  if (value === null) return "none";
  return typeof value === "string" ? quote(value.replace(/^\0/, "@")) : `${value.address}:${value.port}`;
}
const withAddress = (file: number, value: SocketAddress) => [String(file), describeAddress(value)];
const list = (values: readonly number[] | undefined) => (values?.length ? [`[${values.join(", ")}]`] : []);
const describeReceive = (file: number, most: number, value: number) => [String(file), String(most), nameFlags(value)];

export const sockets: Mechanism = {
  calls: {
    socket,
    socketpair,
    bind,
    listen,
    accept4,
    connect,
    shutdown,
    send,
    sendto,
    sendmsg,
    recv,
    recvfrom,
    recvmsg,
    getsockname,
    getpeername,
    getsockopt,
    getpeercred,
  },
  parameters: {
    socket: [domain, type],
    socketpair: [domain, type],
    bind: [fd, address],
    listen: [fd, argument("backlog")],
    accept4: [fd, flags],
    connect: [fd, address],
    shutdown: [fd, argument("how")],
    send: [fd, data, flags],
    sendto: [fd, data, flags, address],
    sendmsg: [fd, argument("message", message), flags],
    recv: [fd, count, flags],
    recvfrom: [fd, count, flags],
    recvmsg: [fd, count, argument("descriptors", size), flags],
    getsockname: [fd],
    getpeername: [fd],
    getsockopt: [fd, argument("option")],
    getpeercred: [fd],
  },
  files: { socket: socketOperations },
  lifecycle: { watchers: touchesConnected },
  descriptions: {
    arguments: {
      socket: describeKind,
      socketpair: describeKind,
      bind: withAddress,
      accept4: (file, value) => [String(file), describeFlags(value, socketFlags)],
      connect: withAddress,
      shutdown: (file, how) => [String(file), nameOne(how, { SHUT_RD, SHUT_WR, SHUT_RDWR })],
      send: (file, sent, value) => [String(file), describeBytes(sent), nameFlags(value)],
      sendto: (file, sent, value, to) => [String(file), describeBytes(sent), nameFlags(value), describeAddress(to)],
      sendmsg: (file, sent, value) => [
        String(file),
        describeBytes(sent.data),
        ...list(sent.descriptors),
        nameFlags(value),
      ],
      recv: describeReceive,
      recvfrom: describeReceive,
      recvmsg: (file, most, descriptors, value) => [...[file, most, descriptors].map(String), nameFlags(value)],
      getsockopt: (file, option) => [String(file), nameOne(option, { SO_TYPE, SO_ERROR })],
    },
    results: {
      recvfrom: ({ data: got, from }) =>
        `${describeBytes(got)}${from === null ? "" : ` from ${describeAddress(from)}`}`,
      recvmsg: ({ data: got, descriptors }) => [describeBytes(got), ...list(descriptors)].join(" "),
      getsockname: describeAddress,
      getpeername: describeAddress,
    },
  },
};
