/** The mechanisms that every kernel has: processes, signals without handlers, descriptors, pipes, poll. */
import { close, dup2, fcntl, pipe2 } from "./descriptor.ts";
import { print, read, write } from "./input-output.ts";
import { kill, sigaction } from "./kill.ts";
import type { BasicMechanism, Parameter } from "./mechanism.ts";
import { data, integer, signalName, size, string } from "./parameters.ts";
import { pipeOperations } from "./pipe.ts";
import { poll } from "./poll.ts";
import { exit, fork, getpid, getppid } from "./process.ts";
import { inputOperations, outputOperations } from "./stream.ts";
import { wait, waitpid } from "./wait.ts";

const disposition = (value: unknown) => (value === "SIG_DFL" || value === "SIG_IGN" ? null : "SIG_DFL or SIG_IGN");
const isRequest = (value: unknown) =>
  typeof value === "object" &&
  value !== null &&
  "fd" in value &&
  "events" in value &&
  !integer(value.fd) &&
  !integer(value.events);
const requests = (value: unknown) =>
  Array.isArray(value) && value.every(isRequest) ? null : "a list of { fd, events }";

const fd: Parameter = ["fd", integer];
const pid: Parameter = ["pid", integer];
const signal: Parameter = ["signal", signalName];

export const base: BasicMechanism = {
  calls: {
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
  },
  parameters: {
    fork: [],
    exit: [["status", integer]],
    wait: [],
    waitpid: [pid, ["options", integer]],
    getpid: [],
    getppid: [],
    kill: [pid, signal],
    sigaction: [signal, ["disposition", disposition]],
    pipe2: [["flags", integer]],
    read: [fd, ["count", size]],
    write: [fd, ["data", data]],
    close: [fd],
    dup2: [["oldFd", integer], ["newFd", integer]], // prettier-ignore
    fcntl: [fd, ["command", integer], ["argument", integer]],
    poll: [["requests", requests], ["timeoutMs", integer]], // prettier-ignore
    print: [["line", string]],
  },
  files: { input: inputOperations, output: outputOperations, pipe: pipeOperations },
};
