/** A socket as a file: read and write are receiving and sending without flags. */
import { succeed, type FileOperations } from "../kernel/model.ts";
import { closeSocket } from "./socket-connection.ts";
import { performReceive, receiveBlocks } from "./socket-receive.ts";
import { performSend, sendBlocks } from "./socket-send.ts";
import { pollSocket, readable, writable } from "./socket.ts";

export const socketOperations: FileOperations<"socket"> = {
  readBlocks: (_kernel, open, count) => (count === 0 ? null : receiveBlocks(open, 0)),
  read(draft, process, open, count) {
    if (count === 0) return succeed(new Uint8Array());
    const outcome = performReceive(draft, process, open, { count, descriptors: 0, flags: 0 });
    return outcome.kind === "return" ? succeed(outcome.value.data) : outcome;
  },
  writeBlocks: (kernel, _process, open, data) => sendBlocks(kernel, open, { data }, 0),
  write: (draft, process, open, data) => performSend(draft, process, open, { data }, 0),
  ready: pollSocket,
  channels: ({ object }) => [readable(object), writable(object)],
  release: (draft, { file }) => closeSocket(draft, file.object),
};
