/** Every cell of every page, through the interface, against a real runner: what a reader sees is what the chapter says. */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { readChapter } from "../../notebook/chapter.ts";
import { matchOutput } from "../../notebook/expect.ts";
import type { Cell, Chapter, Kernel } from "../../schema/cell.ts";
import { addressOf, cell, edit, expect, panel, readOutput, run, test } from "./reader.ts";

const root = path.resolve(import.meta.dirname, "..", "..");
const chapters = globSync("content/**/*.md", { cwd: root }).map((file) =>
  readChapter(readFileSync(path.join(root, file), "utf8"), file),
);

/** `content/2-communication/03-pipes.md` → `/communication/pipes/` */
const addressPath = ({ file }: Chapter): string =>
  file
    .replace(/^content/, "")
    .replace(/\.md$/, "/")
    .replaceAll(/\/\d+-/g, "/");

for (const chapter of chapters) {
  const shown = chapter.cells.filter(({ exercise }) => exercise === null || exercise.part === "start");

  test(`every cell of ${chapter.title} prints what the chapter says`, async ({ runner, visit }) => {
    test.setTimeout(180_000);
    const page = await visit(addressOf(runner, addressPath(chapter)));
    await expect(page.getByText("Runner: Linux")).toBeVisible();
    const wrong: string[] = [];
    for (const one of shown)
      for (const kernel of one.kernels) {
        const side = panel(page, one.id, kernel);
        await run(side);
        wrong.push(...(await compare(one, kernel, side)));
      }
    expect(wrong).toEqual([]);
  });

  async function compare(one: Cell, kernel: Kernel, side: ReturnType<typeof panel>): Promise<string[]> {
    const state = await side.getAttribute("data-state");
    const said = (await side.locator(".r3-state").textContent()) ?? "";
    const ending = /killed by (SIG\w+)/.exec(said)?.[1] ?? null;
    const match = matchOutput(one.expectation, await readOutput(side), ending === null ? null : `[${ending}]`);
    const broken = one.exercise === null ? await side.locator('[data-ok="false"]').allTextContents() : [];
    return [
      ...(state === "done"
        ? []
        : [`${one.id} on ${kernel}: ${state}: ${said} ${await side.locator(".r3-output").innerText()}`]),
      ...(match.matched ? [] : [`${one.id} on ${kernel}:\n${match.diff.join("\n")}`]),
      ...broken.map((check) => `${one.id} on ${kernel}: ${check}`),
    ];
  }

  for (const start of chapter.cells.filter(({ exercise }) => exercise?.part === "start")) {
    const exercise = start.exercise!.exercise;
    test(`the exercise ${exercise} of ${chapter.title} fails as it begins and passes with its solution`, async ({
      site,
      visit,
    }) => {
      const solution = chapter.cells.find(
        (one) => one.exercise?.exercise === exercise && one.exercise.part === "solution",
      )!;
      const page = await visit(`${site.origin}${addressPath(chapter)}`);
      const check = async (): Promise<string[]> => {
        await cell(page, start.id).getByRole("button", { name: "Check" }).click();
        const verdicts = page.locator(
          `.r3-exercise[data-exercise="${exercise}"] .r3-checks li, r3-cell[data-exercise="${exercise}"] .r3-checks li`,
        );
        await expect(verdicts.first()).toBeVisible();
        return verdicts.evaluateAll((items) => items.map((item) => item.getAttribute("data-ok") ?? ""));
      };
      expect(await check()).toContain("false");
      await edit(page, start.id, solution.source);
      await expect.poll(check).not.toContain("false");
    });
  }

  for (const colorScheme of ["light", "dark"] as const)
    test(`${chapter.title} is accessible in the ${colorScheme} theme`, async ({ page, runner, visit }) => {
      await page.emulateMedia({ colorScheme });
      await visit(addressOf(runner, addressPath(chapter)));
      const { violations } = await new AxeBuilder({ page })
        .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
        .analyze();
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`),
      ).toEqual([]);
    });

  test(`${chapter.title} can be read at 360 pixels without scrolling sideways`, async ({ page, site, visit }) => {
    await page.setViewportSize({ width: 360, height: 780 });
    await visit(`${site.origin}${addressPath(chapter)}`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });

  test(`${chapter.title} is complete without JavaScript`, async ({ browser, site }) => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${site.origin}${addressPath(chapter)}`);
    const wrong: string[] = [];
    for (const one of shown)
      for (const kernel of one.kernels) {
        if (
          !matchOutput(one.expectation, await readOutput(panel(page, one.id, kernel)), null).matched &&
          one.expectation !== null
        )
          wrong.push(`${one.id} on ${kernel}`);
        await expect(cell(page, one.id)).toContainText(one.source.split("\n")[0]!.trim());
      }
    expect(wrong).toEqual([]);
    await context.close();
  });
}
