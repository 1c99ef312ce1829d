/** Signals with handlers, masks and queues: importing one of these calls teaches the kernel all of them. */
import * as calls from "../../schema/calls/process.ts";
import { loadMechanism } from "./mechanism.ts";
import { signals } from "./signals.ts";

export const {
  sigaction,
  sigqueue,
  raise,
  abort,
  sigprocmask,
  pthread_sigmask,
  sigpending,
  sigsuspend,
  pause,
  sigwait,
  sigwaitinfo,
  sigtimedwait,
  alarm,
} = loadMechanism(signals, calls);
