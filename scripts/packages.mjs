// What Ring 3 needs from the distribution, by Debian's names.
import { existsSync } from "node:fs";
import path from "node:path";
import { runStep } from "./step.mjs";

const packages = [
  { debian: "g++", command: "g++", why: "builds the addon; C cells", for: ["start", "test"], required: true },
  { debian: "bubblewrap", command: "bwrap", why: "the box that live cells run in", for: ["start", "test"] },
  { debian: "chromium", command: "chromium", why: "the browser of the tests", for: ["test"] },
  { debian: "clang-format", command: "clang-format", why: "checks the layout of the C++ files", for: ["test"] },
];

export const packagesFor = (purpose) => packages.filter((one) => one.for.includes(purpose));

export function findMissingPackages(wanted) {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/bin", "/usr/local/bin"];
  return wanted.filter((one) => !folders.some((folder) => existsSync(path.join(folder, one.command))));
}

/** As root on Debian; never asks. */
export async function installPackages(names) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await runStep("Reading Debian's package lists", ["apt-get", "update", "-qq"], { env });
  const install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", ...names];
  await runStep(`Installing ${names.join(", ")}`, install, { env });
}
