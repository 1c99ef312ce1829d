import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
if (!existsSync(chromium)) throw new Error(`no browser at ${chromium}: install Debian's chromium or set CHROMIUM`);

export default defineConfig({
  testDir: "browser",
  outputDir: "../.cache/playwright",
  workers: 2,
  fullyParallel: true,
  // A retry is reported as a flake, and a flake fails the suite: it only tells a race from a plain fault.
  retries: process.env.CI === undefined ? 0 : 1,
  timeout: 60_000,
  use: {
    browserName: "chromium",
    launchOptions: {
      executablePath: chromium,
      args: [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-dev-shm-usage",
        "--disable-sync",
        "--no-first-run",
      ],
    },
  },
});
