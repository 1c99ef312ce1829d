/** Browser-safe. What `display` makes of a value. */
import * as v from "valibot";
import { maxText } from "../schema/limits.ts";
import { viewSchema, type View } from "../schema/view.ts";
import { describeIssue } from "./inputs.ts";
import { inspect } from "./inspect.ts";

/** The view of a value: a view itself, a string as `console.log` would print it, anything else as a programmer would write it. */
export function showValue(value: unknown): View {
  if (typeof value === "string") return { view: "text", text: cutText(value) };
  if (isViewLike(value)) {
    const result = v.safeParse(viewSchema, value);
    if (!result.success) throw new TypeError(`This is no view: ${describeIssue(result.issues[0])}`);
    return result.output;
  }
  return { view: "value", text: inspect(value) };
}

function isViewLike(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof Reflect.getOwnPropertyDescriptor(value, "view")?.value === "string"
  );
}

function cutText(text: string): string {
  const rest = text.length + 1 - maxText;
  if (rest <= 0) return `${text}\n`;
  const note = `\n… ${rest + 100} more characters are not shown.\n`;
  return text.slice(0, maxText - 100) + note;
}
