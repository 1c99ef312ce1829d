/** What the site's own scripts weigh, in bytes of gzip: before the first interaction, and what each later step fetches. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { readOptions } from "./options.ts";
import { diagramKinds } from "./views/plain.ts";

export interface Weight {
  readonly name: string;
  readonly bytes: number;
  readonly budget: number;
}

const kilobyte = 1_024;

/** Weighs the built chapter page `page` (a path with slashes at both ends) of the site in `folder`. */
export function weighPage(folder: string, page: string, base = "/"): Weight[] {
  const html = readFileSync(join(folder, page, "index.html"), "utf8");
  const read = (path: string): string => readFileSync(join(folder, path.slice(base.length)), "utf8");
  const notebook = /<r3-notebook([^>]*)>/.exec(html)?.[1] ?? "";
  const asset = (name: string): string => read(new RegExp(`data-${name}="([^"]+)"`).exec(notebook)?.[1] ?? "");
  const scripts = [...html.matchAll(/<script[^>]*\bsrc="([^"]+)"/g)].map((match) => match[1] ?? "");
  const main = scripts.find((path) => read(path).includes("r3-cell")) ?? "";
  const chunks = (path: string, entry: string): string[] => {
    const folderOf = path.slice(0, path.lastIndexOf("/") + 1);
    const file = new RegExp(`${entry}\\.[\\w-]+\\.js`).exec(read(path))?.[0];
    return file === undefined ? [] : closeImports(folderOf + file, read);
  };
  const first = closeImports(main, read);
  const gzip = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + gzipSync(text).length, 0);
  const later = (entry: string): string[] => chunks(main, entry).filter((path) => !first.includes(path));
  const page1 = later("page");
  const figureOf = (kind: string): string[] =>
    page1.flatMap((path) => chunks(path, kind)).filter((path) => !first.includes(path) && !page1.includes(path));
  const alive = [...page1.map(read), asset("worker"), asset("modules")];
  const figures = diagramKinds.filter((kind) => html.includes(`r3-figure r3-${kind}`)).flatMap(figureOf);
  const shown = [...new Set(figures)].map(read);
  return [
    { name: "before the first interaction", bytes: gzip(first.map(read)), budget: 12 * kilobyte },
    { name: "after it: page, runtime, what cells import", bytes: gzip(alive), budget: 45 * kilobyte },
    { name: "with the figures that it shows", bytes: gzip([...alive, ...shown]), budget: 50 * kilobyte },
    ...diagramKinds.map((kind) => ({
      name: `to draw a ${kind}`,
      bytes: gzip(figureOf(kind).map(read)),
      budget: 6 * kilobyte,
    })),
    { name: "with a runner", bytes: gzip(later("runner").map(read)), budget: 12 * kilobyte },
    {
      name: "editing",
      bytes: gzip([...new Set([...later("edit"), ...page1.flatMap((path) => chunks(path, "compile"))])].map(read)),
      budget: 220 * kilobyte,
    },
  ];
}

/** The script at `path` and all that it imports statically. */
function closeImports(path: string, read: (path: string) => string): string[] {
  const reached = new Set([path]);
  for (const one of reached)
    for (const [, name = ""] of read(one).matchAll(/(?:\bfrom|\bimport)\s*["']\.\/([^"']+)["']/g))
      reached.add(one.slice(0, one.lastIndexOf("/") + 1) + name);
  return [...reached];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { outDir, base } = readOptions();
  for (const { name, bytes, budget } of weighPage(outDir, process.argv[2] ?? "/communication/pipes/", base))
    console.log(`${bytes <= budget ? "✔" : "✘"} ${name}: ${(bytes / kilobyte).toFixed(1)} KB of ${budget / kilobyte}`);
}
