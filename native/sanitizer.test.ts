import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import test from "node:test";
import { forkFlags } from "./flags.mjs";

const here = (name: string) => new URL(name, import.meta.url).pathname;

/** Where the compiler keeps AddressSanitizer's library, which must be loaded before Node; null without it. */
function findSanitizer(): string | null {
  const { stdout } = spawnSync("g++", ["-print-file-name=libasan.so"], { encoding: "utf8" });
  const path = stdout?.trim() ?? "";
  return existsSync(path) ? path : null;
}

function runSanitized(library: string, args: readonly string[]) {
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  return spawnSync(process.execPath, [...forkFlags, ...args], {
    encoding: "utf8",
    env: { ...environment, LD_PRELOAD: library, RING3_ADDON: "asan", ASAN_OPTIONS: "detect_leaks=0" },
  });
}

const library = findSanitizer();
const skip = library === null && "g++ has no libasan (on Debian and Ubuntu it comes with g++)";

test("all tests of this folder pass under AddressSanitizer", { skip }, () => {
  const build = spawnSync(process.execPath, [here("build.mjs"), "--asan"], { encoding: "utf8" });
  assert.equal(build.status, 0, build.stderr);

  const maps = `await import(${JSON.stringify(here("addon.ts"))}); console.log(fs.readFileSync("/proc/self/maps", "utf8"))`;
  const loaded = runSanitized(library!, ["--input-type=module", "--eval", `import fs from "node:fs"; ${maps}`]).stdout;
  assert.match(loaded, /posix\.asan\.node/);
  assert.match(loaded, /libasan/);

  const files = readdirSync(here(".")).filter((name) => /(?<!build|sanitizer)\.test\.ts$/.test(name));
  const { stdout, status } = runSanitized(library!, ["--test", ...files.map((name) => here(name))]);
  assert.equal(status, 0, stdout);
});
