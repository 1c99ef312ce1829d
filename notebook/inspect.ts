/** Browser-safe. Prints a value as a programmer would write it. Bounded, and calls nothing of the value but its own getters' descriptors. */

const limits = { depth: 4, entries: 100, bytes: 64, text: 2_000, total: 20_000, line: 76 } as const;

interface Printer {
  readonly path: object[];
  left: number;
}

/** The text of any value: at most about 20 000 characters, four levels deep, 100 entries of each list. */
export function inspect(value: unknown): string {
  return print(value, { path: [], left: limits.total });
}

function print(value: unknown, printer: Printer): string {
  const text = printOne(value, printer);
  printer.left -= text.length;
  return text;
}

function printOne(value: unknown, printer: Printer): string {
  switch (typeof value) {
    case "string":
      return printString(value);
    case "bigint":
      return `${value}n`;
    case "symbol":
      return value.toString();
    case "function":
      return printFunction(value);
    case "object":
      return value === null ? "null" : printObject(value, printer);
    default:
      return Object.is(value, -0) ? "-0" : String(value);
  }
}

function printString(value: string): string {
  const shown = JSON.stringify(value.slice(0, limits.text));
  return value.length > limits.text ? `${shown} … ${value.length - limits.text} more characters` : shown;
}

function printFunction(value: object): string {
  const name = readOwn(value, "name");
  const isClass = /^class\b/.test(Function.prototype.toString.call(value));
  return `[${isClass ? "class" : "function"}${typeof name === "string" && name ? ` ${name}` : ""}]`;
}

function printObject(value: object, printer: Printer): string {
  if (printer.path.includes(value)) return "[circular]";
  if (printer.left <= 0) return "…";
  const kind = nameClass(value);
  if (printer.path.length >= limits.depth)
    return Array.isArray(value) ? "[…]" : `${kind === "Object" ? "" : `${kind} `}{…}`;
  printer.path.push(value);
  try {
    return printContents(value, kind, printer);
  } finally {
    printer.path.pop();
  }
}

function printContents(value: object, kind: string, printer: Printer): string {
  if (Array.isArray(value)) return wrap("[", printList(value, value.length, printer), "]");
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof RegExp) return RegExp.prototype.toString.call(value);
  if (value instanceof Error) return printError(value);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const numbers = value as unknown as ArrayLike<number>;
    return wrap(`${kind}(${numbers.length}) [`, printList(numbers, numbers.length, printer, limits.bytes), "]");
  }
  if (value instanceof ArrayBuffer) return `ArrayBuffer(${value.byteLength})`;
  if (value instanceof Map)
    return wrap(
      `Map(${value.size}) {`,
      printEntries(value, value.size, ([key, item]) => `${print(key, printer)} => ${print(item, printer)}`),
      "}",
    );
  if (value instanceof Set)
    return wrap(
      `Set(${value.size}) {`,
      printEntries(value, value.size, (item) => print(item, printer)),
      "}",
    );
  if (value instanceof Promise) return "Promise {…}";
  const properties = printProperties(value, printer);
  if (kind === "Object") return wrap("{", properties, "}");
  return properties.length ? wrap(`${kind} {`, properties, "}") : `${kind} {}`;
}

function printError(error: Error): string {
  const name = error.name;
  return error.message ? `${name}: ${error.message.slice(0, limits.text)}` : String(name);
}

function printList(
  list: ArrayLike<unknown>,
  length: number,
  printer: Printer,
  most: number = limits.entries,
): string[] {
  const items: string[] = [];
  for (let i = 0; i < Math.min(length, most) && printer.left > 0; i++)
    items.push(i in list ? print(list[i], printer) : "<empty>");
  return items.length < length ? [...items, `… ${length - items.length} more`] : items;
}

function printEntries<T>(entries: Iterable<T>, size: number, printEntry: (entry: T) => string): string[] {
  const items: string[] = [];
  for (const entry of entries) {
    if (items.length === limits.entries) return [...items, `… ${size - items.length} more`];
    items.push(printEntry(entry));
  }
  return items;
}

function printProperties(value: object, printer: Printer): string[] {
  const keys = Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
  const items: string[] = [];
  for (const key of keys.slice(0, limits.entries)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(value, key);
    if (!descriptor || printer.left <= 0) break;
    const shown =
      typeof key === "string" ? (/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)) : `[${key.toString()}]`;
    items.push(`${shown}: ${"value" in descriptor ? print(descriptor.value, printer) : "[getter]"}`);
  }
  return items.length < keys.length ? [...items, `… ${keys.length - items.length} more`] : items;
}

/** On one line where it fits, otherwise one item a line. */
function wrap(open: string, items: readonly string[], close: string): string {
  const pad = close === "}" ? " " : "";
  if (items.length === 0) return `${open}${close}`;
  const line = `${open}${pad}${items.join(", ")}${pad}${close}`;
  if (line.length <= limits.line && !line.includes("\n")) return line;
  if (items.every((item) => item.length <= 12)) return `${open}\n${fill(items)}\n${close}`;
  return `${open}\n${items.map((item) => `  ${item.replaceAll("\n", "\n  ")}`).join(",\n")}\n${close}`;
}

/** Short items, as many on a line as fit. */
function fill(items: readonly string[]): string {
  const lines = ["  "];
  for (const [i, item] of items.entries()) {
    const text = i < items.length - 1 ? `${item}, ` : item;
    if (lines.at(-1)!.length + text.length > limits.line) lines.push("  ");
    lines[lines.length - 1] += text;
  }
  return lines.map((line) => line.trimEnd()).join("\n");
}

function nameClass(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return "Object";
  const constructor = readOwn(prototype as object, "constructor");
  const name = typeof constructor === "function" ? readOwn(constructor, "name") : undefined;
  return typeof name === "string" && name ? name : "Object";
}

function readOwn(value: object, key: string): unknown {
  return Reflect.getOwnPropertyDescriptor(value, key)?.value;
}
