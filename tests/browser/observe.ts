import type { Page } from "@playwright/test";

/** Everything of a page that the cell `id` must leave alone: the page but for this cell, its address, all that is kept in the browser. */
export async function observe(page: Page, id: string): Promise<unknown> {
  await page.evaluate(() => new Promise(requestAnimationFrame));
  return page.evaluate(async (id) => {
    const body = document.body.cloneNode(true) as HTMLElement;
    body.querySelector(`r3-cell[data-cell="${id}"]`)?.remove();
    return {
      address: location.href,
      title: document.title,
      page: body.outerHTML.split("\n"),
      local: Object.entries(localStorage),
      session: Object.entries(sessionStorage),
      cookies: document.cookie,
      databases: await indexedDB.databases(),
      caches: await caches.keys(),
      files: await Array.fromAsync(
        ((await navigator.storage.getDirectory()) as unknown as { keys(): AsyncIterable<string> }).keys(),
      ),
      workers: (await navigator.serviceWorker.getRegistrations()).length,
      frames: frames.length,
    };
  }, id);
}
