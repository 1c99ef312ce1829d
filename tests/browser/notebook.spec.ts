/** What a reader does with the cells of a chapter: moves, edits, leaves and comes back. */
import type { Page } from "@playwright/test";
import { addressOf, cell, chapterPath, edit, expect, panel, readOutput, run, spare, test } from "./reader.ts";

const editor = (page: Page, id: string) => cell(page, id).getByRole("textbox");
const stateOf = (page: Page, id: string) => panel(page, id, "sim").locator(".r3-state");

test("a slider moves the cells that read it, and their values survive a reload", async ({ site, visit }) => {
  const page = await visit(site.origin + chapterPath);
  const slider = page.getByRole("slider", { name: "Bytes per write" });
  const rows = () => panel(page, "capacities", "sim").locator("tbody tr td:first-child").allTextContents();
  expect(await rows()).not.toContain("2050");
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  await expect(slider).toHaveValue("2050");
  await expect.poll(rows).toContain("2050");
  await expect(slider).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect.poll(rows).toContain("2051");
  expect(await rows()).not.toContain("2050");

  await page.reload();
  await expect(slider).toHaveValue("2051");
  await expect.poll(rows).toContain("2051");
});

test("an edit survives a reload, does not run before a click, and Reset brings the author's text and output back", async ({
  site,
  visit,
}) => {
  const page = await visit(site.origin + chapterPath);
  const side = panel(page, spare.sim, "sim");
  const baked = await readOutput(side);
  const code = cell(page, spare.sim).locator("pre.r3-code");
  const author = await code.textContent();
  await edit(page, spare.sim, `display("mine");`);
  await expect(stateOf(page, spare.sim)).toHaveText("edited, not run yet");

  await page.reload();
  await expect(code).toHaveText(`display("mine");`);
  await expect(stateOf(page, spare.sim)).toHaveText("edited, not run yet");
  // Another cell runs, and this one still does not: nobody asked for it.
  await run(panel(page, "capacities", "sim"));
  expect(await readOutput(side)).toBe(baked);
  await run(side);
  expect(await readOutput(side)).toBe("mine\n");
  await expect(stateOf(page, spare.sim)).toHaveText(/^done in .*, your text$/);

  await cell(page, spare.sim).getByRole("button", { name: "Reset" }).click();
  expect(await code.textContent()).toBe(author);
  expect(await readOutput(side)).toBe(baked);
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("ring3:edits")))).toEqual(
    [],
  );
  await run(side);
  expect(await readOutput(side)).toBe(baked);
});

test("an edit says when the chapter has changed beneath it", async ({ site, visit }) => {
  const page = await visit(site.origin + chapterPath);
  await edit(page, spare.sim, `display("mine");`);
  const notice = cell(page, spare.sim).getByText("The chapter has changed since your edit.");
  await page.reload();
  await expect(editor(page, spare.sim)).toHaveCount(0);
  await expect(stateOf(page, spare.sim)).toHaveText("edited, not run yet");
  await expect(notice).toHaveCount(0);
  // As if the edit had been made on another text of the author.
  await page.evaluate((id) => {
    const key = `ring3:edits:${location.pathname}`;
    const edits = JSON.parse(localStorage.getItem(key) ?? "{}") as Record<string, { author: string }>;
    edits[id]!.author = "00000000";
    localStorage.setItem(key, JSON.stringify(edits));
  }, spare.sim);
  await page.reload();
  await expect(notice).toBeVisible();
  await cell(page, spare.sim).getByRole("button", { name: "Reset" }).click();
  await expect(notice).toHaveCount(0);
});

test("a cell is edited, run and left with the keyboard alone", async ({ page, site, visit }) => {
  await visit(site.origin + chapterPath);
  const button = cell(page, spare.sim).getByRole("button", { name: "Edit" });
  await panel(page, spare.sim, "sim").getByRole("button", { name: "Run" }).focus();
  await page.keyboard.press("Enter");
  await expect(panel(page, spare.sim, "sim")).toHaveAttribute("data-state", "done");
  await page.keyboard.press("Tab");
  await expect(button).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(editor(page, spare.sim)).toBeFocused();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(`display("by hand");`);
  await page.keyboard.press("Shift+Enter");
  await expect(panel(page, spare.sim, "sim").locator(".r3-output")).toHaveText("by hand");
  // Tab belongs to the text; Escape leaves it.
  await page.keyboard.press("Tab");
  await expect(editor(page, spare.sim)).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(editor(page, spare.sim)).not.toBeFocused();
  expect(
    await page.evaluate(
      (id) => document.activeElement?.closest("r3-cell")?.getAttribute("data-cell") === id,
      spare.sim,
    ),
  ).toBe(true);
});

test("an error names the line in the reader's own source, and marks it", async ({ site, visit }) => {
  const page = await visit(site.origin + chapterPath);
  const side = panel(page, spare.sim, "sim");
  const texts = [
    {
      source: `const fine: number = 1;\n\nconst bad = () => {\n  throw new Error("on purpose");\n};\nbad();`,
      says: /on purpose/,
      line: 4,
    },
    { source: `const fine = 1;\nconst broken = ;`, says: /SyntaxError/, line: 2 },
    { source: `interface Gone {\n  readonly a: string;\n}\nnull.missing;`, says: /TypeError/, line: 4 },
  ];
  for (const { source, says, line } of texts) {
    if (await cell(page, spare.sim).getByRole("button", { name: "Reset" }).isVisible())
      await cell(page, spare.sim).getByRole("button", { name: "Reset" }).click();
    await edit(page, spare.sim, source);
    await run(side);
    await expect(side.locator(".r3-output")).toHaveText(says);
    await expect(side.locator(".r3-output")).toContainText(`Line ${line}`);
    await expect(cell(page, spare.sim).locator(".r3-wrong")).toHaveText(source.split("\n")[line - 1]!);
  }
  // The mark goes with the next change; and it is there too where the edit of an earlier visit stands as a listing.
  await editor(page, spare.sim).press("End");
  await page.keyboard.insertText(" ");
  await expect(cell(page, spare.sim).locator(".r3-wrong")).toHaveCount(0);
  await page.reload();
  await run(side);
  await expect(cell(page, spare.sim).locator("pre .r3-wrong")).toHaveText("null.missing;");
  await cell(page, spare.sim).getByRole("button", { name: "Edit" }).click();
  await expect(cell(page, spare.sim).locator(".cm-line.r3-wrong")).toHaveText("null.missing;");
});

test("a second run shows what the first one showed, and nothing on the page moves", async ({ site, visit }) => {
  const page = await visit(site.origin + chapterPath);
  for (const id of ["capacities", "picture", "orders", "verdict"]) {
    const side = panel(page, id, "sim");
    await side.scrollIntoViewIfNeeded();
    await run(side);
    const first = await side.locator(".r3-output").innerHTML();
    const shift = await watchShift(page);
    await run(side);
    expect(await side.locator(".r3-output").innerHTML()).toBe(first);
    expect(await shift(), id).toBeLessThanOrEqual(0.01);
  }
});

test("what the build drew into the page is what a run draws", async ({ site, visit }) => {
  const page = await visit(site.origin + chapterPath);
  const sides = await page.locator('.r3-panel[data-kernel="sim"]').all();
  const wrong: string[] = [];
  for (const side of sides) {
    const baked = await readDrawing(side);
    await run(side);
    if ((await readDrawing(side)) !== baked) wrong.push((await side.getAttribute("aria-label")) ?? "?");
  }
  expect(sides.length).toBeGreaterThan(10);
  expect(wrong).toEqual([]);
});

test("the result of a live cell reaches the simulated cells that read it", async ({ runner, visit }) => {
  const page = await visit(addressOf(runner, chapterPath));
  await run(panel(page, "bill", "sim"));
  await edit(page, "cost", `result({ roundTripUs: 1, blockUs: 2, callUs: 3, cpus: 77 });`);
  await expect(panel(page, "bill", "sim")).not.toContainText("On 77 CPUs");
  await run(panel(page, "cost", "live"));
  await expect(panel(page, "bill", "sim")).toContainText("On 77 CPUs");
});

test("with the network cut off every kind of cell still works", async ({ context, runner, visit }) => {
  const foreign: string[] = [];
  await context.route("**", (route) => {
    if (new URL(route.request().url()).origin === runner.origin) return route.continue();
    foreign.push(route.request().url());
    return route.abort("failed");
  });
  const page = await visit(addressOf(runner, chapterPath));
  await run(panel(page, "pipeline", "sim"));
  await run(panel(page, "pipeline", "live"));
  await edit(page, spare.sim, `display("edited");`);
  await run(panel(page, spare.sim, "sim"));
  expect(await readOutput(panel(page, spare.sim, "sim"))).toBe("edited\n");
  expect(foreign).toEqual([]);
});

test("once it is alive, a page works without its server", async ({ context, site, visit }) => {
  const page = await visit(site.origin + chapterPath);
  await run(panel(page, "pipeline", "sim"));
  await context.setOffline(true);
  await run(panel(page, "verdict", "sim"));
  await expect(panel(page, "verdict", "sim")).toHaveAttribute("data-state", "done");
  await context.setOffline(false);
});

/** The output as it is drawn; what is disabled is so until the page's script is there. */
async function readDrawing(side: ReturnType<typeof panel>): Promise<string> {
  return side.locator(".r3-output").evaluate((output) => {
    const copy = output.cloneNode(true) as HTMLElement;
    for (const node of copy.querySelectorAll("[disabled]")) node.removeAttribute("disabled");
    return copy.innerHTML;
  });
}

/** Adds up the layout shifts of a page, those after a click included; the function that it gives says how much. */
async function watchShift(page: Page): Promise<() => Promise<number>> {
  const watch = await page.evaluateHandle(() => {
    const seen = { shift: 0 };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.shift += (entry as unknown as { value: number }).value;
    }).observe({ type: "layout-shift" });
    return seen;
  });
  return () =>
    watch.evaluate(async (seen) => {
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50)));
      return seen.shift;
    });
}

test("a page loads what its cells import, and an edit that imports more fetches the rest", async ({ site, visit }) => {
  const page = await visit(site.origin + chapterPath);
  const fetched = () =>
    page.evaluate(() =>
      performance.getEntriesByType("resource").flatMap(({ name }) => /\/(modules\.[\w-]+\.js)$/.exec(name)?.[1] ?? []),
    );
  const side = panel(page, spare.sim, "sim");
  await run(side);
  expect(await fetched()).toHaveLength(1);
  const value = page.getByRole("slider", { name: "Bytes per write" });
  await value.focus();
  await page.keyboard.press("ArrowRight");

  await edit(
    page,
    spare.sim,
    `import { fcfs, runWorkload } from "ring3/scheduling";\ndisplay(runWorkload([{ id: "A", bursts: [3] }], fcfs()).end);`,
  );
  await run(side);
  expect(await readOutput(side)).toBe("3\n");
  expect(await fetched()).toHaveLength(2);
  // The other cells were built again with what they had.
  await expect(value).toHaveValue("2050");
  await expect.poll(() => panel(page, "capacities", "sim").locator("tbody tr td:first-child").allTextContents()).toContain("2050"); // prettier-ignore
});
