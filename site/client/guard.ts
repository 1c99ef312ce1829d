/** What comes out of the fence is hostile until it is parsed: bounded in size, in rate and in shape. */
import * as v from "valibot";
import { type FromFence, fromFenceSchema } from "../../schema/protocol.ts";

/** The size of a message: its numbers, strings and objects, and the characters of all its strings. */
export interface Size {
  readonly nodes: number;
  readonly characters: number;
}

/** What is let in at once, and again in each second. A dragged slider redraws a large timeline sixty times a second; nobody reads 4 MB in one. */
const most = { messages: 2_000, nodes: 400_000, characters: 4_000_000 };
const perSecond = { messages: 1_000, nodes: 2_000_000, characters: 4_000_000 };

/** Parses the messages of one fence; throws, in words for the reader, at the first that it refuses. */
export function createGuard(now: () => number): (message: unknown) => FromFence {
  const allowance = { ...most };
  let last = now();
  const spend = (what: keyof typeof most, amount: number, seconds: number): boolean => {
    allowance[what] = Math.min(most[what], allowance[what] + seconds * perSecond[what]) - amount;
    return allowance[what] >= 0;
  };
  return (message) => {
    const time = now();
    const seconds = (time - last) / 1000;
    last = time;
    if (!spend("messages", 1, seconds)) throw new Error("stopped: it sent more messages than a page can show");
    const { nodes, characters } = measure(message);
    const isSmall = spend("nodes", nodes, seconds) && spend("characters", characters, seconds);
    if (!isSmall) throw new Error("stopped: it showed more than a page can hold");
    const parsed = v.safeParse(fromFenceSchema, message);
    if (!parsed.success) throw new Error("stopped: it sent something that is not a view");
    return parsed.output;
  };
}

/** Measures a cloned message before anything else looks at it: without recursion, and only until it is known to be too large. */
export function measure(message: unknown): Size {
  let nodes = 0;
  let characters = 0;
  const seen = new Set<object>();
  const rest: unknown[] = [message];
  while (rest.length > 0 && nodes <= most.nodes && characters <= most.characters) {
    const value = rest.pop();
    nodes++;
    if (typeof value === "string") characters += value.length;
    else if (ArrayBuffer.isView(value)) nodes += value.byteLength / 8;
    else if (typeof value === "object" && value !== null) {
      if (seen.has(value)) continue;
      seen.add(value);
      const parts =
        value instanceof Map ? [...value.keys(), ...value.values()] : value instanceof Set ? [...value] : null;
      if (parts === null) for (const key in value) rest.push(key, (value as Record<string, unknown>)[key]);
      else rest.push(...parts.slice(0, most.nodes));
    }
  }
  return { nodes, characters };
}
