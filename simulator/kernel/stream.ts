/** What descriptors 0, 1 and 2 name at the start: an input that is at its end, and the output that the reader sees. */
import { POLLIN, POLLOUT } from "../../schema/constants.ts";
import { fail, succeed, type FileOperations } from "./model.ts";

export interface StandardStream {
  readonly kind: "input" | "output";
  readonly name: "stdin" | "stdout" | "stderr";
}

/** Longest text of one output event, in UTF-16 units: a long write makes several. */
const outputEventLength = 32_768;

const decoder = new TextDecoder();

export const inputOperations: FileOperations<"input"> = {
  readBlocks: () => null,
  read: () => succeed(new Uint8Array()),
  writeBlocks: () => null,
  write: () => fail("EBADF"),
  ready: () => POLLIN | POLLOUT,
  channels: () => [],
  release: () => undefined,
};

export const outputOperations: FileOperations<"output"> = {
  readBlocks: () => null,
  read: () => fail("EBADF"),
  writeBlocks: () => null,
  write(draft, { pid }, _open, data) {
    const text = decoder.decode(data);
    for (let at = 0; at < text.length; at += outputEventLength) {
      draft.events.push({ kind: "output", pid, text: text.slice(at, at + outputEventLength) });
    }
    return succeed(data.length);
  },
  ready: () => POLLIN | POLLOUT,
  channels: () => [],
  release: () => undefined,
};
