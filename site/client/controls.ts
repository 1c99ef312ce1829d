/** The inputs of cells as they stand in the page: reading them, setting them, telling one from another. */

/** The value that a control shows, as the notebook takes it; a button counts its clicks. */
export function readValue(control: HTMLInputElement): unknown {
  switch (control.type) {
    case "range":
      return control.valueAsNumber;
    case "checkbox":
      return control.checked;
    case "button":
      control.value = String(Number(control.value) + 1);
      return Number(control.value);
    default:
      return control.value;
  }
}

/** Makes a control show `value`. */
export function writeValue(control: HTMLInputElement, value: unknown): void {
  if (control.type === "checkbox") control.checked = value === true;
  else if (control.type === "radio") control.checked = control.value === value;
  else control.value = String(value);
  const shown = control.parentElement?.querySelector("output");
  if (shown) shown.textContent = String(value);
}

/** What an input is, apart from the value that it shows: two that are described alike are the same one. */
export function describeInput(input: Element): string {
  const copy = input.cloneNode(true) as Element;
  copy.querySelector("output")?.replaceChildren();
  for (const part of copy.querySelectorAll("input, select, option, button")) {
    for (const name of ["checked", "selected", "disabled"]) part.removeAttribute(name);
    if (part.matches("input:not([type=radio]), button")) part.removeAttribute("value");
  }
  return copy.outerHTML;
}
