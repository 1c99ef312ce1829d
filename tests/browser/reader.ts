/** A reader's tools: pages that may speak to nobody else and write no error, and what one sees of a cell. */
import { test as base, expect, type Locator, type Page } from "@playwright/test";
import { serveStatic, startRunner, type Served } from "./serve.ts";
import { printView } from "../../notebook/print.ts";

interface Fixtures {
  /** Opens a page of the course; after the test it must have been silent and have asked nobody else. */
  readonly visit: (url: string) => Promise<Page>;
}
interface WorkerFixtures {
  readonly runner: Served;
  readonly site: Served;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  // Playwright wants the braces, empty or not.
  // oxlint-disable-next-line no-empty-pattern
  runner: [async ({}, use) => serve(await startRunner(), use), { scope: "worker" }],
  // oxlint-disable-next-line no-empty-pattern
  site: [async ({}, use) => serve(await serveStatic(), use), { scope: "worker" }],
  visit: async ({ page }, use) => {
    const faults: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning")
        faults.push(`${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => faults.push(error.message));
    let origin = "";
    page.on("request", (request) => {
      const { protocol, origin: asked } = new URL(request.url());
      if (protocol !== "data:" && protocol !== "blob:" && asked !== origin) faults.push(`request to ${request.url()}`);
    });
    await use(async (url) => {
      origin = new URL(url).origin;
      await page.goto(url);
      return page;
    });
    expect(faults).toEqual([]);
  },
});
export { expect };

async function serve(served: Served, use: (served: Served) => Promise<void>): Promise<void> {
  await use(served);
  await served.stop();
}

/** The address of a page that is opened in this runner: `open(runner, "/communication/pipes/")`. */
export function addressOf({ origin, url }: Served, path: string): string {
  return `${origin}${path}${new URL(url).hash}`;
}

export const chapterPath = "/communication/pipes/";
/** Cells of that chapter that no other cell reads: a test may put any text into them. */
export const spare = { sim: "counted", live: "resize", shell: "head" } as const;

export const cell = (page: Page, id: string): Locator => page.locator(`r3-cell[data-cell="${id}"]`);
export const panel = (page: Page, id: string, kernel: "sim" | "live"): Locator =>
  cell(page, id).locator(`.r3-panel[data-kernel="${kernel}"]`);

/** Presses Run and waits until it has ended. A state of an earlier run does not count: the page must have drawn a new one. */
export async function run(side: Locator): Promise<void> {
  const drawn = await side.evaluateHandle((panel) => {
    const drawing = new Promise<void>((resolve) => {
      new MutationObserver(() => resolve()).observe(panel, { attributeFilter: ["data-state"] });
    });
    return { drawing };
  });
  await side.getByRole("button", { name: "Run" }).click();
  await drawn.evaluate(({ drawing }) => drawing);
  await ended(side);
}

/** Waits until what runs has ended, however it did. */
export async function ended(side: Locator, timeout = 30_000): Promise<void> {
  await expect(side).toHaveAttribute("data-state", /^(?:done|failed)$/, { timeout });
}

/** What a cell has printed, as its `output` block writes it: texts, values and tables, in their order. */
export async function readOutput(side: Locator): Promise<string> {
  const parts = await side.locator(".r3-output > .r3-text, .r3-output > .r3-value, .r3-output > .r3-table").all();
  const texts = await Promise.all(
    parts.map(async (part) => {
      const table = part.locator("table");
      if ((await table.count()) === 0) return withNewline((await part.textContent()) ?? "");
      const columns = await table.locator("thead th").allTextContents();
      const rows = await Promise.all(
        (await table.locator("tbody tr").all()).map((row) => row.locator("td").allTextContents()),
      );
      const typed = rows.map((row) => row.map((value) => (/^-?[\d.]+$/.test(value) ? Number(value) : value)));
      return printView({ view: "table", columns, rows: typed });
    }),
  );
  return texts.map(withNewline).join("");
}

const withNewline = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`);

/** Replaces the text of a cell in its editor, as a reader does. */
export async function edit(page: Page, id: string, text: string): Promise<void> {
  await cell(page, id).getByRole("button", { name: "Edit" }).click();
  const editor = cell(page, id).getByRole("textbox");
  await editor.click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(text);
}
