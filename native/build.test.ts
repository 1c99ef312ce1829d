import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import test from "node:test";

const script = new URL("build.mjs", import.meta.url).pathname;
const addon = new URL("build/posix.node", import.meta.url).pathname;
const build = (environment: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, [script], { encoding: "utf8", env: { ...process.env, ...environment } });

test("an addon that is up to date is not built again", () => {
  const before = statSync(addon).mtimeMs;
  const { stdout, status } = build();
  assert.match(stdout, /posix\.node is up to date\n$/);
  assert.equal(status, 0);
  assert.equal(statSync(addon).mtimeMs, before);
});

test("without a compiler it says so and how to get one, and leaves the addon in place", () => {
  const { stderr, status } = build({ CXX: "no-such-compiler" });
  assert.match(stderr, /there is no no-such-compiler\. On Debian and Ubuntu: apt-get install -y g\+\+\n$/);
  assert.equal(status, 1);
  assert.ok(statSync(addon).isFile());
});
