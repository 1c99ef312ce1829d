/** Messages: data, and its words in a trace. */
import type { Message } from "../../schema/calls/messages.ts";

/** Longest message, in UTF-16 units of its JSON. */
const longestMessage = 4_096;
const tooLong = `data that JSON can write in ${longestMessage} characters`;

/** An argument that is a message. */
export function message(value: unknown): string | null {
  try {
    return (JSON.stringify(value)?.length ?? Infinity) <= longestMessage ? null : tooLong;
  } catch {
    return tooLong;
  }
}

/** A message in the words of a trace. */
export const showMessage = (sent: Message): string => JSON.stringify(sent).slice(0, 200);
