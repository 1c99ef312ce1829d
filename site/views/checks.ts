import type { Check } from "../../schema/cell.ts";
import type { Tree } from "../tree.ts";

/** Properties that were checked: a tick or a cross, and the word that says the same. */
export function renderChecks(checks: readonly Check[]): Tree {
  return ["ul", { class: "r3-checks", "aria-label": "Checks" }, ...checks.map(renderCheck)];
}

function renderCheck({ label, ok }: Check): Tree {
  const [mark, word] = ok ? ["✓", "holds"] : ["✗", "does not hold"];
  return [
    "li",
    { "data-ok": String(ok) },
    ["span", { "aria-hidden": "true" }, `${mark} `],
    label,
    ["span", { class: "r3-verdict" }, ` ${word}`],
  ];
}
