/** From the text of an assembly program to its instructions, in two passes: first where labels and variables are, then what is said. */
import { instructionSet, registerNames, type Operand, type Register } from "./instructions.ts";

export interface Instruction {
  readonly opcode: string;
  readonly operands: readonly Operand[];
  /** As it was written, without the comment. */
  readonly text: string;
  /** Where, counted from 1. */
  readonly line: number;
}

export interface Variable {
  readonly address: number;
  /** How many words it has; they are 4 addresses apart. */
  readonly words: number;
}

export interface Assembly {
  /** The address of the first instruction; each takes one. */
  readonly start: number;
  readonly instructions: readonly Instruction[];
  readonly variables: Readonly<Record<string, Variable>>;
  readonly labels: Readonly<Record<string, number>>;
}

/** The text is no program: `line` and `column`, counted from 1, say where. */
export class AssemblyError extends SyntaxError {
  override readonly name = "AssemblyError";
  readonly line: number;
  readonly column: number;
  constructor(message: string, line: number, column: number) {
    super(`line ${line}, column ${column}: ${message}`);
    this.line = line;
    this.column = column;
  }
}

/** Where the first variable is; each word takes 4 addresses. */
const FIRST_VARIABLE = 100;
const MAX_LINES = 10_000;

interface Word {
  readonly text: string;
  readonly column: number;
}
interface Line {
  readonly number: number;
  readonly text: string;
  readonly words: readonly Word[];
}

/**
 * Assembles a program: a line is `.var name [words]`, `.label`, an instruction, or empty; `#` begins a comment.
 * @param start where the code goes; default 1000, as in the book.
 * @throws AssemblyError: what is wrong, where, and what was expected.
 */
export function assemble(text: string, { start = 1000 }: { readonly start?: number } = {}): Assembly {
  const lines = readLines(text);
  const instructionLines: Line[] = [];
  const variables: Record<string, Variable> = {};
  const labels: Record<string, number> = {};
  let free = FIRST_VARIABLE;
  for (const line of lines) {
    const [first] = line.words;
    if (first?.text === ".var") {
      const { name, words } = readVariable(line);
      if (Object.hasOwn(variables, name))
        throw new AssemblyError(`the variable ${name} is declared twice`, line.number, 1);
      variables[name] = { address: free, words };
      free += 4 * words;
      if (free >= start) {
        throw new AssemblyError(`the variables reach to ${free}, but the code begins at ${start}`, line.number, 1);
      }
    } else if (first?.text.startsWith(".")) {
      refuseMore(line, 1, "a label stands alone on its line");
      if (Object.hasOwn(labels, first.text)) {
        throw new AssemblyError(`the label ${first.text} is there twice`, line.number, first.column);
      }
      labels[first.text] = start + instructionLines.length;
    } else instructionLines.push(line);
  }
  const instructions = instructionLines.map((line) => readInstruction(line, { variables, labels }));
  return { start, instructions, variables, labels };
}

/** The lines with something on them, cut into words. */
function readLines(text: string): Line[] {
  const all = text.split("\n");
  if (all.length > MAX_LINES) throw new AssemblyError(`a program has at most ${MAX_LINES} lines`, MAX_LINES + 1, 1);
  return all
    .map((whole, index) => {
      const code = whole.replace(/#.*/, "").trimEnd();
      const words = [...code.matchAll(/\S+/g)].map((match) => ({ text: match[0], column: match.index + 1 }));
      return { number: index + 1, text: code, words };
    })
    .filter(({ words }) => words.length > 0);
}

function readVariable(line: Line): { readonly name: string; readonly words: number } {
  const [, name, size] = line.words;
  if (!name || !/^[A-Za-z]\w*$/.test(name.text)) {
    throw new AssemblyError(
      ".var takes a name of letters and digits",
      line.number,
      name?.column ?? line.text.length + 1,
    );
  }
  refuseMore(line, 3, ".var takes a name and a number of words");
  const words = Number(size?.text ?? 1);
  if (!Number.isInteger(words) || words < 1) {
    throw new AssemblyError(
      `.var takes a number of words from 1 on, not ${size?.text}`,
      line.number,
      size?.column ?? 1,
    );
  }
  return { name: name.text, words };
}

function refuseMore({ words, number }: Line, count: number, rule: string): void {
  const extra = words[count];
  if (extra) throw new AssemblyError(`${rule}, but here is ${extra.text}`, number, extra.column);
}

type Names = Pick<Assembly, "variables" | "labels">;

function readInstruction(line: Line, names: Names): Instruction {
  const [first] = line.words;
  const opcode = first?.text ?? "";
  const column = first?.column ?? 1;
  const model = Object.hasOwn(instructionSet, opcode) ? instructionSet[opcode] : undefined;
  if (!model) {
    const known = Object.keys(instructionSet).join(", ");
    throw new AssemblyError(`${opcode} is no instruction; there are ${known}`, line.number, column);
  }
  const operands = splitOperands(line, column - 1 + opcode.length).map((word) => readOperand(word, line.number, names));
  const kinds = operands.map(({ kind }) => kind).join();
  if (!model.forms.some((form) => form.join() === kinds)) {
    const expected = model.forms.map((form) => form.map((kind) => shapes[kind]).join(", ") || "nothing").join("; or ");
    const found = operands.map(({ kind }) => shapes[kind]).join(", ") || "nothing";
    throw new AssemblyError(`${opcode} takes ${expected}; here is ${found}`, line.number, column);
  }
  return { opcode, operands, text: line.text.trim(), line: line.number };
}

const shapes: Readonly<Record<Operand["kind"], string>> = {
  immediate: "$number",
  register: "%register",
  memory: "memory",
  label: ".label",
};

/** What stands between commas that are in no parentheses. */
function splitOperands({ text, number }: Line, from: number): Word[] {
  const rest = text.slice(from);
  if (rest.trim() === "") return [];
  const parts = [...rest.matchAll(/(?:\([^()]*\)|[^,()])+|[,()]/g)];
  const operands = parts.filter((_part, index) => index % 2 === 0);
  const bad = parts.find((part, index) => (part[0] === ",") !== (index % 2 === 1) || /^[()]$/.test(part[0]));
  if (bad || parts.length % 2 === 0) {
    const column = from + (bad?.index ?? rest.length) + 1;
    throw new AssemblyError("operands are separated by one comma, and parentheses closed", number, column);
  }
  return operands.map((part) => ({
    text: part[0].trim(),
    column: from + part.index + 1 + (part[0].length - part[0].trimStart().length),
  }));
}

const isRegister = (name: string): name is Register => (registerNames as readonly string[]).includes(name);

function readOperand({ text, column }: Word, line: number, { variables, labels }: Names): Operand {
  const refuse = (message: string): never => {
    throw new AssemblyError(message, line, column);
  };
  if (text.startsWith("$")) {
    return /^\$-?\d+$/.test(text)
      ? { kind: "immediate", value: readNumber(text.slice(1)) }
      : refuse(`${text} is no number: write $5 or $-5`);
  }
  if (text.startsWith("%")) return { kind: "register", register: readRegister(text) };
  if (text.startsWith(".")) {
    const target = Object.hasOwn(labels, text) ? labels[text] : undefined;
    return target === undefined ? refuse(`there is no label ${text}`) : { kind: "label", name: text, target };
  }
  const memory = /^(-?\d*|[A-Za-z]\w*)\s*(?:\(([^()]*)\))?$/.exec(text);
  if (!memory || text === "" || text === "-") {
    return refuse(`${text || "nothing"} is no operand: expected $5, %ax, 8(%bx,%cx,4), a variable or a .label`);
  }
  const [, base = "", inside = ""] = memory;
  const [first = "", second = "", scale = "1", ...more] = inside.split(",").map((part) => part.trim());
  if (more.length > 0 || !/^\d+$/.test(scale)) refuse(`(${inside}) must be (%register,%register,scale)`);
  const registers = [first, second].map((name) => (name === "" ? "zero" : readRegister(name)));
  const [one = "zero", two = "zero"] = registers;
  return { kind: "memory", base: readBase(base), registers: [one, two], scale: Number(scale) };

  function readRegister(written: string): Register {
    const name = written.slice(1);
    if (written.startsWith("%") && isRegister(name)) return name;
    return refuse(`${written} is no register; there are ${registerNames.map((known) => `%${known}`).join(", ")}`);
  }

  function readBase(written: string): number {
    if (!/^[A-Za-z]/.test(written)) return readNumber(written);
    const variable = Object.hasOwn(variables, written) ? variables[written] : undefined;
    return variable ? variable.address : refuse(`there is no variable ${written}; declare it: .var ${written}`);
  }

  function readNumber(written: string): number {
    const number = Number(written);
    return Number.isSafeInteger(number) ? number : refuse(`${written} is too large a number`);
  }
}
