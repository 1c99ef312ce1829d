/** From the name of a call to its model: the whole of schema's CallTable. */
import type { CallName } from "../../schema/call.ts";
import { close, dup2, fcntl, pipe2 } from "./descriptor.ts";
import { print, read, write } from "./input-output.ts";
import type { CallModel } from "./model.ts";
import { poll } from "./poll.ts";
import { exit, fork, getpid, getppid, wait, waitpid } from "./process.ts";
import { kill, sigaction } from "./signal.ts";

export const calls: { readonly [Name in CallName]: CallModel<Name> } = {
  fork,
  exit,
  wait,
  waitpid,
  getpid,
  getppid,
  kill,
  sigaction,
  pipe2,
  read,
  write,
  close,
  dup2,
  fcntl,
  poll,
  print,
};
