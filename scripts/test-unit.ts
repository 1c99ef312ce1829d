import { globSync } from "node:fs";
import path from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { forkFlags } from "../native/flags.mjs";
import type { Tally } from "./tally.ts";

const root = path.resolve(import.meta.dirname, "..");

/** Every `*.test.ts` outside `tests/browser`, one process per file, started as live programs are so that they may fork. */
export async function runUnitTests(): Promise<Tally> {
  const files = globSync("{schema,notebook,simulator,native,runner,site,scripts,tests}/**/*.test.ts", { cwd: root })
    .filter((file) => !file.startsWith("tests/browser/"))
    .map((file) => path.join(root, file))
    .toSorted();
  const skipped: string[] = [];
  let passed = 0;
  let failed = 0;
  const stream = run({ files, concurrency: 2, execArgv: [...forkFlags], timeout: 300_000 });
  stream.on("test:pass", (test) => {
    if (test.details.type === "suite") return;
    if (test.skip === undefined) passed++;
    else skipped.push(`${test.name}: ${String(test.skip)}`);
  });
  stream.on("test:fail", (test) => {
    if (test.details.type !== "suite") failed++;
  });
  const report = stream.compose(new spec());
  for await (const line of report) process.stdout.write(line as Buffer);
  return { passed, failed, skipped };
}
