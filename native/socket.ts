/** Sockets: socketpair(2). */
import { addon } from "./addon.ts";

/** socketpair(2): two connected sockets, `socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC)`. EOPNOTSUPP, EINVAL, EMFILE. */
export const socketpair: (domain: number, type: number, protocol?: number) => [number, number] = addon.socketpair;
