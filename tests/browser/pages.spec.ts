/** The pages that are no chapters: the front page, and the one for addresses that lead nowhere. */
import AxeBuilder from "@axe-core/playwright";
import { chapterPath, expect, test } from "./reader.ts";

const pages = [
  { name: "the front page", path: "/", status: 200 },
  { name: "the page of an address that leads nowhere", path: "/nowhere/", status: 404 },
] as const;

for (const { name, path, status } of pages) {
  for (const colorScheme of ["light", "dark"] as const)
    test(`${name} is accessible in the ${colorScheme} theme`, async ({ page, runner }) => {
      await page.emulateMedia({ colorScheme });
      expect((await page.goto(runner.origin + path))?.status()).toBe(status);
      const { violations } = await new AxeBuilder({ page })
        .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
        .analyze();
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`),
      ).toEqual([]);
    });

  test(`${name} can be read at 360 pixels without scrolling sideways`, async ({ page, runner }) => {
    await page.setViewportSize({ width: 360, height: 780 });
    await page.goto(runner.origin + path);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });
}

test("every page that is no chapter leads to one", async ({ page, runner }) => {
  await page.goto(`${runner.origin}/nowhere/`);
  await page.getByRole("link", { name: "Ring 3" }).click();
  await expect(page).toHaveURL(`${runner.origin}/`);
  await page.getByRole("link", { name: /^Begin with/ }).click();
  await expect(page).toHaveURL(runner.origin + chapterPath);
});

test("the front page is silent and asks nobody else", async ({ site, visit }) => {
  const page = await visit(`${site.origin}/`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Ring 3");
});
