/** What the page keeps in the browser: edits with the hash of the author's text that they began from, and the values of inputs. */

export interface StoredEdit {
  readonly text: string;
  /** `hashText` of the author's text at the time of the edit. */
  readonly author: string;
}

const chapterKey = (kind: string): string => `ring3:${kind}:${location.pathname}`;

export const readEdits = (): Record<string, StoredEdit> => readStored("edits");
export const readInputs = (): Record<string, unknown> => readStored("inputs");

/** Keeps the edit of a cell; null forgets it. */
export function storeEdit(id: string, edit: StoredEdit | null): void {
  const { [id]: _, ...others } = readEdits();
  store("edits", edit === null ? others : { ...others, [id]: edit });
}

export function storeInputs(inputs: Readonly<Record<string, unknown>>): void {
  store("inputs", inputs);
}

/** A short name for a text, to notice that it has changed (FNV-1a, 32 bits; not for secrets). */
export function hashText(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** Storage may be switched off or full, and may hold anything: then nothing is kept. */
function readStored<Value>(kind: string): Record<string, Value> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(chapterKey(kind)) ?? "{}");
    return typeof stored === "object" && stored !== null && !Array.isArray(stored) ? { ...stored } : {};
  } catch {
    return {};
  }
}

function store(kind: string, value: object): void {
  try {
    if (Object.keys(value).length === 0) localStorage.removeItem(chapterKey(kind));
    else localStorage.setItem(chapterKey(kind), JSON.stringify(value));
  } catch {
    // The page works without; it only forgets at the next reload.
  }
}
