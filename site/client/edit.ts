/** The editor, loaded when the reader presses Edit. It lives in a shadow root: there its styles are sheets, which the page's policy allows. */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { typescriptLanguage } from "@codemirror/lang-javascript";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export interface Editor {
  readonly focus: () => void;
  /** Marks the line in which a run failed, 1-based; null: none did. */
  readonly markLine: (line: number | null) => void;
  readonly close: () => void;
}
export interface EditorEvents {
  readonly onChange: (text: string) => void;
  readonly onRun: () => void;
  /** Escape was pressed: the focus should leave, so that the keyboard is never trapped. */
  readonly onLeave: () => void;
}

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--r3-code-keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--r3-code-string)" },
  { tag: [tags.number, tags.bool, tags.null, tags.typeName], color: "var(--r3-code-constant)" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--r3-code-function)" },
  { tag: tags.comment, color: "var(--r3-code-comment)" },
]);

const looks = EditorView.theme({
  "&": { color: "var(--r3-code-text)", backgroundColor: "var(--r3-code-background)", fontSize: "var(--r3-code-size)" },
  "&.cm-focused": { outline: "2px solid var(--r3-focus)" },
  ".cm-scroller": { fontFamily: "var(--__sl-font-mono)", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--r3-code-text)", padding: "0.75rem 0" },
  ".cm-gutters": { color: "var(--r3-code-comment)", backgroundColor: "transparent", border: "none" },
  ".cm-cursor": { borderLeftColor: "var(--r3-code-text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--r3-code-selection)",
  },
  ".r3-wrong": {
    textDecoration: "underline wavy var(--r3-bad)",
    textUnderlineOffset: "0.25em",
    backgroundColor: "color-mix(in srgb, var(--r3-bad) 14%, transparent)",
  },
});

const wrong = StateEffect.define<number | null>();
const wrongLine = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, { effects, changes, state }) => {
    const line = effects.findLast((effect) => effect.is(wrong))?.value;
    if (line === undefined) return marks.map(changes);
    if (line === null || line > state.doc.lines) return Decoration.none;
    return Decoration.set(Decoration.line({ class: "r3-wrong" }).range(state.doc.line(line).from));
  },
  provide: (field) => EditorView.decorations.from(field),
});

/**
 * Typing over a selection is done by us: Chromium would carry the style of what is replaced along as a style attribute, which the page's
 * policy refuses with an error in the console.
 */
const typeOver = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    if (event.inputType !== "insertText" || event.data === null || view.state.selection.main.empty) return false;
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    return true;
  },
});

/** Puts an editor in the place of a listing; closing it brings the listing back. */
export async function openEditor(listing: HTMLElement, label: string, events: EditorEvents): Promise<Editor> {
  const host = document.createElement("div");
  host.className = "r3-editor";
  const root = host.attachShadow({ mode: "open" });
  const run = (): boolean => {
    events.onRun();
    return true;
  };
  const leave = (): boolean => {
    events.onLeave();
    return true;
  };
  listing.before(host);
  listing.hidden = true;
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: listing.textContent ?? "",
      extensions: [
        keymap.of([
          { key: "Escape", run: leave },
          { key: "Shift-Enter", run },
          { key: "Ctrl-Enter", mac: "Cmd-Enter", run },
          ...defaultKeymap,
          ...historyKeymap,
          indentWithTab,
        ]),
        lineNumbers(),
        history(),
        drawSelection(),
        bracketMatching(),
        indentOnInput(),
        typescriptLanguage,
        syntaxHighlighting(colours),
        looks,
        typeOver,
        wrongLine,
        EditorView.contentAttributes.of({
          "aria-label": `${label}. Escape leaves the editor, Shift and Enter run it.`,
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) events.onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    focus: () => view.focus(),
    markLine: (line) => view.dispatch({ effects: wrong.of(line) }),
    close: () => {
      view.destroy();
      host.remove();
      listing.hidden = false;
    },
  };
}
