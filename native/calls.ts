/** The calls of portable programs (schema/call.ts), each performed by this machine's kernel. */
import type { PortableCalls } from "../schema/call.ts";
import { bytes } from "../schema/call.ts";
import { O_DIRECT as portableDirect } from "../schema/constants.ts";
import { addon } from "./addon.ts";
import { F_GETFL, F_SETFL, O_DIRECT } from "./constants.ts";
import { fork } from "./fork.ts";
import { writeAll } from "./output.ts";
import { kill, sigaction } from "./signal.ts";
import { _exit } from "./process.ts";
import { wait, waitpid } from "./wait.ts";

/** A read never gives more than a pipe can hold: 1 MiB for ordinary users (/proc/sys/fs/pipe-max-size). */
const maxReadBytes = 1 << 20;

/** A portable program's O_DIRECT is x86's; other processors have another bit for it. */
const toMachineFlags = (flags: number) => (flags & portableDirect ? (flags & ~portableDirect) | O_DIRECT : flags);
const toPortableFlags = (flags: number) => (flags & O_DIRECT ? (flags & ~O_DIRECT) | portableDirect : flags);

export const calls: PortableCalls = {
  fork,
  exit: _exit,
  wait: () => Object.freeze(wait()),
  waitpid: (pid, options) => Object.freeze(waitpid(pid, options)),
  getpid: addon.getpid,
  getppid: addon.getppid,
  kill,
  sigaction: (signal, disposition) => void sigaction(signal, disposition),
  pipe2: (flags) => Object.freeze(addon.pipe2(toMachineFlags(flags))),
  read(fd, count) {
    if (!Number.isSafeInteger(count) || count < 0) throw new RangeError("read: count must be an integer from 0 up");
    const buffer = new Uint8Array(Math.min(count, maxReadBytes));
    return buffer.slice(0, addon.read(fd, buffer));
  },
  write: addon.write,
  close: addon.close,
  dup2: addon.dup2,
  fcntl(fd, command, argument) {
    const result = addon.fcntl(fd, command, command === F_SETFL ? toMachineFlags(argument) : argument);
    return command === F_GETFL ? toPortableFlags(result) : result;
  },
  poll: (requests, timeoutMs) => Object.freeze(addon.poll(requests, timeoutMs).map((result) => Object.freeze(result))),
  print: (line) => writeAll(1, bytes(`${line}\n`)),
};
