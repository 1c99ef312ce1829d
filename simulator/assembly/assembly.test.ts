import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as v from "valibot";
import { viewSchema } from "../../schema/view.ts";
import {
  assemble,
  AssemblyError,
  ExecutionError,
  runAssembly,
  showListing,
  type AssemblyOptions,
  type Registers,
} from "./index.ts";

interface Case {
  readonly id: string;
  readonly command: string;
  readonly input: {
    readonly program: readonly string[];
    readonly threads: number;
    readonly interruptEvery: number;
    readonly randomInterrupts: boolean;
    readonly seed: number;
    readonly schedule: string;
    readonly argv: string;
    readonly loadAddress: number;
  };
  readonly expect: {
    readonly instructions: number;
    readonly final: Readonly<Record<string, number>>;
    readonly schedule: readonly (readonly number[])[];
    readonly pcTrace: readonly (readonly number[])[] | null;
  };
}
interface Interleavings {
  readonly program: readonly string[];
  readonly final: Readonly<Record<string, number>>;
}
const readOracle = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../tests/oracles/ostep/${name}.json`, import.meta.url), "utf8"));

/** `ax=1:bx=2,cx=3` */
const readRegisters = (argv: string): Partial<Registers>[] =>
  argv === ""
    ? []
    : argv
        .split(",")
        .map((thread) =>
          Object.fromEntries(thread.split(":").map((pair) => [pair.split("=")[0], Number(pair.split("=")[1])])),
        );

for (const { id, command, input, expect } of (readOracle("x86") as { readonly cases: readonly Case[] }).cases) {
  test(`${id}: ${command.split("&& ")[1]} runs as the book's machine runs it`, () => {
    const { program, argv, loadAddress, ...options } = input;
    const assembly = assemble(program.join("\n"), { start: loadAddress });
    const run = runAssembly(assembly, { ...options, registers: readRegisters(argv) });
    assert.equal(run.ending, "ended");
    assert.equal(run.trace.length, expect.instructions);
    for (const [name, value] of Object.entries(expect.final)) assert.equal(run.finals[name], value);
    assert.deepEqual(run.schedule, expect.schedule);
    // Long cases have only their schedule.
    const pcTrace = run.trace.map(({ thread, pc }) => [thread, pc]);
    if (expect.pcTrace) assert.deepEqual(pcTrace, expect.pcTrace);
  });
}

test("all 70 interleavings of two increments end as the book's machine ends them: 60 lose an update", () => {
  const { program, final } = readOracle("x86-all-interleavings") as Interleavings;
  const assembly = assemble(program.join("\n"));
  const finals = Object.keys(final).map((schedule) => [schedule, runAssembly(assembly, { schedule }).finals.count]);
  assert.equal(finals.length, 70);
  assert.deepEqual(Object.fromEntries(finals), final);
});

/** One thread's run; gives its registers at the end. */
function registersAfter(lines: readonly string[], options: AssemblyOptions = {}): Registers | undefined {
  return runAssembly(assemble([...lines, "halt"].join("\n")), { threads: 1, ...options }).trace.at(-1)?.registers;
}

test("a scaled index, a base register and a displacement add up to an address", () => {
  const after = registersAfter([
    ".var list 3",
    "lea list, %bx",
    "mov $2, %cx",
    "mov $7, 0(%bx,%cx,4)",
    "mov 108, %ax",
    "lea -4(%bx,%cx,4), %dx",
    "mov (%bx,%cx,4), %ex",
    "mov list(%zero,%cx,4), %fx",
  ]);
  assert.deepEqual([after?.ax, after?.dx, after?.ex, after?.fx], [7, 104, 7, 7]);
});

test("call pushes the address behind it, ret goes back there, and push and pop balance", () => {
  const after = registersAfter([
    "mov $5, %ax",
    "push %ax",
    "call .double",
    "pop %bx",
    "j .end",
    ".double",
    "add %ax, %ax",
    "ret",
    ".end",
  ]);
  assert.deepEqual([after?.ax, after?.bx, after?.sp], [10, 5, 128_000]);
});

test("a push of memory pushes its address, a pop without a register only drops", () => {
  const after = registersAfter([".var x", "push x", "pop %ax", "push %bx", "pop"]);
  assert.deepEqual([after?.ax, after?.sp], [100, 128_000]);
});

test("test compares the second operand with the first", () => {
  for (const [jump, expected] of [
    ["jgt", [3, 4]],
    ["jgte", [2, 3, 4]],
    ["jlt", [1]],
    ["jlte", [1, 2]],
    ["je", [2]],
    ["jne", [1, 3, 4]],
  ] as const) {
    const taken = [1, 2, 3, 4].filter(
      (value) =>
        registersAfter([`mov $${value}, %ax`, "test $2, %ax", `${jump} .end`, "mov $1, %bx", ".end"])?.bx === 0,
    );
    assert.deepEqual(taken, expected, jump);
  }
});

test("arithmetic works on registers: neg, mul, inc, dec, sub", () => {
  const after = registersAfter(["mov $3, %ax", "neg %ax", "mul $-4, %ax", "inc %ax", "dec %bx", "sub %bx, %ax"]);
  assert.deepEqual([after?.ax, after?.bx], [14, -1]);
  assert.ok(Object.is(registersAfter(["neg %ax"])?.ax, 0));
});

test("xchg and fetchadd change memory and give its old value in one instruction", () => {
  const run = runAssembly(assemble(".var x\nmov $5, %ax\nxchg %ax, x\nmov $2, %bx\nfetchadd %bx, x\nhalt"), {
    threads: 1,
  });
  assert.equal(run.finals.x, 7);
  assert.deepEqual([run.trace.at(-1)?.registers.ax, run.trace.at(-1)?.registers.bx], [0, 5]);
});

test("yield ends a turn at once, and the next interrupt is a whole distance away", () => {
  const run = runAssembly(assemble("nop\nyield\nnop\nnop\nnop\nhalt"), { interruptEvery: 3 });
  assert.deepEqual(run.schedule, [
    [0, 2],
    [1, 2],
    [0, 3],
    [1, 3],
    [0, 1],
    [1, 1],
  ]);
});

test("a program that never halts stops at the limit", () => {
  const run = runAssembly(assemble(".top\nj .top"), { limit: 1_000 });
  assert.equal(run.ending, "limit");
  assert.equal(run.trace.length, 1_000);
});

test("what is no program is refused with line, column and what was expected", () => {
  const errorOf = (text: string): string => {
    try {
      assemble(text);
    } catch (error) {
      assert.ok(error instanceof AssemblyError, String(error));
      return error.message;
    }
    return "no error";
  };
  assert.match(errorOf("nop\n  move $1, %ax"), /^line 2, column 3: move is no instruction; there are mov, lea/);
  assert.equal(
    errorOf("mov $1, %gx"),
    "line 1, column 9: %gx is no register; there are %zero, %ax, %bx, %cx, %dx, %ex, %fx, %sp, %bp",
  );
  assert.match(errorOf("mov count, %ax"), /column 5: there is no variable count; declare it: \.var count/);
  assert.match(errorOf("jne .top"), /column 5: there is no label \.top/);
  assert.match(errorOf("mov 4(%ax), 8(%bx)"), /mov takes \$number, %register; or .*; here is memory, memory/);
  assert.match(errorOf("add $x, %ax"), /column 5: \$x is no number/);
  assert.match(errorOf("mov 0(%ax,%bx,4,5), %ax"), /must be \(%register,%register,scale\)/);
  assert.match(errorOf("mov 0(%ax, %bx"), /operands are separated by one comma, and parentheses closed/);
  assert.match(errorOf("mov $1,, %ax"), /operands are separated by one comma/);
  assert.match(errorOf("halt now"), /halt takes nothing; here is memory|there is no variable now/);
  assert.match(errorOf(".top nop"), /column 6: a label stands alone on its line, but here is nop/);
  assert.match(errorOf(".top\n.top"), /line 2, column 1: the label \.top is there twice/);
  assert.match(errorOf(".var x\n.var x"), /the variable x is declared twice/);
  assert.match(errorOf(".var x 0"), /column 8: \.var takes a number of words from 1 on, not 0/);
  assert.match(errorOf(".var"), /\.var takes a name/);
  assert.match(errorOf(".var list 300"), /the variables reach to 1300, but the code begins at 1000/);
  assert.match(errorOf("mov $99999999999999999999, %ax"), /too large a number/);
});

test("an instruction that cannot be performed names its thread and line", () => {
  const errorOf = (text: string): string => {
    try {
      runAssembly(assemble(text), { threads: 1 });
    } catch (error) {
      assert.ok(error instanceof ExecutionError, String(error));
      return error.message;
    }
    return "no error";
  };
  assert.equal(
    errorOf("nop\nmov -1, %ax\nhalt"),
    "thread 0, line 2 (mov -1, %ax): there is no address -1, only 0 to 131071",
  );
  assert.match(errorOf("mov $1, 1000\nhalt"), /at address 1000 is code/);
  assert.match(errorOf("nop"), /the program goes on at 1001, where no instruction is; end it with halt/);
  assert.match(errorOf("mov $2, %ax\n.top\nmul %ax, %ax\nj .top"), /too large/);
});

test("an option that makes no sense is an error that says which", () => {
  const program = assemble("halt");
  assert.throws(() => runAssembly(program, { threads: 0 }), /threads must be a whole number from 1 to 20, not 0/);
  assert.throws(() => runAssembly(program, { interruptEvery: 0 }), /interruptEvery must be/);
  assert.throws(() => runAssembly(program, { schedule: "02" }), /names a thread that there is not/);
  assert.throws(() => runAssembly(program, { schedule: "00" }), /never runs thread 1/);
  assert.throws(() => runAssembly(program, { threads: 3, registers: [{}, {}] }), /registers for each of 3 threads/);
  assert.throws(
    () => runAssembly(program, { registers: [{ zx: 1 } as Partial<Registers>] }),
    /zx=1 must be a register/,
  );
});

test("the listing shows who ran what, with variables and the registers that were asked for", () => {
  const run = runAssembly(assemble(".var x\nmov $3, %ax\nmov %ax, x\nhalt"), { interruptEvery: 1 });
  const view = showListing(run, { registers: ["ax"] });
  assert.ok(v.is(viewSchema, view));
  assert.deepEqual(view.columns, ["x", "%ax", "thread 0", "thread 1"]);
  assert.deepEqual(view.rows.slice(0, 3), [
    [0, 3, "1000 mov $3, %ax", null],
    [0, 3, null, "1000 mov $3, %ax"],
    [3, 3, "1001 mov %ax, x", null],
  ]);
  assert.throws(() => showListing(run, { variables: ["y"] }), /no variable y/);
});
