import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Tally } from "./tally.ts";

const root = path.resolve(import.meta.dirname, "..");

interface Report {
  readonly stats: { readonly expected: number; readonly unexpected: number; readonly flaky: number };
  readonly errors: readonly { readonly message?: string }[];
  readonly suites: readonly Suite[];
}
interface Suite {
  readonly title: string;
  readonly suites?: readonly Suite[];
  readonly specs: readonly {
    readonly title: string;
    readonly tests: readonly {
      readonly status: string;
      readonly annotations: readonly { readonly description?: string }[];
    }[];
  }[];
}

/** Playwright's tests in Debian's Chromium; a flake counts as a failure. */
export async function runBrowserTests(): Promise<Tally> {
  const folder = mkdtempSync(path.join(tmpdir(), "ring3-playwright-"));
  const file = path.join(folder, "report.json");
  try {
    const playwright = path.join(root, "node_modules", "@playwright", "test", "cli.js");
    const child = spawn(
      process.execPath,
      [playwright, "test", "--config=tests/playwright.config.ts", "--reporter=list,json"],
      {
        cwd: root,
        stdio: ["ignore", "inherit", "inherit"],
        env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: file },
      },
    );
    await new Promise((resolve) => child.on("close", resolve));
    const report = JSON.parse(readFileSync(file, "utf8")) as Report;
    for (const error of report.errors) console.log(error.message);
    return {
      passed: report.stats.expected,
      failed: report.stats.unexpected + report.stats.flaky + report.errors.length,
      skipped: report.suites.flatMap(listSkipped),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function listSkipped(suite: Suite): string[] {
  const own = suite.specs.flatMap((spec) =>
    spec.tests
      .filter((test) => test.status === "skipped")
      .map((test) => `${spec.title}: ${test.annotations[0]?.description ?? "no reason given"}`),
  );
  return [...own, ...(suite.suites ?? []).flatMap(listSkipped)];
}
