/** The page comes alive once: at the first interaction, or before it when the browser is idle. Nothing runs by that. */
import type { Page } from "./page.ts";
import { currentRunner } from "./connection.ts";

let page: Promise<Page> | null = null;

/** The page if it has come alive already. */
export const openedPage = (): Promise<Page> | null => page;

/** The page, alive: fetches what it needs when it is called for the first time. A failure is told to whoever asked, and can be tried again. */
export function startPage(): Promise<Page> {
  page ??= import("./page.ts")
    .then(({ openPage }) => openPage(document.querySelector<HTMLElement>("r3-notebook")!, currentRunner))
    .catch((error: unknown) => {
      page = null;
      throw error;
    });
  return page;
}

/** Calls back when the browser has nothing else to do. Safari cannot tell. */
export const whenIdle = (callback: () => void): unknown =>
  typeof requestIdleCallback === "function" ? requestIdleCallback(callback) : setTimeout(callback, 200);

/** On a chapter's page, has what the first interaction will need ready. */
export function startWhenIdle(): void {
  if (document.querySelector("r3-notebook") === null) return;
  addEventListener("load", () => whenIdle(() => void startPage().catch(() => {})), { once: true });
}
