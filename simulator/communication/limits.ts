/** The limits of communication: Linux's defaults for an ordinary user, and bounds of ours where Linux has only the machine's. */

/** Longest path, with the byte that ends it (PATH_MAX), and longest name in it (NAME_MAX). */
export const PATH_MAX = 4096;
export const NAME_MAX = 255;
/** Largest regular file in bytes: EFBIG beyond. Ours; a file system has terabytes, a page has not. */
export const MAX_FILE_SIZE = 1_048_576;
/** Most bytes that a socket has sent and nobody has read, with the kernel's own for each message (net.core.wmem_default). */
export const SOCKET_BUFFER = 212_992;
/** The same for TCP: where its receive buffer begins (net.ipv4.tcp_rmem). Linux lets it grow to megabytes; here it stays. */
export const TCP_BUFFER = 131_072;
/** Largest UDP datagram over IPv4. */
export const MAX_UDP_SIZE = 65_507;
/** Longest queue that listen(2) grants (net.core.somaxconn). */
export const MAX_BACKLOG = 4096;
/** Datagrams that wait in a UNIX socket before others must wait: one more than this (net.unix.max_dgram_qlen). */
export const MAX_DATAGRAMS = 10;
/** Descriptors that one message can pass (SCM_MAX_FD). */
export const MAX_PASSED_DESCRIPTORS = 253;
/** Ports that sockets get that do not ask for one (net.ipv4.ip_local_port_range). */
export const FIRST_EPHEMERAL_PORT = 32_768;
export const LAST_EPHEMERAL_PORT = 60_999;
/** Attributes of a POSIX queue: default and most, in /proc/sys/fs/mqueue; and the priorities that there are. */
export const MAX_QUEUE_MESSAGES = 10;
export const MAX_QUEUE_MESSAGE_SIZE = 8192;
export const MQ_PRIO_MAX = 32_768;
/** POSIX queues that have a name at once (queues_max), and System V queues (kernel.msgmni); one more is ENOSPC. */
export const MAX_QUEUES = 256;
export const MSGMNI = 32_000;
/** Largest message and most bytes in a System V queue (kernel.msgmax, kernel.msgmnb). */
export const MSGMAX = 8192;
export const MSGMNB = 16_384;
/** Most ways in which one epoll_wait may be explored: each rotates the ready list once more. */
export const MAX_ORDERS = 4;
