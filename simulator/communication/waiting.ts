/** Waiting for many: epoll and eventfd, as the kernel loads them. */
import {
  EFD_NONBLOCK,
  EFD_SEMAPHORE,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLERR,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLHUP,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  EPOLLRDHUP,
} from "../../schema/calls/communication-constants.ts";
import { describeFlags, nameOne } from "../../schema/describe.ts";
import type { Mechanism } from "../kernel/mechanism.ts";
import { size } from "../kernel/parameters.ts";
import { argument, fd, flags, timeoutMs } from "./arguments.ts";
import { epoll_create1, epoll_ctl, epoll_wait, epollOperations, touchesWatchers } from "./epoll.ts";
import { counterOperations, eventfd } from "./eventfd.ts";

const epfd = argument("epfd");
const operations = { EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD };
const describeEvents = (events: number) =>
  describeFlags(events, { EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP, EPOLLRDHUP, EPOLLEXCLUSIVE, EPOLLONESHOT, EPOLLET });

export const waiting: Mechanism = {
  calls: { epoll_create1, epoll_ctl, epoll_wait, eventfd },
  parameters: {
    epoll_create1: [flags],
    epoll_ctl: [epfd, argument("operation"), fd, argument("events"), argument("data")],
    epoll_wait: [epfd, argument("maxevents"), timeoutMs],
    eventfd: [argument("initial", size), flags],
  },
  files: { epoll: epollOperations, eventfd: counterOperations },
  descriptions: {
    arguments: {
      epoll_ctl: (epoll, operation, file, events) => [
        String(epoll),
        nameOne(operation, operations),
        String(file),
        describeEvents(events),
      ],
      eventfd: (initial, value) => [String(initial), describeFlags(value, { EFD_SEMAPHORE, EFD_NONBLOCK })],
    },
    results: {
      epoll_wait: (ready) => `{${ready.map(({ events, data }) => `${data}: ${describeEvents(events)}`).join(", ")}}`,
    },
  },
  lifecycle: { watchers: touchesWatchers },
};
