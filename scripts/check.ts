/** `npm run check`: layout, lint with types and the floors of the house, types, spelling, links, lockfile. */
import { spawn } from "node:child_process";
import path from "node:path";
import { checkLinks } from "./links.ts";

const root = path.resolve(import.meta.dirname, "..");
const bin = (name: string) => path.join(root, "node_modules", ".bin", name);

export interface Check {
  readonly name: string;
  /** What mends a failure, where a command can. */
  readonly mend?: string;
  readonly run: () => Promise<string | null>;
}

/** null when the command succeeds, else what it said. */
function command(...argv: [string, ...string[]]): () => Promise<string | null> {
  return () =>
    new Promise((resolve) => {
      const child = spawn(argv[0], argv.slice(1), { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
      let output = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk: Buffer) => (output += String(chunk)));
      child.on("error", (error) => resolve(error.message));
      child.on("close", (status) => resolve(status === 0 ? null : output || `ended with status ${status}`));
    });
}

export const checks: readonly Check[] = [
  { name: "lockfile", mend: "node scripts/lock.mjs", run: command(process.execPath, "scripts/lock.mjs", "--check") },
  { name: "layout", mend: "npm run format", run: command(bin("prettier"), "--check", "--log-level=warn", ".") },
  {
    name: "layout of C++",
    mend: "npm run format",
    run: command("sh", "-c", "clang-format --dry-run -Werror native/src/* native/bench/*.c"),
  },
  { name: "lint", run: command(bin("oxlint"), "--type-aware", "--deny-warnings") },
  { name: "types", run: command(bin("tsc"), "-p", ".") },
  {
    name: "spelling",
    mend: "a word to .cspell.json",
    run: command(bin("cspell"), "--no-progress", "--no-summary", "."),
  },
  { name: "links", run: () => Promise.resolve(checkLinks(path.join(root, "dist"))) },
];

export async function runCheck(check: Check): Promise<boolean> {
  const began = Date.now();
  const fault = await check.run();
  console.log(`${fault === null ? "✔" : "✘"} ${check.name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  if (fault !== null) console.log(`${fault.trimEnd()}\n${check.mend === undefined ? "" : `mend: ${check.mend}\n`}`);
  return fault === null;
}

if (import.meta.main) {
  let failed = 0;
  for (const check of checks) if (!(await runCheck(check))) failed++;
  process.exit(failed === 0 ? 0 : 1);
}
