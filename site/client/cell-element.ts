/** A cell before it is run: it adds the buttons to its bar and passes on what the reader does. */
import type { Kernel } from "../../schema/cell.ts";
import type { Editor } from "./edit.ts";
import { readValue, writeValue } from "./controls.ts";
import { hashText, readEdits, readInputs, storeEdit } from "./storage.ts";
import { startPage, whenIdle } from "./start.ts";
import type { Page } from "./page.ts";

export class CellElement extends HTMLElement {
  #editor: Promise<Editor> | null = null;
  #author = "";
  #wrongLine: number | null = null;

  connectedCallback(): void {
    const panels = this.querySelectorAll<HTMLElement>(".r3-panel");
    const code = this.querySelector(".r3-code");
    if (!panels[0] || !code || this.querySelector(".r3-actions")) return;
    this.#author = code.textContent ?? "";
    for (const panel of panels) this.#addRun(panel);
    panels[0].querySelector(".r3-bar")!.append(this.#createActions());
    this.#enableInputs();
    this.#recallEdit();
    this.addEventListener("click", this);
    this.addEventListener("input", this);
    this.addEventListener("keydown", this);
    // A reader who comes near a button will press it: what that needs begins to load now.
    const warm = (): void => void startPage().catch(() => {});
    for (const event of ["pointerover", "focusin"]) this.addEventListener(event, warm, { once: true });
    stepHints(this);
  }

  handleEvent(event: Event): void {
    const target = event.target;
    if (event instanceof KeyboardEvent) {
      const onCode = target instanceof Element && target.closest(".r3-code") !== null;
      if (onCode && event.key === "Enter" && (event.shiftKey || event.ctrlKey)) {
        event.preventDefault();
        this.#runFirst();
      }
      return;
    }
    if (!(target instanceof Element)) return;
    const control = target.closest<HTMLInputElement>("[data-key]");
    if (control && event.type === (control.type === "button" ? "click" : "input")) return this.#sendInput(control);
    const button = event.type === "click" ? target.closest<HTMLElement>("button[data-action]") : null;
    if (button)
      this.#act(
        button.dataset.action ?? "",
        (button.closest<HTMLElement>(".r3-panel")?.dataset.kernel ?? "sim") as Kernel,
      );
  }

  /** Marks the line in which a run failed, 1-based, in the text that stands here; null: none did. */
  markLine(line: number | null): void {
    this.#wrongLine = line;
    void this.#editor?.then((editor) => editor.markLine(line));
    this.querySelectorAll(".r3-code .line").forEach((element, index) => {
      element.classList.toggle("r3-wrong", index + 1 === line && this.#editor === null);
    });
  }

  get #id(): string {
    return this.dataset.cell ?? "";
  }

  #act(action: string, kernel: Kernel): void {
    switch (action) {
      case "run":
        return this.#withPage((page) => page.run(this.#id, kernel));
      case "stop":
        return this.#withPage((page) => page.stop(this.#id, kernel));
      case "check":
        return this.#withPage((page) => page.check(this.dataset.exercise ?? ""));
      case "edit":
        return void this.#edit();
      case "reset":
        return void this.#reset();
    }
  }

  #runFirst(): void {
    const kernel = this.querySelector<HTMLElement>(".r3-panel")?.dataset.kernel as Kernel;
    this.#withPage((page) => page.run(this.#id, kernel));
  }

  /** Does something with the page once it is alive; a failure to load stands in the cell's bar. */
  #withPage(use: (page: Page) => unknown): void {
    startPage()
      .then(use)
      .catch((error: unknown) => {
        const words = this.querySelector(".r3-state");
        if (words) words.textContent = `failed: ${error instanceof Error ? error.message : String(error)}`;
      });
  }

  #sendInput(control: HTMLInputElement): void {
    const value = readValue(control);
    const shown = control.parentElement?.querySelector("output");
    if (shown) shown.textContent = String(value);
    this.#withPage((page) => page.setInput(this.#id, control.dataset.key ?? "", value));
  }

  /** Baked inputs take the values that the reader left them at. The cells that read them follow, unless edited code would run without a click. */
  #enableInputs(): void {
    const kept = readInputs();
    for (const control of this.querySelectorAll<HTMLInputElement>("[data-key]")) {
      control.disabled = false;
      const key = control.dataset.key ?? "";
      if (!(key in kept)) continue;
      writeValue(control, kept[key]);
      if (Object.keys(readEdits()).length === 0) whenIdle(() => this.#sendInput(control));
    }
  }

  async #edit(): Promise<void> {
    const { openEditor } = await import("./edit.ts");
    const code = this.querySelector<HTMLElement>(".r3-code")!;
    this.#editor ??= openEditor(code, `Code of cell ${this.#id}`, {
      onChange: (text) => this.#change(text),
      onRun: () => this.#runFirst(),
      onLeave: () => this.querySelector<HTMLElement>("button[data-action]")?.focus(),
    });
    const editor = await this.#editor;
    editor.markLine(this.#wrongLine);
    editor.focus();
    this.#showReset(true);
  }

  #change(text: string): void {
    const edited = text !== this.#author;
    storeEdit(this.#id, edited ? { text, author: hashText(this.#author) } : null);
    this.#showReset(true);
    this.#withPage((page) => page.edit(this.#id, edited ? text : null));
  }

  async #reset(): Promise<void> {
    (await this.#editor)?.close();
    this.#editor = null;
    storeEdit(this.#id, null);
    this.querySelector(".r3-notice")?.remove();
    const code = this.querySelector(".r3-code")!;
    if (this.#listing) code.replaceChildren(...this.#listing);
    this.#showReset(false);
    this.querySelector<HTMLElement>('button[data-action="edit"]')?.focus();
    this.#withPage((page) => page.edit(this.#id, null));
  }

  /** The author's coloured listing, while the reader's text stands in its place. */
  #listing: Node[] | null = null;

  /** Shows an edit of an earlier visit. It does not run before a click. */
  #recallEdit(): void {
    const edit = readEdits()[this.#id];
    if (!edit) return;
    const code = this.querySelector(".r3-code")!;
    this.#listing = [...code.childNodes];
    code.replaceChildren(listLines(edit.text));
    if (edit.author !== hashText(this.#author)) this.#tellChange();
    this.#showReset(true);
    this.#withPage((page) => page.edit(this.#id, edit.text));
  }

  #tellChange(): void {
    const notice = document.createElement("p");
    notice.className = "r3-notice";
    notice.textContent =
      "The chapter has changed since your edit. Reset takes the chapter's text; until then yours stays.";
    this.querySelector(".r3-code")!.before(notice);
  }

  #showReset(visible: boolean): void {
    this.querySelector<HTMLElement>('button[data-action="reset"]')!.hidden = !visible;
  }

  #addRun(panel: HTMLElement): void {
    const button = this.#createButton("run", "Run");
    button.title = panel.dataset.kernel === "sim" ? "Run in the simulator" : "Run on your Linux";
    const elapsed = document.createElement("span");
    elapsed.className = "r3-elapsed";
    elapsed.ariaHidden = "true";
    panel.querySelector(".r3-kernel")!.after(button);
    panel.querySelector(".r3-state")!.after(elapsed);
  }

  #createActions(): HTMLElement {
    const actions = document.createElement("div");
    actions.className = "r3-actions";
    const reset = this.#createButton("reset", "Reset");
    reset.hidden = true;
    if (this.dataset.exercise) actions.append(this.#createButton("check", "Check"));
    actions.append(this.#createButton("edit", "Edit"), reset);
    return actions;
  }

  #createButton(action: string, label: string): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.action = action;
    button.textContent = label;
    return button;
  }
}

/** A reader's text as a listing without colours, in lines as the author's is. */
function listLines(text: string): HTMLElement {
  const code = document.createElement("code");
  const lines = text.split("\n").map((line) => {
    const element = document.createElement("span");
    element.className = "line";
    element.textContent = line;
    return element;
  });
  code.append(...lines.flatMap((line, index) => (index === 0 ? [line] : ["\n", line])));
  return code;
}

/** Hints come one at a time: each is offered when the one before has been opened. A solution asks once more. */
function stepHints(cell: HTMLElement): void {
  const exercise = cell.nextElementSibling;
  if (!exercise?.matches(".r3-exercise")) return;
  const hints = [...exercise.querySelectorAll<HTMLDetailsElement>(".r3-hint")];
  hints.forEach((hint, index) => {
    hint.hidden = index > 0;
    hint.addEventListener("toggle", () => {
      const next = hints[index + 1];
      if (next && hint.open) next.hidden = false;
    });
  });
  const solution = exercise.querySelector<HTMLDetailsElement>(".r3-solution");
  const content = solution && [...solution.children].slice(1);
  if (!solution || !content) return;
  const confirm = document.createElement("button");
  confirm.type = "button";
  confirm.textContent = "I have tried: show the solution";
  confirm.addEventListener("click", () => confirm.replaceWith(...content));
  for (const part of content) part.remove();
  solution.append(confirm);
}
