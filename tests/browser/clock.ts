/** Times as the page itself sees them, without the test's own way there and back. */
import type { Page, Locator } from "@playwright/test";

/**
 * A page that stands still for longer, in milliseconds, hangs: without the fence it would for ever, without the guard for half a minute.
 * What is shorter may be other work on the same two processors, for instance the programs of the test itself; it is printed.
 */
export const hangMs = 5_000;

/** Watches the page's frames; the function that it gives ends the watch and says how long the page stood still at most, in milliseconds. */
export async function watchFrames(
  page: Page,
): Promise<() => Promise<{ readonly frames: number; readonly longestMs: number }>> {
  const watch = await page.evaluateHandle(() => {
    const seen = { frames: 0, longestMs: 0, last: performance.now(), on: true };
    const look = (now: number): void => {
      seen.longestMs = Math.max(seen.longestMs, now - seen.last);
      seen.last = now;
      seen.frames++;
      if (seen.on) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    return seen;
  });
  return () =>
    watch.evaluate((seen) => {
      seen.on = false;
      return { frames: seen.frames, longestMs: Math.max(seen.longestMs, performance.now() - seen.last) };
    });
}

/** Presses Stop; gives the milliseconds from the click until the page shows that nothing runs. */
export async function stop(side: Locator): Promise<number> {
  const stopping = await side.evaluateHandle((panel) => {
    const ended = new Promise<number>((resolve) => {
      let clickedAt = Number.NaN;
      panel.addEventListener("click", () => (clickedAt = performance.now()), { capture: true, once: true });
      new MutationObserver(() => {
        if (panel.getAttribute("data-state") !== "running") resolve(performance.now() - clickedAt);
      }).observe(panel, { attributeFilter: ["data-state"] });
    });
    return { ended };
  });
  await side.getByRole("button", { name: "Stop" }).click();
  return stopping.evaluate(({ ended }) => ended);
}
