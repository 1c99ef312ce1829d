/** The chapters on scheduling, as a reader uses them: sliders that move curves, and a policy of one's own. */
import { cell, edit, expect, panel, run, test } from "./reader.ts";

const interactive = "/scheduling/interactive/";

test("a policy that the reader writes takes part in the race", async ({ site, visit }) => {
  const page = await visit(site.origin + interactive);
  const race = panel(page, "race", "sim");
  const names = () => race.locator(".r3-gantt").innerText();
  expect(await names()).toContain("yours");
  const code = await cell(page, "own").locator("pre.r3-code").textContent();
  await edit(page, "own", (code ?? "").replace(/name: "yours[^"]*"/, 'name: "my very own rule"'));
  await run(panel(page, "own", "sim"));
  await run(race);
  expect(await names()).toContain("my very own rule");
  await expect(panel(page, "standings", "sim")).toContainText("my very own rule");
});

test("the quantum's slider moves chart and curve", async ({ site, visit }) => {
  const page = await visit(site.origin + interactive);
  const chart = panel(page, "turns", "sim").locator("svg").first();
  const before = await chart.innerHTML();
  const slider = page.getByRole("slider", { name: "Quantum in ticks" });
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => chart.innerHTML()).not.toBe(before);
  await expect(panel(page, "curves", "sim").locator("svg")).toBeVisible();
});
