/** Draws the state of one side of a cell. Nodes of things that did not change stay, so that focus, scrolling and a drag survive. */
import type { Kernel } from "../../schema/cell.ts";
import type { View } from "../../schema/view.ts";
import { type CellState, type Item, type Shown, traceOf } from "../cell/state.ts";
import { describeElapsed, describeState } from "../cell/words.ts";
import { toDom } from "../dom.ts";
import { renderChecks } from "../views/checks.ts";
import { renderError } from "../views/error.ts";
import { renderInput } from "../views/input.ts";
import { isDiagram, renderPlainView } from "../views/plain.ts";
import type { CellElement } from "./cell-element.ts";
import { describeInput, writeValue } from "./controls.ts";
import { drawDiagram } from "./diagrams.ts";

export interface Side {
  readonly draw: (state: CellState, context: DrawContext) => void;
  /** The running time, which is not announced. */
  readonly tick: (state: CellState) => void;
}
export interface DrawContext {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly cpus: number;
}

/** The side of `cell` on `kernel`. What was baked into the page comes back with the state `fresh`. */
export function createSide(cell: CellElement, kernel: Kernel): Side {
  const panel = cell.querySelector<HTMLElement>(`.r3-panel[data-kernel="${kernel}"]`)!;
  const words = panel.querySelector<HTMLElement>(".r3-state")!;
  const elapsed = panel.querySelector<HTMLElement>(".r3-elapsed")!;
  const button = panel.querySelector<HTMLButtonElement>("button[data-action]")!;
  const output = panel.querySelector<HTMLElement>(".r3-output")!;
  const baked = [...output.childNodes];
  const bakedWords = words.textContent;
  const drawn = new WeakMap<object, Node>();
  const live = document.createElement("pre");
  live.className = "r3-text";
  live.tabIndex = 0;

  const keep = (key: object, draw: () => Node): Node => {
    const known = drawn.get(key);
    if (known) return known;
    const node = draw();
    drawn.set(key, node);
    return node;
  };
  const drawItem = (item: Item, { inputs }: DrawContext): Node => {
    if (item.kind === "view") return keep(item, () => drawView(item.view));
    const { key, input } = item;
    const value = (inputs[key] ?? input.value) as typeof input.value;
    const node = keep(item, () => toDom(renderInput(key, input, value))) as Element;
    // The one that stands there, baked or drawn before, may be under the reader's hand: it stays.
    const description = describeInput(node);
    const same = [...output.children].find((child) => child === node || describeInput(child) === description);
    for (const control of same?.querySelectorAll<HTMLInputElement>("[data-key]") ?? []) writeValue(control, value);
    return same ?? node;
  };
  const drawShown = (shown: Shown, context: DrawContext): Node[] => {
    const trace = traceOf(shown, context.cpus);
    writeOutput(live, shown.output);
    return [
      ...shown.items.map((item) => drawItem(item, context)),
      ...(shown.output === "" ? [] : [live]),
      ...(shown.checks.length === 0 ? [] : [keep(shown.checks, () => toDom(renderChecks(shown.checks)))]),
      ...(shown.error === null ? [] : [keep(shown.error, () => toDom(renderError(shown.error!)))]),
      ...(trace === null
        ? []
        : [keep(shown.trace, () => drawView({ view: "timeline", trace, title: "What the processes did" }))]),
    ];
  };

  return {
    draw: (state, context) => {
      cell.dataset.state = panel.dataset.state = state.status;
      cell.toggleAttribute("data-edited", state.edited);
      setText(words, describeState(state, bakedWords));
      setText(elapsed, describeElapsed(state, performance.now()));
      button.dataset.action = state.status === "running" ? "stop" : "run";
      setText(button, state.status === "running" ? "Stop" : "Run");
      if (state.shown !== null) {
        output.style.minHeight = `${Math.max(output.offsetHeight, Number.parseFloat(output.style.minHeight) || 0)}px`;
        place(output, [
          ...drawShown(state.shown, context),
          ...(state.remedy === null ? [] : [drawRemedy(state.remedy)]),
        ]);
      } else {
        output.style.minHeight = "";
        place(output, state.remedy === null ? baked : [drawRemedy(state.remedy), ...baked]);
      }
      cell.markLine(state.status === "failed" ? (state.shown?.error?.position?.line ?? null) : null);
    },
    tick: (state) => setText(elapsed, describeElapsed(state, performance.now())),
  };
}

const drawView = (view: View): Node => (isDiagram(view) ? drawDiagram(view) : toDom(renderPlainView(view)));

/** A long text that grows is not made anew each time, or a flood would hold up the page. */
function writeOutput(element: HTMLElement, text: string): void {
  const written = element.textContent;
  if (!text.startsWith(written)) element.textContent = text;
  else if (text.length > written.length) element.append(text.slice(written.length));
}

function drawRemedy(remedy: string): Node {
  return toDom(["p", { class: "r3-remedy" }, "What helps: ", ["code", {}, remedy]]);
}

function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Makes `nodes` the children, moving none that stands where it should. A part that was open stays open. */
function place(parent: HTMLElement, nodes: readonly Node[]): void {
  const open = [...parent.querySelectorAll("details")].map((details) => details.open);
  nodes.forEach((node, index) => {
    const old = parent.childNodes[index];
    if (old !== node) parent.insertBefore(node, old ?? null);
  });
  while (parent.childNodes.length > nodes.length) parent.lastChild!.remove();
  parent.querySelectorAll("details").forEach((details, index) => (details.open = open[index] ?? details.open));
}
