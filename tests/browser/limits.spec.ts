/** Programs that will not end, be quiet, or stay small: each is contained, the page says what happened and stays with the reader. */
import type { Page } from "@playwright/test";
import { hangMs, stop, watchFrames } from "./clock.ts";
import { addressOf, chapterPath, edit, expect, panel, readOutput, run, spare, test } from "./reader.ts";

interface Misdeed {
  readonly title: string;
  readonly cell: string;
  readonly source: string;
  readonly words: RegExp;
}
const contained: readonly Misdeed[] = [
  {
    title: "a live program that loops is ended by its time limit",
    cell: spare.live,
    source: `console.log("begun"); for (;;);`,
    words: /^failed in 5\.\d s: stopped: it ran longer than it may$/,
  },
  {
    title: "a live program that floods its output is ended by the output limit",
    cell: spare.live,
    source: `for (;;) console.log("again ".repeat(100));`,
    words: /^failed in .*: stopped: it printed more than it may$/,
  },
  {
    title: "a live program that floods through many processes is ended by the same limit",
    cell: spare.shell,
    source: `for n in 1 2 3 4; do yes again & done; wait`,
    words: /^failed in .*: stopped: it printed more than it may$/,
  },
  {
    title: "a live program that eats memory is ended by the memory limit",
    cell: spare.live,
    source: `import { fork } from "ring3/posix";\nfork();\nfork();\nconst eaten = [];\nfor (;;) eaten.push(new Uint8Array(1 << 20).fill(1));`,
    words: /^failed in .*: stopped: it used more memory than it may$/,
  },
];
for (const { title, cell, source, words } of contained)
  test(title, async ({ runner, visit }) => {
    const page = await visit(addressOf(runner, chapterPath));
    await edit(page, cell, source);
    const side = panel(page, cell, "live");
    const unwatch = await watchFrames(page);
    await run(side);
    await expect(side.locator(".r3-state")).toHaveText(words);
    await expectResponsive(unwatch);
    await expectOrdinary(page, "live");
  });

const stubborn: readonly Misdeed[] = [
  {
    title: "a program that ignores SIGTERM",
    cell: spare.shell,
    source: `trap '' TERM INT HUP\necho begun\nwhile :; do :; done`,
    words: /begun/,
  },
  {
    title: "a program that forks without end",
    cell: spare.live,
    source: `import { fork } from "ring3/posix";\nlet told = false;\nfor (;;)\n  try {\n    fork();\n  } catch {\n    if (!told) console.log("begun");\n    told = true;\n  }`,
    words: /begun/,
  },
  {
    title: "a tree of processes in sessions of their own",
    cell: spare.shell,
    source: `trap '' TERM\nfor n in 1 2 3; do setsid sh -c 'trap "" TERM; sleep 100 & sleep 100' & done\necho begun\nsleep 100`,
    words: /begun/,
  },
];
for (const { title, cell, source, words } of stubborn)
  test(`Stop ends ${title} at once`, async ({ runner, visit }) => {
    const page = await visit(addressOf(runner, chapterPath));
    await edit(page, cell, source);
    const side = panel(page, cell, "live");
    const unwatch = await watchFrames(page);
    await side.getByRole("button", { name: "Run" }).click();
    await expect(side.locator(".r3-output")).toHaveText(words);
    report("click on Stop → stopped", await stop(side));
    await expect(side.locator(".r3-state")).toHaveText(/^failed in .*: stopped by you$/);
    await expectResponsive(unwatch);
    await expectOrdinary(page, "live");
  });

test("Stop ends an endless loop in a simulated cell at once, and the page never hangs", async ({ site, visit }) => {
  const page = await visit(site.origin + chapterPath);
  await run(panel(page, "capacities", "sim"));
  await edit(page, spare.sim, `while (true);`);
  const side = panel(page, spare.sim, "sim");
  const unwatch = await watchFrames(page);
  await side.getByRole("button", { name: "Run" }).click();
  await expect(side).toHaveAttribute("data-state", "running");
  await expect(side.locator(".r3-elapsed")).toHaveText(/\d (?:ms|s)$/);
  report("click on Stop → stopped, simulated", await stop(side));
  await expect(side.locator(".r3-state")).toHaveText("failed: stopped by you");
  await expectResponsive(unwatch);
  await expectOrdinary(page, "sim");
});

test("Workers that a simulated cell made end with it", async ({ browser, site, visit }) => {
  const page = await visit(site.origin + chapterPath);
  const debug = await browser.newBrowserCDPSession();
  const countWorkers = async () => {
    const { targetInfos } = await debug.send("Target.getTargets", { filter: [{}] });
    return targetInfos.filter(({ type }) => type === "worker").length;
  };
  await edit(
    page,
    spare.sim,
    `const url = URL.createObjectURL(new Blob(["postMessage('begun'); for (;;);"]));
const inner = [1, 2].map(() => new Worker(url));
await Promise.all(inner.map((worker) => new Promise((resolve) => (worker.onmessage = resolve))));
display("begun");
await new Promise(() => {});`,
  );
  const side = panel(page, spare.sim, "sim");
  await side.getByRole("button", { name: "Run" }).click();
  await expect(side.locator(".r3-output")).toHaveText("begun");
  const before = await countWorkers();
  await stop(side);
  await expect.poll(countWorkers).toBe(before - 3);
});

test("a simulated cell that does not answer for 10 s is stopped", async ({ site, visit }) => {
  const page = await visit(site.origin + chapterPath);
  await edit(page, spare.sim, `while (true);`);
  const side = panel(page, spare.sim, "sim");
  const unwatch = await watchFrames(page);
  await run(side);
  await expect(side.locator(".r3-state")).toHaveText("failed: stopped: it has not answered for 10 s");
  await expectResponsive(unwatch);
  await expectOrdinary(page, "sim");
});

test("a simulated cell that goes wild when it is done is stopped, and is not started again", async ({
  site,
  visit,
}) => {
  const page = await visit(site.origin + chapterPath);
  await edit(page, spare.sim, `setTimeout(() => { while (true); }, 100);\ndisplay("done");`);
  const side = panel(page, spare.sim, "sim");
  await run(side);
  await expect(side.locator(".r3-state")).toHaveText("failed: stopped: it has not answered for 10 s", {
    timeout: 15_000,
  });
  await expectOrdinary(page, "sim");
});

/** What the reader pressed Stop for is over; an ordinary cell on that kernel runs as ever. */
async function expectOrdinary(page: Page, kernel: "sim" | "live"): Promise<void> {
  const side = panel(page, "pipeline", kernel);
  await run(side);
  await expect(side.locator(".r3-state")).toHaveText(/^done in /);
  expect(await readOutput(side)).toContain("received: to be continued");
}

async function expectResponsive(unwatch: Awaited<ReturnType<typeof watchFrames>>): Promise<void> {
  const { frames, longestMs } = await unwatch();
  report(`longest pause in ${frames} frames`, longestMs);
  expect(frames).toBeGreaterThan(3);
  expect(longestMs).toBeLessThan(hangMs);
}

/** A measured time, which is printed; only a hang fails a test, for other work may share the machine. */
function report(what: string, ms: number): void {
  console.log(`    ${what}: ${ms.toFixed(1)} ms`);
  expect(ms).toBeLessThan(hangMs);
}
