/** Where the chapters lie and what they are called: content/2-communication/03-pipes.md is chapter 2.3, at communication/pipes/. */
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";

export interface ChapterPlace {
  readonly file: string;
  /** `2.3` */
  readonly number: string;
  /** The address without the numbers, so that links survive a renumbering: `communication/pipes`. */
  readonly slug: string;
}
export interface PartPlace {
  /** `2 Communication` */
  readonly label: string;
  readonly chapters: readonly ChapterPlace[];
}

const numbered = /^(\d+)-(.+?)(\.md)?$/;

/** The parts and chapters under `contentDir`, in the order of their numbers. Files without a number are not chapters. */
export function findParts(contentDir: string): PartPlace[] {
  return listNumbered(contentDir, true)
    .map(({ name, number, title }) => ({
      label: `${number} ${capitalise(title.replaceAll("-", " "))}`,
      chapters: listNumbered(join(contentDir, name), false).map((chapter) => ({
        file: join(contentDir, name, chapter.name),
        number: `${number}.${chapter.number}`,
        slug: `${title}/${chapter.title}`,
      })),
    }))
    .filter((part) => part.chapters.length > 0);
}

/** The slug of the chapter in `2-communication/03-pipes.md`: also for Astro's content loader. */
export function slugOf(entry: string): string {
  return entry
    .split("/")
    .map((part) => numbered.exec(part)?.[2] ?? basename(part, ".md"))
    .join("/");
}

function listNumbered(folder: string, folders: boolean) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => (folders ? entry.isDirectory() : entry.name.endsWith(".md")))
    .flatMap(({ name }) => {
      const [, number, title] = numbered.exec(name) ?? [];
      return number === undefined || title === undefined ? [] : [{ name, number: Number(number), title }];
    })
    .toSorted((a, b) => a.number - b.number);
}

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
