/** The kernel objects of communication. */
import type { Epoll } from "./epoll.ts";
import type { EventCounter } from "./eventfd.ts";
import type { Fifo } from "./fifo.ts";
import type { PosixQueue } from "./posix-queue.ts";
import type { RegularFile } from "./regular-file.ts";
import type { Socket } from "./socket.ts";
import type { SystemVQueue } from "./system-v-queue.ts";

export type CommunicationObject = RegularFile | Fifo | Socket | PosixQueue | SystemVQueue | Epoll | EventCounter;
