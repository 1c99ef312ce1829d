/** Listings in colour without style attributes: each pair of colours (light, dark) is a class, and the classes are one style sheet. */
import { createHighlighter, type Highlighter, type ThemedTokenWithVariants } from "shiki";
import type { Tree } from "../tree.ts";

const themes = { light: "github-light-high-contrast", dark: "github-dark-high-contrast" } as const;
const languages = ["ts", "js", "sh", "c", "json", "ini", "diff", "console", "make", "css", "html", "md"];

export interface Highlight {
  /** The lines of a listing, each a span, so that a line can be marked. */
  readonly colour: (source: string, language: string) => Tree[];
  /** The rules for every class that `colour` has given out so far. */
  readonly printStyles: () => string;
}

/** Colours listings; languages that are not known are shown plain. */
export async function createHighlight(): Promise<Highlight> {
  const shiki: Highlighter = await createHighlighter({ themes: Object.values(themes), langs: languages });
  const known = new Set<string>(shiki.getLoadedLanguages());
  const plain = shiki.getTheme(themes.light).fg.toUpperCase();
  const classes = new Map<string, readonly [light: string, dark: string]>();

  const classOf = (light: string, dark: string): string => {
    const name = `k${light.slice(1)}${dark.slice(1)}`.toLowerCase();
    classes.set(name, [light, dark]);
    return name;
  };
  const colourToken = ({ content, variants: { light, dark } }: ThemedTokenWithVariants): Tree => {
    if (light?.color === undefined || dark?.color === undefined || content.trim() === "") return content;
    if (light.color.toUpperCase() === plain) return content;
    return ["span", { class: classOf(light.color, dark.color) }, content];
  };
  const colour = (source: string, language: string): Tree[] => {
    const lang = known.has(language) ? language : "text";
    const lines = shiki.codeToTokensWithThemes(source, { lang: lang as "ts", themes });
    return lines.flatMap((tokens, index): Tree[] => {
      const line: Tree = ["span", { class: "line" }, ...tokens.map(colourToken)];
      return index === 0 ? [line] : ["\n", line];
    });
  };
  const printStyles = (): string =>
    [...classes]
      .map(([name, [light, dark]]) => `.${name}{color:${dark}}[data-theme="light"] .${name}{color:${light}}`)
      .join("\n");
  return { colour, printStyles };
}
