/** epoll and eventfd: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/communication.ts";
import { loadMechanism } from "../kernel/mechanism.ts";
import { waiting } from "./waiting.ts";

export const { epoll_create1, epoll_ctl, epoll_wait, eventfd } = loadMechanism(waiting, calls);
