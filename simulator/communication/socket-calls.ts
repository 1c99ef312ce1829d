/** Sockets: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/communication.ts";
import { loadMechanism } from "../kernel/mechanism.ts";
import { sockets } from "./sockets.ts";

export const {
  socket,
  socketpair,
  bind,
  listen,
  accept,
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
} = loadMechanism(sockets, calls);
