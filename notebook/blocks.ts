/** Node only (Sätteri is native). Reads the fenced blocks of a Markdown text with the parser that the site is built with. */
import { markdownToMdast, type MdastNode } from "satteri";
import type { Place } from "./problems.ts";

/** One word of an info string after the language, and where it stands. */
export interface Word extends Place {
  readonly text: string;
}

export interface Block extends Place {
  /** The first word of the info string, or "". */
  readonly language: string;
  readonly words: readonly Word[];
  readonly source: string;
  /** Where the first character of `source` stands. */
  readonly start: Place;
  /** Does a closing fence end it? Otherwise it runs to the end of the text or of the list that it is in. */
  readonly closed: boolean;
}

export interface Markdown {
  /** `title` of the front matter, or null. */
  readonly title: string | null;
  readonly blocks: readonly Block[];
}

/** Reads every fenced block in the order of the text. A byte order mark and carriage returns are no part of it. */
export function readBlocks(markdown: string): Markdown {
  const text = normaliseText(markdown);
  const lines = text.split("\n");
  const blocks: Block[] = [];
  let title: string | null = null;
  const visit = (node: MdastNode, quotes: number): void => {
    if (node.type === "yaml") title ??= readTitle(node.value);
    if (node.type === "code") {
      const block = readBlock(node, lines, quotes);
      if (block) blocks.push(block);
    }
    if ("children" in node)
      for (const child of node.children) visit(child, node.type === "blockquote" ? quotes + 1 : quotes);
  };
  visit(markdownToMdast(text), 0);
  return { title, blocks };
}

/** A text without byte order mark, its lines ended by line feeds only. Lines and columns stay what an editor shows. */
export function normaliseText(text: string): string {
  return text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
}

function readTitle(frontMatter: string): string | null {
  const value = /^title:[ \t]*(.+?)[ \t]*$/m.exec(frontMatter)?.[1];
  return value?.replace(/^(["'])(.*)\1$/, "$2") ?? null;
}

function readBlock(node: MdastNode & { type: "code" }, lines: readonly string[], quotes: number): Block | null {
  const { start, end } = node.position!;
  const opening = lines[start.line - 1]!;
  const fence = /^(`{3,}|~{3,})[ \t]*(\S*)/.exec(opening.slice(start.column - 1));
  if (!fence) return null; // an indented block
  const infoAt = start.column - 1 + fence[0].length;
  const words = [...opening.slice(infoAt).matchAll(/\S+/g)].map((match) => ({
    text: match[0],
    line: start.line,
    column: infoAt + match.index + 1,
  }));
  const firstLine = node.value.split("\n", 1)[0]!;
  const firstRaw = lines[start.line] ?? "";
  const indented = firstLine !== "" && firstRaw.endsWith(firstLine);
  return {
    line: start.line,
    column: start.column,
    language: fence[2]!,
    words,
    source: node.value,
    start: { line: start.line + 1, column: indented ? firstRaw.length - firstLine.length + 1 : start.column },
    closed: end.line > start.line && isClosing(lines[end.line - 1]!, fence[1]!, quotes),
  };
}

/** Is `line` a closing fence for `fence`, `quotes` block quotations deep? */
function isClosing(line: string, fence: string, quotes: number): boolean {
  const rest = line.replace(new RegExp(`^(?:[ \\t]*>){${quotes}}`), "").trim();
  return rest.length >= fence.length && rest === fence.charAt(0).repeat(rest.length);
}
