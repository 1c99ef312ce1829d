/** Names of sockets (unix(7), ip(7)): bind, who answers at an address, ports. */
import type { SocketAddress } from "../../schema/calls/communication.ts";
import { SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM } from "../../schema/calls/communication-constants.ts";
import type { ErrnoName } from "../../schema/errno.ts";
import { touchesObject } from "../kernel/accesses.ts";
import { findName } from "../kernel/file.ts";
import { bindName, findNamed, getObject, unbindName, type Draft, type Kernel } from "../kernel/kernel.ts";
import { fail, succeed, writes, type CallModel } from "../kernel/model.ts";
import { checkPath, normalisePath } from "./file-system.ts";
import { FIRST_EPHEMERAL_PORT, LAST_EPHEMERAL_PORT } from "./limits.ts";
import { changeSocket, findSocket, getSocket, isOver, isUnix, type Socket } from "./socket.ts";

const types = [SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET];
export const ANY = "0.0.0.0";
export const LOCALHOST = "127.0.0.1";

const isAbstract = (address: SocketAddress): address is string =>
  typeof address === "string" && address.startsWith("\0");
const isLocal = (address: string) => address === ANY || /^127(\.\d{1,3}){3}$/.test(address);

/** The key of `Kernel.names` under which a socket of this kind is found. */
export function keyOf(socket: Socket, address: SocketAddress): string {
  if (typeof address === "string") return keyOfName(address, socket.type);
  return `${socket.type === SOCK_DGRAM ? "udp" : "tcp"} ${address.address}:${address.port}`;
}

/** Abstract names are a world of their own for each type of socket, paths are not. */
const keyOfName = (name: string, type: number): string =>
  isAbstract(name) ? `@${type} ${name.slice(1)}` : normalisePath(name);

/** All that a call with an address touches: the name, or every port. */
export const touchesAddress = (kernel: Kernel, address: SocketAddress, isChange: boolean) => {
  if (typeof address !== "string") {
    return [{ object: "ports", writes: isChange }, ...listInternet(kernel).map(({ name }) => writes(name))];
  }
  const keys = isAbstract(address) ? types.map((type) => keyOfName(address, type)) : [normalisePath(address)];
  return keys.flatMap((key) => {
    const found = findNamed(kernel, key);
    const name = { object: `path ${key}`, writes: isChange };
    return found === undefined ? [name] : [name, writes(getObject(kernel, found).name)];
  });
};

/** Why `socket` cannot have, or reach, such an address; null where it can. */
function checkFamily(socket: Socket, address: SocketAddress): ErrnoName | null {
  if (isUnix(socket) !== (typeof address === "string")) return isUnix(socket) ? "EINVAL" : "EAFNOSUPPORT";
  if (typeof address === "string") return address.length > 107 ? "EINVAL" : null;
  return address.port < 0 || address.port > 65_535 ? "EINVAL" : null;
}

/** Who answers at `address`: its place, or the errno of a connect. */
export function findAnswering(kernel: Kernel, socket: Socket, address: SocketAddress): number | ErrnoName {
  const refused = checkFamily(socket, address);
  if (refused) return refused;
  if (typeof address !== "string") {
    if (!isLocal(address.address)) return "ENETUNREACH";
    const host = address.address === ANY ? LOCALHOST : address.address;
    const found = [host, ANY].map((one) => findNamed(kernel, keyOf(socket, { address: one, port: address.port })));
    return found.find((index) => index !== undefined) ?? "ECONNREFUSED";
  }
  const found = findNamed(kernel, keyOf(socket, address));
  if (found === undefined) return isAbstract(address) ? "ECONNREFUSED" : (checkPath(kernel, address) ?? "ENOENT");
  const object = getObject(kernel, found);
  if (object.kind !== "socket" || object.state === "closed") return "ECONNREFUSED";
  return object.type === socket.type ? found : "EPROTOTYPE";
}

/** The sockets of the internet that somebody has open. */
const listInternet = ({ objects }: Kernel): Socket[] =>
  objects.filter((object) => object.kind === "socket").filter((one) => !isUnix(one) && one.state !== "closed");

/**
 * Whether a port is taken for `socket`: by the same address, or by or for all addresses. Connections have the port of their listener
 * when that is gone. (On Linux it is taken for another minute, in TIME_WAIT; here no time passes.)
 */
const isPortTaken = (kernel: Kernel, { type }: Socket, address: string, port: number): boolean =>
  listInternet(kernel).some((one) => {
    if (one.type !== type || one.address === null || typeof one.address === "string") return false;
    const { address: host, port: taken } = one.address;
    return taken === port && (host === address || host === ANY || address === ANY);
  });

/** The lowest free ephemeral port; Linux picks one by chance. */
function findPort(kernel: Kernel, socket: Socket, address: string): number | null {
  for (let port = FIRST_EPHEMERAL_PORT; port <= LAST_EPHEMERAL_PORT; port += 1) {
    if (!isPortTaken(kernel, socket, address, port)) return port;
  }
  return null;
}

/** Gives a socket a name, port 0 meaning any; null where it has it now. */
function nameSocket(draft: Draft, index: number, address: SocketAddress): ErrnoName | null {
  const socket = getSocket(draft.kernel, index);
  if (typeof address !== "string") {
    const port = address.port === 0 ? findPort(draft.kernel, socket, address.address) : address.port;
    if (port === null || isPortTaken(draft.kernel, socket, address.address, port)) return "EADDRINUSE";
    const named = { address: address.address, port };
    bindName(draft, keyOf(socket, named), index);
    changeSocket(draft, index, { address: named });
    return null;
  }
  const refused = isAbstract(address) ? null : checkPath(draft.kernel, address);
  if (refused) return refused;
  if (findNamed(draft.kernel, keyOf(socket, address)) !== undefined) return "EADDRINUSE";
  bindName(draft, keyOf(socket, address), index);
  changeSocket(draft, index, { address });
  return null;
}

/** An internet socket that goes out without a name gets a port of its own; with a connection, an address too. */
export function nameForSending(draft: Draft, index: number, address = ANY): ErrnoName | null {
  const socket = getSocket(draft.kernel, index);
  if (isUnix(socket)) return null;
  if (!socket.address) return nameSocket(draft, index, { address, port: 0 });
  if (address !== ANY && typeof socket.address !== "string" && socket.address.address === ANY) {
    forgetAddress(draft, index);
    changeSocket(draft, index, { address: null });
    return nameSocket(draft, index, { address, port: socket.address.port });
  }
  return null;
}

/** When a socket is closed, ports and abstract names are free again; a path stays, and leads to nobody, until unlink(2). */
export function forgetAddress(draft: Draft, index: number): void {
  const socket = getSocket(draft.kernel, index);
  if (!socket.address || (typeof socket.address === "string" && !isAbstract(socket.address))) return;
  const key = keyOf(socket, socket.address);
  if (findNamed(draft.kernel, key) === index) unbindName(draft, key);
}

export const bind: CallModel<"bind"> = {
  touches: (kernel, process, fd, address) => [
    ...touchesObject(kernel, process, fd),
    ...touchesAddress(kernel, address, true),
  ],
  perform(draft, process, fd, address) {
    const open = findSocket(draft.kernel, process, fd);
    if (typeof open === "string") return fail(open);
    const { object: socket, file } = open;
    const refused = checkFamily(socket, address);
    if (refused) return fail(refused);
    if (typeof address !== "string" && !isLocal(address.address)) return fail("EADDRNOTAVAIL");
    // One with a path looks at that first, all others at what they have.
    const isPath = typeof address === "string" && !isAbstract(address);
    const isUsed = isPath && findNamed(draft.kernel, keyOf(socket, address)) !== undefined;
    if (socket.address !== null && !isUsed) return fail("EINVAL");
    const failed = isUsed ? "EADDRINUSE" : nameSocket(draft, file.object, address);
    return failed ? fail(failed) : succeed(undefined);
  },
  object: findName,
};

export const getsockname: CallModel<"getsockname"> = {
  touches: touchesObject,
  perform(draft, process, fd) {
    const open = findSocket(draft.kernel, process, fd);
    if (typeof open === "string") return fail(open);
    return succeed(open.object.address ?? (isUnix(open.object) ? null : { address: ANY, port: 0 }));
  },
  object: findName,
};

export const getpeername: CallModel<"getpeername"> = {
  touches: touchesObject,
  perform(draft, process, fd) {
    const open = findSocket(draft.kernel, process, fd);
    if (typeof open === "string") return fail(open);
    const { object: socket } = open;
    if (socket.state !== "connected" || isOver(draft.kernel, socket)) return fail("ENOTCONN");
    const isLive = isUnix(socket) && socket.peer !== null;
    return succeed(isLive ? getSocket(draft.kernel, socket.peer).address : socket.peerAddress);
  },
  object: findName,
};
