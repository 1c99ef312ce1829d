/** Code from a stranger, in the reader's own editor: it reaches nothing, on the runner's page and on the static build. */
import vm from "node:vm";
import { observe } from "./observe.ts";
import { addressOf, chapterPath, edit, expect, panel, readOutput, run, spare, test as untapped } from "./reader.ts";
import { doors, startStranger, type Stranger } from "./stranger.ts";
import { test as tapped, type Wiretap } from "./wiretap.ts";

type Results = Readonly<Record<string, string>>;
const names = (kind: "doors" | "controls"): string[] =>
  vm.runInNewContext(`${doors};Object.keys(${kind})`, { document: {} }) as string[];

const test = tapped.extend<{ readonly stranger: Stranger }>({
  // oxlint-disable-next-line no-empty-pattern
  stranger: async ({}, use) => {
    const stranger = await startStranger();
    await use(stranger);
    await stranger.stop();
  },
});

for (const place of ["runner", "site"] as const)
  test(`code in a cell finds every door shut on the ${place === "runner" ? "runner's page" : "static build"}`, async ({
    page,
    runner,
    site,
    stranger,
    wiretap,
  }) => {
    const { origin } = place === "runner" ? runner : site;
    const token = new URL(runner.url).hash.replace("#token=", "");
    await page.goto(place === "runner" ? addressOf(runner, chapterPath) : origin + chapterPath);
    if (place === "runner") await expect(page.getByText("Runner: Linux")).toBeVisible();
    const script = (await page.locator("r3-notebook").getAttribute("data-worker")) ?? "";
    const side = panel(page, spare.sim, "sim");
    await run(side);
    await edit(page, spare.sim, printIntruder({ home: origin, other: stranger.origin, script, token }));
    const before = await observe(page, spare.sim);
    const socketsBefore = countSockets(wiretap);
    await run(side);
    const { worker, subWorker } = JSON.parse(await readOutput(side)) as Record<"worker" | "subWorker", Results>;

    for (const results of [worker, subWorker]) {
      expect(names("controls").map((name) => [name, results[name]])).toEqual(names("controls").map((name) => [name, "open"])); // prettier-ignore
      const shut = names("doors");
      expect(shut.filter((name) => !results[name]?.startsWith("shut ("))).toEqual([]);
      expect(Object.keys(results)).toHaveLength(shut.length + names("controls").length);
    }
    expect(stranger.asked).toEqual([]);
    expect(wiretap.seen.filter((sighting) => sighting.origin === "null")).toEqual([]);
    expect(wiretap.seen.filter(({ url }) => new URL(url).host !== new URL(origin).host)).toEqual([]);
    // The wiretap is not deaf: it heard the page itself speak to the runner, and nobody else.
    expect(socketsBefore).toBe(place === "runner" ? 1 : 0);
    expect(countSockets(wiretap)).toBe(socketsBefore);
    expect(await observe(page, spare.sim)).toEqual(before);
  });

test("the same code finds every door open where there is no fence", async ({ page, context, stranger }) => {
  await page.goto(`${stranger.origin}/`);
  const [popup] = await Promise.all([
    context.waitForEvent("page"),
    page.evaluate(() => void window.open("/unfenced/")),
  ]);
  await popup.waitForLoadState();
  const world = {
    home: stranger.origin,
    other: stranger.origin.replace("127.0.0.1", "localhost"),
    script: "/script.js",
    token: "x",
  };
  const tryDoors = (where: typeof world) =>
    (globalThis as unknown as { tryDoors: (where: object) => Promise<Results> }).tryDoors(where);
  const inWindow = await popup.evaluate(tryDoors, world);
  const inWorker = await popup.evaluate(
    (where) =>
      new Promise<Results>((resolve) => {
        const worker = new Worker("/doors.js", { name: "doors" });
        worker.addEventListener("message", ({ data }) => resolve(data as Results));
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a Worker has none
        worker.postMessage(where);
      }),
    world,
  );
  const shut = names("doors").filter((name) => inWindow[name] !== "open" && inWorker[name] !== "open");
  expect(shut.map((name) => [name, inWindow[name], inWorker[name]])).toEqual([]);
});

untapped("a cell sends no packet past every proxy, and a page without a fence does", async ({ page, site }) => {
  const stranger = await startStranger();
  const url = stranger.origin.replace("http:", "https:");
  const call = `await (async () => new globalThis.WebTransport("${url}").ready)().catch(String)`;
  await page.goto(site.origin + chapterPath);
  await edit(page, spare.sim, `display(${call});`);
  await run(panel(page, spare.sim, "sim"));
  expect(await readOutput(panel(page, spare.sim, "sim"))).toMatch(/^\w*Error: /);
  expect(stranger.packets()).toBe(0);
  await page.goto(`${stranger.origin}/unfenced/`);
  await page.evaluate(`(async () => ${call})()`);
  expect(stranger.packets()).toBeGreaterThan(0);
  await stranger.stop();
});

untapped("the fence's page runs nothing for a stranger who frames it without a sandbox", async ({ page, site }) => {
  const stranger = await startStranger({
    "/embed/": `<!doctype html><title>Embed</title>
      <iframe name="bare" src="${site.origin}/fence.html"></iframe>
      <iframe name="sandboxed" src="${site.origin}/fence.html" sandbox="allow-scripts"></iframe>
      <script>
        globalThis.answers = {};
        const worker = "onmessage = ({ ports: [port] }) => port.postMessage(self.origin)";
        onload = () => {
          for (const name of ["bare", "sandboxed"]) {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = ({ data }) => (answers[name] = data);
            document.querySelector("[name=" + name + "]").contentWindow.postMessage({ worker, modules: null }, "*", [port2]);
          }
        };
      </script>`,
  });
  await page.goto(`${stranger.origin}/embed/`);
  const answers = () => page.evaluate(() => (globalThis as unknown as { answers: Results }).answers);
  await expect.poll(answers).toHaveProperty("sandboxed", "null");
  expect(await answers()).toEqual({ sandboxed: "null" });
  await stranger.stop();
});

/** The source of a cell that tries every door, in the cell's own Worker and in one that it makes from text. */
function printIntruder(world: Readonly<Record<string, string>>): string {
  return `
const world = ${JSON.stringify(world)};
const text = URL.createObjectURL(new Blob([${JSON.stringify(doors)}]));
importScripts(text);
const inner = new Worker(text, { name: "doors" });
const answer = new Promise((resolve) => inner.addEventListener("message", ({ data }) => resolve(data)));
inner.postMessage(world);
const worker = await globalThis.tryDoors(world);
display(JSON.stringify({ worker, subWorker: await answer }));
`;
}

const countSockets = ({ seen }: Wiretap): number => seen.filter(({ url }) => url.startsWith("ws:")).length;
