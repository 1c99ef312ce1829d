/** eventfd(2): a counter of 64 bits as a descriptor. */
import { EFD_CLOEXEC, EFD_NONBLOCK, EFD_SEMAPHORE } from "../../schema/calls/communication-constants.ts";
import { O_NONBLOCK, O_RDWR, POLLIN, POLLOUT } from "../../schema/constants.ts";
import { addObject, updateObject } from "../kernel/kernel.ts";
import { fail, succeed, writes, type CallModel, type FileOperations } from "../kernel/model.ts";
import { wakeOne } from "../kernel/sleep.ts";
import { numberName, openObject } from "./open-object.ts";

export interface EventCounter {
  readonly kind: "eventfd";
  readonly name: string;
  readonly count: bigint;
  /** A read takes 1, not all. */
  readonly semaphore: boolean;
}

const mostCount = 2n ** 64n - 2n;
const readable = ({ name }: EventCounter) => `${name} readable`;
const writable = ({ name }: EventCounter) => `${name} writable`;

const toNumber = (data: Uint8Array): bigint => new DataView(data.buffer, data.byteOffset).getBigUint64(0, true);

function toBytes(count: bigint): Uint8Array {
  const data = new Uint8Array(8);
  new DataView(data.buffer).setBigUint64(0, count, true);
  return data;
}

export const counterOperations: FileOperations<"eventfd"> = {
  readBlocks: (_kernel, { file, object }, count) =>
    object.count > 0n || count < 8 || file.flags & O_NONBLOCK
      ? null
      : { on: object.name, why: "the counter is 0", channels: [readable(object)], exclusive: true },
  read(draft, _process, { file, object }, count) {
    if (count < 8) return fail("EINVAL");
    if (object.count === 0n) return fail("EAGAIN");
    const taken = object.semaphore ? 1n : object.count;
    updateObject(draft, file.object, { ...object, count: object.count - taken });
    wakeOne(draft, writable(object), "the counter is smaller");
    return succeed(toBytes(taken));
  },
  writeBlocks(_kernel, _process, { file, object }, data) {
    const fits = data.length < 8 || object.count + toNumber(data) <= mostCount || toNumber(data) > mostCount;
    if (fits || file.flags & O_NONBLOCK) return null;
    return { on: object.name, why: "the counter would overflow", channels: [writable(object)], exclusive: true };
  },
  write(draft, _process, { file, object }, data) {
    if (data.length < 8 || toNumber(data) > mostCount) return fail("EINVAL");
    const count = object.count + toNumber(data);
    if (count > mostCount) return fail("EAGAIN");
    updateObject(draft, file.object, { ...object, count });
    wakeOne(draft, readable(object), "the counter is not 0");
    return succeed(8);
  },
  ready: ({ object: { count } }) => (count > 0n ? POLLIN : 0) | (count < mostCount ? POLLOUT : 0),
  channels: ({ object }) => [readable(object), writable(object)],
  release: () => undefined,
};

export const eventfd: CallModel<"eventfd"> = {
  touches: () => [writes("files")],
  perform(draft, process, initial, flags) {
    if (flags & ~(EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC)) return fail("EINVAL");
    const create = () =>
      addObject(draft, {
        kind: "eventfd",
        name: numberName(draft, process, "eventfd"),
        count: BigInt(initial >>> 0),
        semaphore: (flags & EFD_SEMAPHORE) !== 0,
      });
    return openObject(draft, process, create, O_RDWR | (flags & ~EFD_SEMAPHORE));
  },
};
