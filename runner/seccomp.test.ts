import assert from "node:assert/strict";
import { test } from "node:test";
import { createCallFilter } from "./seccomp.ts";

const allowed = 0x7fff0000;
const refused = 0x00050026;

/** What the filter says of a call: its program, carried out as the kernel does it. */
function decide(filter: Buffer, architecture: number, number: number): number {
  let word = 0;
  for (let index = 0; ; index++) {
    const at = 8 * index;
    const value = filter.readUInt32LE(at + 4);
    const jump = (holds: boolean) => (index += filter.readUInt8(at + (holds ? 2 : 3)));
    const code = filter.readUInt16LE(at);
    if (code === 0x20) word = value === 0 ? number : architecture;
    else if (code === 0x15) jump(word === value);
    else if (code === 0x35) jump(word >= value);
    else return value;
  }
}

for (const [name, audit, keyCalls] of [
  ["x64", 0xc000003e, [248, 249, 250]],
  ["arm64", 0xc00000b7, [217, 218, 219]],
] as const)
  test(`on ${name} the filter refuses calls about keys, numbers of other ABIs, and nothing else`, () => {
    const filter = createCallFilter(name);
    for (let number = 0; number < 1_000; number++)
      assert.equal(
        decide(filter, audit, number),
        (keyCalls as readonly number[]).includes(number) ? refused : allowed,
        String(number),
      );
    assert.equal(decide(filter, audit, 0x40000000 + keyCalls[2]), refused);
    assert.equal(decide(filter, 0x40000003, 1), refused);
  });
