// Completes package-lock.json: npm leaves out optional platform packages that its registry does not offer at the moment,
// and `npm ci` then refuses the lockfile. A placeholder (version, os, cpu, optional) satisfies it.
// `node scripts/lock.mjs` writes; with `--check` it only says what is missing and exits 1.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const lockFile = path.resolve(import.meta.dirname, "..", "package-lock.json");
const systems = {
  darwin: "darwin",
  win32: "win32",
  windows: "win32",
  android: "android",
  freebsd: "freebsd",
  openharmony: "openharmony",
  linux: "linux",
};
const processors = ["arm64", "x64", "ia32", "ppc64", "riscv64", "s390x", "loong64", "wasm32", "arm"];

/** The folder of `name` as a package at `from` would find it, or null: nearest node_modules first. */
function resolvePackage(packages, from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    const candidate = at ? `${at}/node_modules/${name}` : `node_modules/${name}`;
    if (packages[candidate]) return candidate;
    if (!at) return null;
  }
}

/** What a placeholder can say of a platform package, read from its name. */
function describePlatform(name) {
  const system = Object.keys(systems).find((word) => name.includes(word));
  const processor = processors.find((word) => name.includes(word));
  return {
    ...(processor && { cpu: [processor] }),
    ...(name.includes("musl") && { libc: ["musl"] }),
    optional: true,
    ...(system && { os: [systems[system]] }),
  };
}

const lock = JSON.parse(readFileSync(lockFile, "utf8"));
const missing = [];
for (const [at, entry] of Object.entries(lock.packages))
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {}))
    if (/^\d/.test(version) && !resolvePackage(lock.packages, at, name)) missing.push([name, version]);

if (process.argv.includes("--check")) {
  for (const [name, version] of missing)
    console.error(`package-lock.json lacks ${name}@${version}: run node scripts/lock.mjs`);
  process.exit(missing.length ? 1 : 0);
}
for (const [name, version] of missing) lock.packages[`node_modules/${name}`] ??= { version, ...describePlatform(name) };
lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(lockFile, JSON.stringify(lock, null, 2) + "\n");
console.log(`package-lock.json: ${missing.length} placeholders added`);
