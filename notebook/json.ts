/** Browser-safe. Values that can leave the notebook as JSON. */
import { maxText } from "../schema/limits.ts";

const maxNodes = 10_000;
const maxDepth = 20;

/**
 * Is `value` plain data — null, booleans, finite numbers, strings, arrays and plain objects — of bounded size? Then it means the same
 * after `JSON.stringify` and back. What it costs is bounded too.
 */
export function isJson(value: unknown): boolean {
  let nodes = 0;
  let characters = 0;
  const visit = (one: unknown, depth: number): boolean => {
    if (++nodes > maxNodes || depth > maxDepth) return false;
    if (one === null || typeof one === "boolean") return true;
    if (typeof one === "number") return Number.isFinite(one);
    if (typeof one === "string") return (characters += one.length) <= maxText;
    if (typeof one !== "object") return false;
    if (Array.isArray(one)) return one.length <= maxNodes && one.every((item) => visit(item, depth + 1));
    const prototype: unknown = Object.getPrototypeOf(one);
    if (prototype !== Object.prototype && prototype !== null) return false;
    return Object.entries(one).every(([key, item]) => (characters += key.length) <= maxText && visit(item, depth + 1));
  };
  return visit(value, 0);
}
