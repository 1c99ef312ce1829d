// Brings a fresh checkout to the point where `npm start` and `npm test` can run, and does nothing where nothing is missing.
// Runs under the machine's own Node (20 or newer), before anything is installed: plain JavaScript, only Node's own modules.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createHash } from "node:crypto";
import { findMissingPackages, installPackages, packagesFor } from "./packages.mjs";
import { runStep } from "./step.mjs";
import { describeTree } from "./stamp.mjs";

const root = path.resolve(import.meta.dirname, "..");
const at = (...parts) => path.join(root, ...parts);
const node24 = at("node_modules", ".bin", "node");
const forTests = process.argv.includes("--test");

requirePlatform();
await installSystemPackages();
await installModules();
await buildAddon();
await buildSite();

function requirePlatform() {
  if (process.platform !== "linux") fail("Ring 3 runs on Linux: its live cells are Linux system calls.");
  if (process.arch !== "x64" && process.arch !== "arm64")
    fail(`Ring 3 runs on x64 and arm64; this machine is ${process.arch}.`);
}

/** What the distribution provides: the box, the compiler, and, for the tests, a browser. */
async function installSystemPackages() {
  const missing = findMissingPackages(packagesFor(forTests ? "test" : "start"));
  if (missing.length === 0) return;
  const names = missing.map((one) => one.debian);
  if (process.getuid() === 0 && existsSync("/usr/bin/apt-get")) return installPackages(names);
  for (const one of missing) console.error(`Missing: ${one.debian} (${one.why})`);
  console.error(`Install with:\n\n  sudo apt-get install --no-install-recommends ${names.join(" ")}\n`);
  if (forTests || missing.some((one) => one.required)) process.exit(1);
}

/** npm's packages, again whenever the lockfile is not the one that was installed. */
async function installModules() {
  const stamp = at("node_modules", ".lock-hash");
  const wanted = hashText(readFileSync(at("package-lock.json")));
  if (existsSync(node24) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ["npm"];
  await runStep("Installing npm packages (about 30 s)", [...npm, "ci", "--no-audit", "--no-fund"], { cwd: root });
  if (!existsSync(node24)) fail("npm installed no Node 24 (node_modules/.bin/node): was --omit=optional set?");
  writeFileSync(stamp, wanted);
}

async function buildAddon() {
  const { addonIsCurrent } = await import("../native/build.mjs");
  if (!addonIsCurrent()) await runStep("Building the native addon", [node24, at("native", "build.mjs")], { cwd: root });
}

/** The static site, again whenever something that it is made of has changed. */
async function buildSite() {
  const stamp = at(".cache", "site-stamp");
  const rooms = ["content", "examples", "schema", "notebook", "simulator", "site"].map((room) => at(room));
  const wanted = hashText(describeTree([...rooms, at("astro.config.mjs"), at("package-lock.json")]));
  if (existsSync(at("dist", "index.html")) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  await runStep("Building the site", [node24, at("scripts", "build.ts")], { cwd: root });
  mkdirSync(at(".cache"), { recursive: true });
  writeFileSync(stamp, wanted);
}

function hashText(data) {
  return createHash("sha256").update(data).digest("hex");
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
