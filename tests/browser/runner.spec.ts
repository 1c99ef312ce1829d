/** The page and its runner: who is admitted, who is refused, and what the page says when it is alone. */
import { mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Page } from "@playwright/test";
import { addressOf, chapterPath, edit, expect, panel, readOutput, run, spare, test } from "./reader.ts";
import { startRunner, type Served } from "./serve.ts";
import { startStranger } from "./stranger.ts";
import { test as tapped } from "./wiretap.ts";

const tokenOf = ({ url }: Served): string => new URL(url).hash.replace("#token=", "");
const state = (page: Page) => page.locator("r3-runner summary");

test("without a token the page says that there is no runner, and shows what was recorded", async ({
  runner,
  visit,
}) => {
  const page = await visit(runner.origin + chapterPath);
  await expect(state(page)).toHaveText("No runner");
  await expectRecorded(page);
});

test("with a wrong token the page says that the runner refuses it, and what to do", async ({ page, runner }) => {
  const wrong = tokenOf(runner).replace(/^./, (first) => (first === "A" ? "B" : "A"));
  await page.goto(`${runner.origin}${chapterPath}#token=${wrong}`);
  await expect(state(page)).toHaveText("Runner refuses this page");
  await state(page).click();
  await expect(page.locator(".r3-runner-panel")).toContainText("Open the new address");
  await expectRecorded(page);
});

test("the token leaves the address at once, stays in this tab, and is in nothing that could be copied", async ({
  page,
  runner,
  visit,
}) => {
  const token = tokenOf(runner);
  await visit(addressOf(runner, chapterPath));
  await expect(state(page)).toContainText("Runner: Linux");
  expect(page.url()).toBe(runner.origin + chapterPath);
  const kept = await page.evaluate(() => ({
    session: Object.entries(sessionStorage),
    elsewhere: JSON.stringify([Object.entries(localStorage), history.state, document.cookie, document.referrer]),
    page: document.documentElement.outerHTML,
    links: [...document.querySelectorAll("a")].map(({ href }) => href).join(" "),
  }));
  expect(kept.session).toContainEqual(["ring3:token", token]);
  for (const text of [kept.elsewhere, kept.page, kept.links]) expect(text).not.toContain(token);

  await page.getByRole("link", { name: "Ring 3" }).first().click();
  await expect(page).toHaveURL(`${runner.origin}/`);
  await expect(state(page)).toContainText("Runner: Linux");
});

test("another tab asks the first one for the token", async ({ context, runner, visit }) => {
  const first = await visit(addressOf(runner, chapterPath));
  await expect(state(first)).toContainText("Runner: Linux");
  const second = await context.newPage();
  await second.goto(runner.origin + chapterPath);
  await expect(state(second)).toContainText("Runner: Linux");
  const side = panel(second, "hello", "live");
  await run(side);
  expect(await readOutput(side)).toBe("hello from the child\nend of file\n");
});

test("another origin may link here, and nothing more: no socket, no request, no frame", async ({
  page,
  runner,
  site,
}) => {
  const stranger = await startStranger();
  const answers = new Map<string, number>();
  page.on("response", (response) => answers.set(response.url(), response.status()));
  const sockets: string[] = []; // cspell:ignore socketerror
  page.on("websocket", (socket) => socket.on("socketerror", (error) => sockets.push(error)));
  await page.goto(site.origin + chapterPath);
  const script = (await page.locator("r3-notebook").getAttribute("data-worker")) ?? "";
  await page.goto(`${stranger.origin}/`);

  const shut = { socket: "shut", fetch: "shut", blindFetch: "shut", script: "shut", image: "shut" };
  expect(await useFromAbroad(page, runner, script)).toEqual(shut);
  expect(sockets.join()).toContain("403");
  for (const file of ["/", "/fence.html"]) expect(answers.get(runner.origin + file), `${file} in a frame`).toBe(403);
  // A host of static files lets through what a browser lets through: so it was the runner that refused.
  expect(await useFromAbroad(page, { ...site, url: runner.url }, script)).toEqual({ ...shut, blindFetch: "open", script: "open", image: "open" }); // prettier-ignore

  await page.evaluate((address) => location.assign(address), runner.origin + chapterPath);
  await expect(page).toHaveTitle(/Pipes/);
  await stranger.stop();
});

/** What a page of another origin gets of `served`, although it knows the token. */
function useFromAbroad(page: Page, served: Served, script: string): Promise<Record<string, string>> {
  return page.evaluate(
    async ({ origin, token, script }) => {
      const attempt = (begin: Promise<unknown>) =>
        begin.then(
          () => "open",
          () => "shut",
        );
      const load = (tag: "script" | "img" | "iframe", address: string) =>
        new Promise((resolve, reject) => {
          const element = document.createElement(tag);
          element.addEventListener("load", resolve);
          element.addEventListener("error", reject);
          element.src = address;
          document.body.append(element);
        });
      const socket = new WebSocket(`${origin.replace("http", "ws")}/ws`, ["ring3.v1", `token.${token}`]);
      const connected = new Promise((resolve, reject) => {
        socket.addEventListener("open", resolve);
        socket.addEventListener("error", reject);
      });
      // A frame that is refused loads too: an error page.
      await Promise.all(["/", "/fence.html"].map((file) => load("iframe", origin + file)));
      return {
        socket: await attempt(connected),
        fetch: await attempt(fetch(`${origin}/`)),
        blindFetch: await attempt(fetch(`${origin}/`, { mode: "no-cors" })),
        script: await attempt(load("script", origin + script)),
        image: await attempt(load("img", `${origin}/favicon.svg`)),
      };
    },
    { origin: served.origin, token: tokenOf(served), script },
  );
}

tapped("a name that was rebound to this machine gets nothing", async ({ page, runner }) => {
  const rebound = runner.origin.replace("127.0.0.1", "rebound.test");
  const response = await page.goto(`${rebound}/`);
  expect(response?.status()).toBe(421);
  await expect(page.locator("body")).toHaveText("this runner does not answer to that Host");
  expect((await page.goto(`${rebound}/fence.html`))?.status()).toBe(421);
});

tapped(
  "a run whose connection breaks is told lost; the page connects again, and cells run",
  async ({ page, runner, wiretap }) => {
    await page.goto(addressOf(runner, chapterPath));
    await expect(state(page)).toContainText("Runner: Linux");
    await edit(page, spare.shell, "echo begun; sleep 100");
    const side = panel(page, spare.shell, "live");
    await side.getByRole("button", { name: "Run" }).click();
    await expect(side.locator(".r3-output")).toHaveText(/begun/);
    wiretap.cut();
    await expect(side.locator(".r3-state")).toHaveText("failed: the connection to the runner was lost");
    await expect(side.locator(".r3-output")).toHaveText(/begun/);
    await expect(state(page)).toHaveText("Connecting to the runner");
    await run(panel(page, "pipeline", "sim"));
    await expect(state(page)).toHaveText("Runner does not answer", { timeout: 15_000 });
    wiretap.mend();
    await expect(state(page)).toContainText("Runner: Linux", { timeout: 15_000 });
    await run(panel(page, "hello", "live"));
    await expect(panel(page, "hello", "live")).toHaveAttribute("data-state", "done");
  },
);

test("a runner that was started again says so to the pages of the one before", async ({ page }) => {
  const first = await startRunner();
  await page.goto(addressOf(first, chapterPath));
  await expect(state(page)).toContainText("Runner: Linux");
  await first.stop();
  await expect(state(page)).toHaveText("Connecting to the runner");
  const second = await startRunner({}, Number(new URL(first.origin).port));
  await expect(state(page)).toHaveText("Runner refuses this page", { timeout: 15_000 });
  // The same page, opened by the new address: only the fragment is another.
  await page.goto(addressOf(second, chapterPath));
  await expect(state(page)).toContainText("Runner: Linux");
  expect(page.url()).toBe(second.origin + chapterPath);
  await second.stop();
});

test("a runner without bubblewrap refuses live cells with the command that helps; everything else works", async ({
  visit,
}) => {
  const folder = await copyPathWithout("bwrap");
  const runner = await startRunner({ PATH: folder });
  const page = await visit(addressOf(runner, chapterPath));
  await expect(state(page)).toContainText("Runner: Linux");
  const side = panel(page, "hello", "live");
  await run(side);
  await expect(side.locator(".r3-state")).toHaveText("failed: live cells run in a box that bubblewrap makes");
  await expect(side.locator(".r3-remedy")).toHaveText("What helps: sudo apt-get install bubblewrap");
  expect(await readOutput(side)).toBe("hello from the child\nend of file\n");
  await state(page).click();
  await expect(page.locator(".r3-runner-panel")).toContainText(
    /✗ bubblewrap: .*What helps: sudo apt-get install bubblewrap/,
  );
  await run(panel(page, "pipeline", "sim"));
  await expect(panel(page, "pipeline", "sim")).toHaveAttribute("data-state", "done");
  await runner.stop();
  await rm(folder, { recursive: true });
});

/** A live cell shows its recorded run, and says why it does not run now; a simulated one runs. */
async function expectRecorded(page: Page): Promise<void> {
  const side = panel(page, "hello", "live");
  const recorded = "hello from the child\nend of file\n";
  await expect(side.locator(".r3-state")).toHaveText(/^recorded on Linux/);
  expect(await readOutput(side)).toBe(recorded);
  await run(side);
  await expect(side.locator(".r3-state")).toHaveText("failed: there is no runner, so this cannot run on your Linux");
  await expect(side.locator(".r3-remedy")).toHaveText("What helps: npm start");
  expect(await readOutput(side)).toBe(recorded);
  await run(panel(page, "pipeline", "sim"));
  await expect(panel(page, "pipeline", "sim")).toHaveAttribute("data-state", "done");
}

/** A folder with links to all programs of the PATH but one: this machine, had nobody installed that. */
async function copyPathWithout(program: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "ring3-path-"));
  const programs = new Map<string, string>();
  for (const directory of (process.env["PATH"] ?? "").split(path.delimiter))
    for (const name of await readdir(directory).catch(() => []))
      if (!programs.has(name)) programs.set(name, path.join(directory, name));
  programs.delete(program);
  await Promise.all([...programs].map(([name, file]) => symlink(file, path.join(folder, name))));
  return folder;
}
