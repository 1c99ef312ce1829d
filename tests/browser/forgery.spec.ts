/** Code from a stranger speaks to the page with the notebook's own voice: what it says is data, or it is refused in words. */
import type { Page } from "@playwright/test";
import { hangMs, watchFrames } from "./clock.ts";
import { observe } from "./observe.ts";
import { cell, chapterPath, edit, expect, panel, readOutput, run, spare, test } from "./reader.ts";

/** An ordinary cell, which must work whatever its neighbour has done. */
const neighbour = "capacities";

/** A cell that takes the notebook's port at its next message, and then does as it likes; it never ends by itself. */
const forger = (deeds: string): string => `
const { postMessage } = MessagePort.prototype;
const port = await new Promise((resolve) => {
  MessagePort.prototype.postMessage = function (message) {
    resolve(this);
    postMessage.call(this, message);
  };
  display("begin");
});
const say = (message) => postMessage.call(port, message);
const show = (view, cell = "${spare.sim}") => say({ type: "display", cell, view });
${deeds}
await new Promise(() => {});
`;

/** What is not a view, each with a way to run, load, link, style or draw over the page. */
const forgeries: Readonly<Record<string, string>> = {
  "a view of HTML": `{ view: "html", html: "<b>bold</b>" }`,
  "a picture with a script": `picture(["script", {}, "document.title = 'lost'"])`,
  "a picture with a link": `picture(["a", { href: "https://example.org/" }, ["text", {}, "Reconnect"]])`,
  "a picture with HTML in it": `picture(["foreignObject", {}, ["text", {}, "form"]])`,
  "a picture with a handler": `picture(["rect", { onclick: "document.title = 'lost'" }])`,
  "a picture with a style": `picture(["rect", { style: "position: fixed; inset: 0" }])`,
  "a picture that loads": `picture(["rect", { fill: "url(https://example.org/)" }])`,
  "a text that is no string": `{ view: "text", text: { toString: 1 } }`,
};
const picture = `const picture = (node) => ({ view: "picture", description: "d", width: 9, height: 9, tree: ["svg", {}, node] });`;

test("a view that would run, load, link or style something is refused", async ({ site, visit }) => {
  const page = await visit(site.origin + chapterPath);
  for (const [name, view] of Object.entries(forgeries))
    await test.step(name, () =>
      expectRefusal(page, `${picture} show(${view});`, "stopped: it sent something that is not a view"),
    );
  await expect(page).toHaveTitle(/Pipes/);
});

test("a message that is not the fence's to send is refused", async ({ site, visit }) => {
  const page = await visit(site.origin + chapterPath);
  for (const message of [
    `{ type: "ended", run: "r1", end: { exitStatus: 0, termSignal: null, cause: "ended", ms: 1 } }`,
    `{ type: "define", cells: [], inputs: {} }`,
    `"up"`,
    `null`,
  ])
    await test.step(message, () =>
      expectRefusal(page, `say(${message});`, "stopped: it sent something that is not a view"),
    );
});

test("a message of 10 MB is refused, as text and as bytes", async ({ site, visit }) => {
  const page = await visit(site.origin + chapterPath);
  const tooMuch = "stopped: it showed more than a page can hold";
  await expectRefusal(page, `show({ view: "text", text: "x".repeat(10_000_000) });`, tooMuch);
  await expectRefusal(page, `show({ view: "text", text: new Uint8Array(10_000_000) });`, tooMuch);
  await expectRefusal(page, `show({ view: "text", text: Array(1_000_000).fill(0) });`, tooMuch);
});

test("a flood of messages is refused, and the page stays with the reader", async ({ site, visit }) => {
  const page = await visit(site.origin + chapterPath);
  const flood = `for (let n = 0; n < 100_000; n++) show({ view: "text", text: "again" });`;
  const unwatch = await watchFrames(page);
  await expectRefusal(page, flood, "stopped: it sent more messages than a page can show");
  expect((await unwatch()).longestMs).toBeLessThan(hangMs);
});

test("a flood of views that are each small enough is refused together", async ({ site, visit }) => {
  const page = await visit(site.origin + chapterPath);
  const flood = `
const rows = Array.from({ length: 60 }, () => ["x".repeat(60_000)]);
for (let n = 0; n < 300; n++) show({ view: "table", columns: ["a"], rows });`;
  await expectRefusal(page, flood, "stopped: it showed more than a page can hold");
});

test("markup in a text, a label or a title is shown as it is written", async ({ site, visit }) => {
  const page = await visit(site.origin + chapterPath);
  const markup = `<img src=x onerror="document.title='lost'"><a href="https://example.org/">Reconnect</a>`;
  const [text, label] = [JSON.stringify(`text ${markup}`), JSON.stringify(`label ${markup}`)];
  await edit(
    page,
    spare.sim,
    `display(${text});
display({ view: "table", title: ${label}, columns: [${label}], rows: [[${text}]] });
check(${label}, true);
const choice = view(Inputs.radio([${text}], { label: ${label} }));`,
  );
  const side = panel(page, spare.sim, "sim");
  await run(side);
  await expect(side.getByText(markup).first()).toBeVisible();
  expect(await side.locator("img, a, [onerror]").count()).toBe(0);
  await expect(page).toHaveTitle(/Pipes/);
});

test("messages in the name of other cells reach no live cell and nothing else of the page", async ({ site, visit }) => {
  const page = await visit(site.origin + chapterPath);
  await run(panel(page, spare.sim, "sim"));
  const ids = [spare.live, "cost", "nobody", "__proto__", "x live", "_top"];
  await edit(
    page,
    spare.sim,
    forger(`
for (const id of ${JSON.stringify(ids)}) {
  say({ type: "pending", cell: id });
  show({ view: "text", text: "forged" }, id);
  say({ type: "input", cell: id, key: "__proto__", input: Inputs.toggle({ label: "forged" }) });
  say({ type: "done", cell: id, ms: 1 });
}
self.postMessage("up");
self.postMessage({ type: "display", cell: "${neighbour}", view: { view: "text", text: "forged" } });
show({ view: "text", text: "all said" });`),
  );
  const before = await observe(page, spare.sim);
  const side = panel(page, spare.sim, "sim");
  await side.getByRole("button", { name: "Run" }).click();
  await expect(side).toContainText("all said");
  expect(await observe(page, spare.sim)).toEqual(before);
  expect(await page.evaluate(() => Object.keys(Object.prototype))).toEqual([]);
});

/** Runs a cell that does `deeds`: its bar says `words`, and its neighbour works. */
async function expectRefusal(page: Page, deeds: string, words: string): Promise<void> {
  const side = panel(page, spare.sim, "sim");
  if (await cell(page, spare.sim).getByRole("button", { name: "Reset" }).isVisible())
    await cell(page, spare.sim).getByRole("button", { name: "Reset" }).click();
  await edit(page, spare.sim, forger(deeds));
  await run(side);
  await expect(side.locator(".r3-state")).toHaveText(`failed: ${words}`);
  await run(panel(page, neighbour, "sim"));
  expect(await readOutput(panel(page, neighbour, "sim"))).toContain("2049  32784");
}
