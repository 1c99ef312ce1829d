/**
 * Calls of communication that so far only the simulated kernel performs; a module of `CallTable` (call.ts). Addresses and messages are
 * data; what C returns through pointers is a result. Numbers are Linux's.
 */
import { bytes, Call } from "../call.ts";
import type { SignalName } from "../signal.ts";

/** `AF_INET`: dotted numbers and a port. `AF_UNIX`: a path, or an abstract name, which begins with `"\0"`. */
export type SocketAddress = string | { readonly address: string; readonly port: number };

/** What stat(2) tells, as far as there is something to tell. */
export interface FileStatus {
  readonly type: "file" | "fifo" | "socket" | "other";
  /** Bytes. */
  readonly size: number;
  readonly mode: number;
}

/** A message for sendmsg(2); `descriptors` are passed on (`SCM_RIGHTS`). */
export interface SocketMessage {
  readonly data: Uint8Array;
  readonly descriptors?: readonly number[];
  readonly address?: SocketAddress | null;
}
/** What recvmsg(2) gives: `flags` has `MSG_TRUNC` where data, and `MSG_CTRUNC` where descriptors were lost. */
export interface ReceivedMessage {
  readonly data: Uint8Array;
  readonly from: SocketAddress | null;
  readonly descriptors: readonly number[];
  readonly flags: number;
}
/** Who connected, as `SO_PEERCRED` tells (unix(7)); pid 0 and uid -1 where nobody is. */
export interface Credentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** The attributes of a POSIX message queue (mq_getattr(3)). */
export interface QueueAttributes {
  readonly maxmsg: number;
  readonly msgsize: number;
  /** Messages in it now. */
  readonly curmsgs: number;
  readonly flags: number;
}
/** What `IPC_STAT` tells of a System V queue (msgctl(2)): messages and bytes in it, and most bytes. */
export interface QueueStatus {
  readonly qnum: number;
  readonly cbytes: number;
  readonly qbytes: number;
}

export interface EpollEvent {
  readonly events: number;
  readonly data: number;
}

/** `struct flock` (fcntl(2)): `length` 0 reaches to the end, a negative one lies before `start`. `pid` -1: an OFD lock's owner. */
export interface RecordLock {
  readonly type: number;
  readonly start: number;
  readonly length: number;
  readonly pid: number;
}

export interface CommunicationCalls {
  /** open(2): every directory exists; `O_CREAT` makes a regular file. The opening of a FIFO waits for the other end. */
  open(path: string, flags: number, mode: number): number;
  /** mkfifo(3) */
  mkfifo(path: string, mode: number): void;
  /** unlink(2): takes the name away; who has the file open keeps it. */
  unlink(path: string): void;
  /** stat(2), fstat(2) */
  stat(path: string): FileStatus;
  fstat(fd: number): FileStatus;
  /** lseek(2): the new offset, which belongs to the open file description. ESPIPE for what has none. */
  lseek(fd: number, offset: number, whence: number): number;
  /** pread(2), pwrite(2): at `offset`, and the offset of the descriptor stays. */
  pread(fd: number, count: number, offset: number): Uint8Array;
  pwrite(fd: number, data: Uint8Array, offset: number): number;
  /** ftruncate(2): sets the size; what is beyond is gone, what is new is zeros. */
  ftruncate(fd: number, length: number): void;
  /** fsync(2): writes the dirty pages of the page cache to the device. */
  fsync(fd: number): void;
  /** socket(2) with the usual protocol. */
  socket(domain: number, type: number): number;
  /** socketpair(2), for `AF_UNIX`. */
  socketpair(domain: number, type: number): readonly [one: number, other: number];
  /** bind(2): EADDRINUSE where the name exists, even if nobody has it open. */
  bind(fd: number, address: SocketAddress): void;
  /** listen(2): of the connections that nobody has accepted yet one more than `backlog` may wait. */
  listen(fd: number, backlog: number): void;
  /** accept4(2): a new socket for the connection that waits longest. */
  accept4(fd: number, flags: number): number;
  /** connect(2) */
  connect(fd: number, address: SocketAddress): void;
  /** shutdown(2) */
  shutdown(fd: number, how: number): void;
  /** send(2), sendto(2), sendmsg(2): how many bytes were taken. */
  send(fd: number, data: Uint8Array, flags: number): number;
  sendto(fd: number, data: Uint8Array, flags: number, address: SocketAddress): number;
  sendmsg(fd: number, message: SocketMessage, flags: number): number;
  /** recv(2), recvfrom(2), recvmsg(2): at most `count` bytes, and at most `descriptors` descriptors. */
  recv(fd: number, count: number, flags: number): Uint8Array;
  recvfrom(fd: number, count: number, flags: number): Pick<ReceivedMessage, "data" | "from">;
  recvmsg(fd: number, count: number, descriptors: number, flags: number): ReceivedMessage;
  /** getsockname(2), getpeername(2); null: it has no name. */
  getsockname(fd: number): SocketAddress | null;
  getpeername(fd: number): SocketAddress | null;
  /** getsockopt(2) at the level SOL_SOCKET: `SO_TYPE`, `SO_ERROR` (an errno, which is then forgotten). */
  getsockopt(fd: number, option: number): number;
  /** `SO_PEERCRED`: who was there when the connection was made. */
  getpeercred(fd: number): Credentials;
  /** mq_open(3): a descriptor; without `attributes` 10 messages of 8192 bytes. */
  mq_open(
    name: string,
    flags: number,
    mode: number,
    attributes: Pick<QueueAttributes, "maxmsg" | "msgsize"> | null,
  ): number;
  /** mq_unlink(3) */
  mq_unlink(name: string): void;
  /** mq_send(3): a message with priority 0 to 32767 (higher is received first). */
  mq_send(mqd: number, data: Uint8Array, priority: number): void;
  /** mq_timedsend(3), but the time is relative, in ms. */
  mq_timedsend(mqd: number, data: Uint8Array, priority: number, timeoutMs: number): void;
  /** mq_receive(3): EMSGSIZE unless `count` is at least the queue's msgsize. */
  mq_receive(mqd: number, count: number): { readonly data: Uint8Array; readonly priority: number };
  mq_timedreceive(
    mqd: number,
    count: number,
    timeoutMs: number,
  ): { readonly data: Uint8Array; readonly priority: number };
  /** mq_getattr(3) */
  mq_getattr(mqd: number): QueueAttributes;
  /** mq_notify(3): one signal when a message comes to the empty queue and nobody waits in a receive; null takes it back. */
  mq_notify(mqd: number, signal: SignalName | null): void;
  /** msgget(2): the identifier of the queue with this key. */
  msgget(key: number, flags: number): number;
  /** msgsnd(2): `type` is 1 or more. */
  msgsnd(id: number, type: number, data: Uint8Array, flags: number): void;
  /** msgrcv(2): `type` 0: the first; positive: the first of that type; negative: the first of the lowest type up to its amount. */
  msgrcv(id: number, size: number, type: number, flags: number): { readonly type: number; readonly data: Uint8Array };
  /** msgctl(2): `IPC_STAT`, or `IPC_RMID`, which gives null and fails all who wait with EIDRM. */
  msgctl(id: number, command: number): QueueStatus | null;
  /** epoll_create1(2) */
  epoll_create1(flags: number): number;
  /** epoll_ctl(2): `data` comes back with each event. */
  epoll_ctl(epfd: number, operation: number, fd: number, events: number, data: number): void;
  /** epoll_wait(2): waits at most `timeoutMs` (-1: for ever). */
  epoll_wait(epfd: number, maxevents: number, timeoutMs: number): readonly EpollEvent[];
  /** eventfd(2): a counter; read gives it in 8 bytes (little-endian), write adds. */
  eventfd(initial: number, flags: number): number;
  /** flock(2): a lock of the open file description on the whole file. */
  flock(fd: number, operation: number): void;
  /** fcntl(2) with a lock: a process's (`F_SETLK` …) or an open file description's (`F_OFD_SETLK` …). `F_GETLK` gives the lock in the way. */
  fcntl_lock(fd: number, command: number, lock: RecordLock): RecordLock | null;
}

const toBytes = (data: string | Uint8Array) => (typeof data === "string" ? bytes(data) : data);

export const open = (path: string, flags = 0, mode = 0o644) => new Call("open", [path, flags, mode]);
export const mkfifo = (path: string, mode = 0o644) => new Call("mkfifo", [path, mode]);
export const unlink = (path: string) => new Call("unlink", [path]);
export const stat = (path: string) => new Call("stat", [path]);
export const fstat = (fd: number) => new Call("fstat", [fd]);
export const lseek = (fd: number, offset: number, whence = 0) => new Call("lseek", [fd, offset, whence]);
export const pread = (fd: number, count: number, offset: number) => new Call("pread", [fd, count, offset]);
export const pwrite = (fd: number, data: string | Uint8Array, offset: number) =>
  new Call("pwrite", [fd, toBytes(data), offset]);
export const ftruncate = (fd: number, length: number) => new Call("ftruncate", [fd, length]);
export const fsync = (fd: number) => new Call("fsync", [fd]);
export const socket = (domain: number, type: number) => new Call("socket", [domain, type]);
export const socketpair = (domain: number, type: number) => new Call("socketpair", [domain, type]);
export const bind = (fd: number, address: SocketAddress) => new Call("bind", [fd, address]);
export const listen = (fd: number, backlog = 4096) => new Call("listen", [fd, backlog]);
export const accept = (fd: number) => new Call("accept4", [fd, 0]);
export const accept4 = (fd: number, flags: number) => new Call("accept4", [fd, flags]);
export const connect = (fd: number, address: SocketAddress) => new Call("connect", [fd, address]);
export const shutdown = (fd: number, how: number) => new Call("shutdown", [fd, how]);
export const send = (fd: number, data: string | Uint8Array, flags = 0) => new Call("send", [fd, toBytes(data), flags]);
export const sendto = (fd: number, data: string | Uint8Array, address: SocketAddress, flags = 0) =>
  new Call("sendto", [fd, toBytes(data), flags, address]);
export const sendmsg = (
  fd: number,
  { data, ...message }: Omit<SocketMessage, "data"> & { readonly data: string | Uint8Array },
  flags = 0,
) => new Call("sendmsg", [fd, { ...message, data: toBytes(data) }, flags]);
export const recv = (fd: number, count: number, flags = 0) => new Call("recv", [fd, count, flags]);
export const recvfrom = (fd: number, count: number, flags = 0) => new Call("recvfrom", [fd, count, flags]);
export const recvmsg = (fd: number, count: number, descriptors = 0, flags = 0) =>
  new Call("recvmsg", [fd, count, descriptors, flags]);
export const getsockname = (fd: number) => new Call("getsockname", [fd]);
export const getpeername = (fd: number) => new Call("getpeername", [fd]);
export const getsockopt = (fd: number, option: number) => new Call("getsockopt", [fd, option]);
export const getpeercred = (fd: number) => new Call("getpeercred", [fd]);
export const mq_open = (
  name: string,
  flags: number,
  mode = 0o600,
  attributes: Pick<QueueAttributes, "maxmsg" | "msgsize"> | null = null,
) => new Call("mq_open", [name, flags, mode, attributes]);
export const mq_close = (mqd: number) => new Call("close", [mqd]);
export const mq_unlink = (name: string) => new Call("mq_unlink", [name]);
export const mq_send = (mqd: number, data: string | Uint8Array, priority = 0) =>
  new Call("mq_send", [mqd, toBytes(data), priority]);
export const mq_timedsend = (mqd: number, data: string | Uint8Array, priority: number, timeoutMs: number) =>
  new Call("mq_timedsend", [mqd, toBytes(data), priority, timeoutMs]);
export const mq_receive = (mqd: number, count = 8192) => new Call("mq_receive", [mqd, count]);
export const mq_timedreceive = (mqd: number, count: number, timeoutMs: number) =>
  new Call("mq_timedreceive", [mqd, count, timeoutMs]);
export const mq_getattr = (mqd: number) => new Call("mq_getattr", [mqd]);
export const mq_notify = (mqd: number, signal: SignalName | null) => new Call("mq_notify", [mqd, signal]);
export const msgget = (key: number, flags = 0) => new Call("msgget", [key, flags]);
export const msgsnd = (id: number, type: number, data: string | Uint8Array, flags = 0) =>
  new Call("msgsnd", [id, type, toBytes(data), flags]);
export const msgrcv = (id: number, size: number, type = 0, flags = 0) => new Call("msgrcv", [id, size, type, flags]);
export const msgctl = (id: number, command: number) => new Call("msgctl", [id, command]);
export const epoll_create1 = (flags = 0) => new Call("epoll_create1", [flags]);
export const epoll_ctl = (epfd: number, operation: number, fd: number, events = 0, data = fd) =>
  new Call("epoll_ctl", [epfd, operation, fd, events, data]);
export const epoll_wait = (epfd: number, maxevents: number, timeoutMs = -1) =>
  new Call("epoll_wait", [epfd, maxevents, timeoutMs]);
export const eventfd = (initial = 0, flags = 0) => new Call("eventfd", [initial, flags]);
export const flock = (fd: number, operation: number) => new Call("flock", [fd, operation]);
export const fcntl_lock = (fd: number, command: number, lock: Partial<RecordLock> & { readonly type: number }) =>
  new Call("fcntl_lock", [fd, command, { start: 0, length: 0, pid: 0, ...lock }]);
