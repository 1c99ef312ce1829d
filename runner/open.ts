/** Opens the reader's browser without the token on any command line, where every user of the machine could read it. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { findCache } from "./stage.ts";

/** Opens `url` by way of a private file that leads there. Does nothing without a display, and in CI. Returns what removes the file. */
export function openBrowser(url: string, env: NodeJS.ProcessEnv = process.env): () => void {
  const display = env["DISPLAY"] ?? env["WAYLAND_DISPLAY"];
  if (!display || env["CI"]) return () => {};
  try {
    const cache = findCache();
    mkdirSync(cache, { recursive: true });
    const folder = mkdtempSync(path.join(cache, "open-"));
    const file = path.join(folder, "open.html");
    writeFileSync(file, `<!doctype html><meta http-equiv="refresh" content="0; url=${url}"><title>Ring 3</title>\n`, {
      mode: 0o600,
    });
    const browser = spawn("xdg-open", [file], { stdio: "ignore", detached: true });
    // The address has been printed: whoever has no xdg-open clicks it there.
    browser.on("error", () => {});
    browser.unref();
    return () => rmSync(folder, { recursive: true, force: true });
  } catch {
    return () => {};
  }
}
