/**
 * The filter of system calls that a box has: seccomp(2). It refuses what no namespace holds apart, and nothing else. Keys belong to a user
 * (keyrings(7)), so without it a program in a box could read and change those of the reader: Kerberos tickets, keys of encrypted folders.
 */

/** The architecture as audit.h numbers it, and what it numbers add_key, request_key and keyctl. */
const architectures: Readonly<Partial<Record<NodeJS.Architecture, { audit: number; refused: readonly number[] }>>> = {
  x64: { audit: 0xc000003e, refused: [248, 249, 250] },
  arm64: { audit: 0xc00000b7, refused: [217, 218, 219] },
};

/** Where `struct seccomp_data` has them. */
const callNumber = 0;
const architecture = 4;
/** On x64 the same calls a second time, with other numbers (the x32 ABI). */
const firstOfX32 = 0x40000000;
const allow = 0x7fff0000;
/** ENOSYS: as a kernel that lacks the call answers, so that programs go on without it. */
const refuse = 0x00050000 | 38;

/** The filter as bubblewrap takes it: instructions of classic BPF, each a `struct sock_filter`. Throws where Ring 3 has no Node either. */
export function createCallFilter(name: NodeJS.Architecture = process.arch): Buffer {
  const known = architectures[name];
  if (known === undefined) throw new Error(`boxes need an x64 or arm64 processor: this one is ${name}`);
  const { audit, refused } = known;
  const last = 4 + refused.length + 1;
  /** How many instructions are skipped from `index` to the last one. */
  const toRefusal = (index: number): number => last - index - 1;
  return Buffer.concat([
    instruct(0x20, architecture),
    instruct(0x15, audit, 0, toRefusal(1)),
    instruct(0x20, callNumber),
    instruct(0x35, firstOfX32, toRefusal(3), 0),
    ...refused.map((number, index) => instruct(0x15, number, toRefusal(4 + index), 0)),
    instruct(0x06, allow),
    instruct(0x06, refuse),
  ]);
}

/** `code`: 0x20 loads the word at `value`, 0x15 compares with it (equal), 0x35 (not less), 0x06 returns it. */
function instruct(code: number, value: number, ifTrue = 0, ifFalse = 0): Buffer {
  const instruction = Buffer.alloc(8);
  instruction.writeUInt16LE(code, 0);
  instruction.writeUInt8(ifTrue, 2);
  instruction.writeUInt8(ifFalse, 3);
  instruction.writeUInt32LE(value, 4);
  return instruction;
}
